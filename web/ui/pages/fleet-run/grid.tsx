import { Button, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { Link } from 'wouter';
import type { GridCell, GridPage, GridRow } from '../../../../contracts/api/fleet-runs.js';
import { STEPS, STEP_TITLES } from '../../../../contracts/steps.js';
import type { Step } from '../../../../contracts/steps.js';
import { post } from '../../api.js';
import { Glyph } from '../../components/glyph.js';
import { problemOf } from '../../components/states.js';
import { duration } from '../../format.js';
import { useVirtualRows } from '../../virtual-rows.js';
import fleet from '../fleet/fleet.module.css';
import classes from './fleet-run.module.css';
import { Status } from './machine-status.js';
import { useGridRows } from './use-fleet-run.js';
import type { LiveRunState } from './use-fleet-run.js';

const LINE = 32;
/** Room for a word above a narrow column. */
const SHORT: Record<Step, string> = {
  createProfile: 'profile',
  generateSeed: 'seed',
  validateSeed: 'check',
  trainTvae: 'train',
  generateDataset: 'data',
  validateDataset: 'valid.',
  publishDataset: 'publ.',
};

/** Machine × step. Only what is on the screen is drawn and asked for. */
export function Grid(props: {
  name: string;
  filter: string;
  page: GridPage;
  live: LiveRunState | null;
  over: boolean;
}) {
  const { name, filter, page, live, over } = props;
  const { ref, rows, size, from } = useVirtualRows(page.total, LINE);
  const rowAt = useGridRows(name, filter, page, live, [rows[0]?.index ?? 0, rows.at(-1)?.index ?? 0]);
  return (
    <div
      className={`${fleet['table'] ?? ''} ${over ? (classes['over'] ?? '') : ''}`}
      role="table"
      aria-label="Machines"
      aria-rowcount={page.total + 1}
      tabIndex={0}
    >
      <div role="rowgroup">
        <div role="row" className={`${classes['line'] ?? ''} ${classes['titles'] ?? ''}`}>
          {['Machine', 'Type', 'State'].map((title) => (
            <span key={title} role="columnheader">
              {title}
            </span>
          ))}
          {STEPS.map((step) => (
            <span key={step} role="columnheader" className={classes['step']} title={STEP_TITLES[step]}>
              {SHORT[step]}
            </span>
          ))}
          {['Took', 'Quality', 'What', ...(over ? [] : ['Action'])].map((title) => (
            <span key={title} role="columnheader">
              {title}
            </span>
          ))}
        </div>
      </div>
      <div ref={ref} role="rowgroup" className={classes['body']} style={{ height: size }}>
        {rows.map(({ index, start }) => (
          <div
            key={index}
            role="row"
            aria-rowindex={index + 2}
            className={classes['line']}
            style={{ transform: `translateY(${start - from}px)` }}
          >
            <Line name={name} row={rowAt(index)} over={over} />
          </div>
        ))}
      </div>
    </div>
  );
}

function Line({ name, row, over }: { name: string; row: GridRow | null; over: boolean }) {
  if (row === null) return <span role="cell">…</span>;
  const what = whatOf(row);
  return (
    <>
      <span role="cell">
        <Link href={`/machines/${row.machineId}`} className={`plain ${classes['id'] ?? ''}`} title={row.machineId}>
          {row.machineId}
        </Link>
      </span>
      <span role="cell">{row.machineType}</span>
      <span role="cell">
        <Status status={row.status} />
      </span>
      {STEPS.map((step, at) => (
        <span key={step} role="cell">
          <Cell machineId={row.machineId} step={step} cell={row.cells[at] ?? { state: 'pending', seconds: null }} />
        </span>
      ))}
      <span role="cell">{row.seconds === null ? '' : duration(row.seconds)}</span>
      <span role="cell">{row.quality?.toFixed(3) ?? ''}</span>
      <Text role="cell" size="xs" title={row.hint === null ? what : `${what}\n→ ${row.hint}`}>
        {what}
      </Text>
      {!over && <span role="cell">{row.status === 'queued' && <RunNext name={name} machineId={row.machineId} />}</span>}
    </>
  );
}

function whatOf({ run, failure }: GridRow): string {
  if (failure !== null) return failure;
  if (run === null) return '';
  const far = run.total > 0 ? ` ${run.current.toLocaleString('en')}/${run.total.toLocaleString('en')}` : '';
  const left = run.etaSeconds === null ? '' : ` · ${duration(run.etaSeconds)} left`;
  const silent = run.silentSeconds === null ? '' : ` · silent for ${run.silentSeconds} s`;
  const again = run.attempt > 1 ? ` · attempt ${run.attempt}` : '';
  return `${STEP_TITLES[run.step as Step]}${far}${left}${again}${silent}`;
}

const CELLS: Record<GridCell['state'], { icon: string; word: string }> = {
  pending: { icon: '', word: 'to do' },
  running: { icon: '▶', word: 'running' },
  silent: { icon: '⚠', word: 'silent' },
  done: { icon: '✓', word: 'done' },
  skipped: { icon: '–', word: 'up to date' },
  failed: { icon: '✕', word: 'failed' },
};

function Cell({ machineId, step, cell: { state, seconds } }: { machineId: string; step: Step; cell: GridCell }) {
  const { icon, word } = CELLS[state];
  const words = `${STEP_TITLES[step]}: ${word}${seconds === null ? '' : `, ${duration(seconds)}`}`;
  return (
    <Link
      href={`/runs/${machineId}`}
      className={classes['cell'] ?? ''}
      data-state={state}
      title={words}
      aria-label={words}
    >
      {icon === '' ? null : <Glyph of={icon} />}
    </Link>
  );
}

function RunNext({ name, machineId }: { name: string; machineId: string }) {
  const next = useMutation({ mutationFn: () => post(`/api/fleet-runs/${name}/next`, { machineId }) });
  if (next.isSuccess)
    return (
      <Text size="xs" c="dimmed">
        is the next
      </Text>
    );
  return (
    <Button
      size="compact-xs"
      variant="default"
      loading={next.isPending}
      aria-label={`Run next: ${machineId}`}
      title={next.error === null ? undefined : problemOf(next.error).detail}
      onClick={() => {
        next.mutate();
      }}
    >
      {next.error === null ? 'Run next' : 'Refused'}
    </Button>
  );
}
