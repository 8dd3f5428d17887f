import { Button, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { Link } from 'wouter';
import type { GridCell, GridPage, GridRow } from '../../../../contracts/api/fleet-runs.js';
import { STEPS, STEP_TITLES } from '../../../../contracts/steps.js';
import type { Step } from '../../../../contracts/steps.js';
import { post } from '../../api.js';
import { Glyph } from '../../components/glyph.js';
import { STATES, State } from '../../components/state.js';
import type { StateName } from '../../components/state.js';
import { problemOf } from '../../components/states.js';
import { VirtualTable } from '../../components/virtual-table.js';
import { duration } from '../../format.js';
import classes from './fleet-run.module.css';
import { stateOf } from './machine-status.js';
import { paged } from './use-fleet-run.js';
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

const FIRST = ['Machine', 'Type', 'State'].map((title) => ({ title }));
const CELLS_OF = STEPS.map((step) => ({ title: SHORT[step], hint: STEP_TITLES[step], className: classes['step'] }));
const LAST = ['Took', 'Quality', 'What'].map((title) => ({ title }));

/** Machine × step. */
export function Grid(props: {
  name: string;
  filter: string;
  page: GridPage;
  live: LiveRunState | null;
  over: boolean;
}) {
  const { name, filter, page, live, over } = props;
  return (
    <VirtualTable
      label="Machines"
      layout={classes[over ? 'over' : 'layout'] ?? ''}
      columns={[...FIRST, ...CELLS_OF, ...LAST, ...(over ? [] : [{ title: 'Action' }])]}
      height={LINE}
      list={paged(name, filter, page)}
    >
      {(row) => <Line name={name} row={live?.rows.get(row.machineId) ?? row} over={over} />}
    </VirtualTable>
  );
}

function Line({ name, row, over }: { name: string; row: GridRow; over: boolean }) {
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
        <State state={stateOf(row.status)} />
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

const CELLS: Record<GridCell['state'], StateName> = {
  ...{ pending: 'toCome', running: 'running', silent: 'silent' },
  ...{ done: 'done', skipped: 'upToDate', failed: 'failed' },
};

function Cell({ machineId, step, cell: { state, seconds } }: { machineId: string; step: Step; cell: GridCell }) {
  const { icon, word } = STATES[CELLS[state]];
  const words = `${STEP_TITLES[step]}: ${word.toLowerCase()}${seconds === null ? '' : `, ${duration(seconds)}`}`;
  return (
    <Link
      href={`/runs/${machineId}`}
      className={classes['cell'] ?? ''}
      data-state={state}
      title={words}
      aria-label={words}
    >
      {state === 'pending' ? null : <Glyph of={icon} />}
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
