import { Text } from '@mantine/core';
import type { FleetRunAccount } from '../../../../contracts/api/fleet-runs.js';
import { MACHINE_STATUSES } from '../../../../contracts/runs.js';
import type { MachineStatus } from '../../../../contracts/runs.js';
import { Counts } from '../../components/counts.js';
import { STATES } from '../../components/state.js';
import { useNow } from '../../components/time.js';
import { duration } from '../../format.js';
import fleet from '../fleet/fleet.module.css';
import classes from './fleet-run.module.css';
import { stateOf } from './machine-status.js';

/** As the bar shows them: what is finished comes first. */
const ORDER: MachineStatus[] = ['succeeded', 'upToDate', 'failed', 'cancelled', 'running', 'queued'];

/** How far the fleet is: a bar, counts that filter, and figures. */
export function Totals({ account }: { account: FleetRunAccount }) {
  const { counts, total } = account;
  const done = counts.succeeded + counts.upToDate;
  return (
    <>
      <div className={classes['totals']} role="img" aria-label={`${done} of ${total} machines are done`}>
        {ORDER.filter((status) => status !== 'queued' && counts[status] > 0).map((status) => (
          <span
            key={status}
            style={{
              width: `${(counts[status] / Math.max(1, total)) * 100}%`,
              background: STATES[stateOf(status)].colour,
            }}
          />
        ))}
      </div>
      <div className={fleet['bar']}>
        <Counts names={MACHINE_STATUSES} counts={counts} stateOf={stateOf} />
        <Figures account={account} />
      </div>
    </>
  );
}

function Figures({ account }: { account: FleetRunAccount }) {
  const now = useNow(1_000);
  const { startedAt, finishedAt, etaSeconds, totals, concurrency, total } = account;
  const words = [
    `${total.toLocaleString('en')} machines, ${concurrency} at once`,
    `${finishedAt === null ? 'for' : 'took'} ${duration(((finishedAt ?? now) - startedAt) / 1000)}`,
    ...(etaSeconds === null ? [] : [`about ${duration(etaSeconds)} left`]),
    ...(totals.rows === 0 ? [] : [`${totals.rows.toLocaleString('en')} rows`]),
    ...(totals.quality === null
      ? []
      : [`quality ${totals.quality.mean.toFixed(3)}, least ${totals.quality.least.toFixed(3)}`]),
  ];
  return (
    <Text size="sm" c="dimmed">
      {words.join(' · ')}
    </Text>
  );
}
