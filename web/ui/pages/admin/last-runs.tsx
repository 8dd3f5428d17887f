import { Table, Title } from '@mantine/core';
import { Link } from 'wouter';
import type { FleetRunSummary } from '../../../../contracts/api/machines.js';
import { State } from '../../components/state.js';
import type { StateName } from '../../components/state.js';
import { Loading, Nothing } from '../../components/states.js';
import { When, useNow } from '../../components/time.js';
import { duration } from '../../format.js';
import { outcomeOf } from '../fleet/run-strip.js';

const WORDS: Record<ReturnType<typeof outcomeOf>, [StateName, string]> = {
  running: ['running', 'Running'],
  failed: ['failed', 'Failed'],
  cancelled: ['cancelled', 'Cancelled'],
  succeeded: ['ready', 'Succeeded'],
};

/** The last fleet runs and their outcomes. */
export function LastRuns({ runs, known }: { runs: readonly FleetRunSummary[]; known: boolean }) {
  const now = useNow(5_000);
  return (
    <section aria-label="Last fleet runs">
      <Title order={2} size="h5" mb="xs">
        Last fleet runs
      </Title>
      {!known && <Loading what="fleet runs" />}
      {known && runs.length === 0 && <Nothing title="No fleet run yet" text="Regenerate all data starts the first." />}
      {runs.length > 0 && (
        <Table.ScrollContainer minWidth={620}>
          <Table>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Run</Table.Th>
                <Table.Th>State</Table.Th>
                <Table.Th className="numbers">Machines</Table.Th>
                <Table.Th className="numbers">Done</Table.Th>
                <Table.Th className="numbers">Up to date</Table.Th>
                <Table.Th className="numbers">Failed</Table.Th>
                <Table.Th>Began</Table.Th>
                <Table.Th className="numbers">Duration</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {runs.map((run) => (
                <Table.Tr key={run.name}>
                  <Table.Td>
                    <Link href={`/fleet/${run.name}`}>{run.name}</Link>
                  </Table.Td>
                  <Table.Td>
                    <State state={WORDS[outcomeOf(run)][0]}>{WORDS[outcomeOf(run)][1]}</State>
                  </Table.Td>
                  <Table.Td className="numbers">{run.total.toLocaleString('en')}</Table.Td>
                  {(['succeeded', 'upToDate', 'failed'] as const).map((status) => (
                    <Table.Td key={status} className="numbers">
                      {run.counts?.[status].toLocaleString('en') ?? '?'}
                    </Table.Td>
                  ))}
                  <Table.Td>
                    <When at={run.startedAt} />
                  </Table.Td>
                  <Table.Td className="numbers">{duration(((run.finishedAt ?? now) - run.startedAt) / 1000)}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
    </section>
  );
}
