import { Progress, Text } from '@mantine/core';
import { Link } from 'wouter';
import type { MachineTile } from '../../../../contracts/api/machines.js';
import type { Step } from '../../../../contracts/steps.js';
import { STEP_TITLES } from '../../../../contracts/steps.js';
import { Glyph } from '../../components/glyph.js';
import { Sparkline } from '../../components/sparkline.js';
import { State } from '../../components/state.js';
import { When } from '../../components/time.js';
import { Verdict } from '../../components/verdict.js';
import { duration, figure } from '../../format.js';
import classes from './fleet.module.css';

/** A machine as a card: who it is, its state and why, what it has. */
export function Tile({ tile }: { tile: MachineTile }) {
  return (
    <article className={classes['tile']} aria-label={tile.machineId}>
      <header className={classes['head']}>
        <Link href={`/machines/${tile.machineId}`} className={`plain ${classes['id'] ?? ''}`} title={tile.machineId}>
          {tile.machineId}
        </Link>
      </header>
      <div className={classes['head']}>
        <Text size="xs" c="dimmed" truncate>
          {nameOf(tile)} · {tile.machineType.replaceAll('_', ' ')}
        </Text>
        <State state={tile.state} />
      </div>
      <div className={classes['middle']}>{tile.run === null ? <Standing tile={tile} /> : <Running tile={tile} />}</div>
      <footer className={classes['foot']}>
        <Artifacts tile={tile} />
        {tile.madeAt !== null && tile.run === null && (
          <Text span size="xs" c="dimmed">
            <When at={Date.parse(tile.madeAt)} />
          </Text>
        )}
      </footer>
    </article>
  );
}

export function nameOf({ manufacturer, model }: MachineTile): string {
  return [manufacturer, model].filter((word) => word !== '').join(' ') || 'no maker given';
}

function Standing({ tile }: { tile: MachineTile }) {
  if (tile.reason !== null)
    return (
      <Text size="xs" lineClamp={2} title={tile.reason}>
        {tile.state === 'waiting' ? `Waiting ${tile.reason}` : tile.reason}
      </Text>
    );
  if (tile.verdict === null) return null;
  return (
    <Text size="xs" lineClamp={2}>
      <Judged tile={tile} />
    </Text>
  );
}

/** The verdict on the newest data set, its quality, and the worst check. */
export function Judged({ tile }: { tile: MachineTile }) {
  if (tile.verdict === null) return <>–</>;
  return (
    <>
      <Verdict verdict={tile.verdict} /> · quality {(tile.quality ?? 0).toFixed(3)}
      {tile.worst !== null && ` · ${tile.worst.name} ${tile.worst.text}`}
    </>
  );
}

function Running({ tile }: { tile: MachineTile }) {
  const { run } = tile;
  if (run === null) return null;
  const share = run.total > 0 ? (run.current / run.total) * 100 : 0;
  return (
    <div className={classes['running']}>
      <div className={classes['progress']}>
        <Text size="xs" truncate title={tile.reason ?? undefined}>
          {runText(tile)}
        </Text>
        <Progress value={share} size={4} aria-label={`${titleOf(run.step)}: ${Math.round(share)} %`} />
        {tile.reason !== null && (
          <Text size="xs" c="dimmed" truncate title={tile.reason}>
            {tile.state === 'waiting' ? `Waiting ${tile.reason}` : tile.reason}
          </Text>
        )}
      </div>
      {run.losses.length > 1 && (
        <div className={classes['loss']}>
          <Sparkline values={run.losses} />
          <Text size="xs">loss {figure(run.loss ?? 0)}</Text>
        </div>
      )}
    </div>
  );
}

/** `train TVAE 143/300 · 4 s left` */
export function runText({ run }: MachineTile): string {
  if (run === null) return '';
  const far = run.total > 0 ? ` ${run.current.toLocaleString('en')}/${run.total.toLocaleString('en')}` : '';
  const left = run.etaSeconds === null ? '' : ` · ${duration(run.etaSeconds)} left`;
  return `${titleOf(run.step)}${far}${left}`;
}

function titleOf(step: string): string {
  return STEP_TITLES[step as Step];
}

/** Which of profile, model and data set there are. */
export function Artifacts({ tile: { has } }: { tile: MachineTile }) {
  const parts = [
    ['Profile', has.profile],
    ['Model', has.model],
    ['Data', has.data],
  ] as const;
  return (
    <span className={classes['artifacts']}>
      {parts.map(([name, there]) => (
        <Text key={name} span size="xs" c={there ? 'var(--good)' : 'var(--idle)'}>
          <Glyph of={there ? '✓' : '○'} /> {name}
          {!there && <span className="unseen"> missing</span>}
        </Text>
      ))}
    </span>
  );
}
