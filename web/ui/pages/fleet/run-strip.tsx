import { Text } from '@mantine/core';
import { Link } from 'wouter';
import type { FleetRunSummary } from '../../../../contracts/api/machines.js';
import { absolute, duration } from '../../format.js';
import classes from './fleet.module.css';

/** The last fleet runs as bars, as high as they were long; each opens its run, a red one at what failed. */
export function RunStrip({ runs }: { runs: readonly FleetRunSummary[] }) {
  if (runs.length === 0) return null;
  const longest = Math.max(...runs.map(secondsOf), 1);
  return (
    <nav className={classes['strip']} aria-label="Last fleet runs" style={{ marginLeft: 'auto' }}>
      <Text size="xs" c="dimmed" mr={4} visibleFrom="sm">
        Last fleet runs
      </Text>
      {[...runs].reverse().map((run) => (
        <Link
          key={run.name}
          href={`/fleet/${run.name}${outcomeOf(run) === 'failed' ? '?state=failed' : ''}`}
          data-outcome={outcomeOf(run)}
          title={wordsOf(run)}
          aria-label={wordsOf(run)}
        >
          <span style={{ height: 6 + Math.round((secondsOf(run) / longest) * 18) }} />
        </Link>
      ))}
    </nav>
  );
}

export function outcomeOf({ status }: FleetRunSummary): 'running' | 'failed' | 'cancelled' | 'succeeded' {
  return status === 'failed' || status === 'cancelled' || status === 'succeeded' ? status : 'running';
}

function secondsOf({ startedAt, finishedAt }: FleetRunSummary): number {
  return ((finishedAt ?? Date.now()) - startedAt) / 1000;
}

function wordsOf(run: FleetRunSummary): string {
  const failed = run.counts?.failed ?? 0;
  const outcome = failed > 0 ? `${failed} of ${run.total} failed` : run.status;
  return `${run.name}: ${outcome}, ${absolute(run.startedAt)}, ${duration(secondsOf(run))}`;
}
