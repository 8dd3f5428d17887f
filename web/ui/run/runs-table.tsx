import { Table, Text } from '@mantine/core';
import { Link } from 'wouter';
import type { RunRow } from '../../../contracts/api/runs.js';
import { STEP_TITLES } from '../../../contracts/steps.js';
import { Glyph } from '../components/glyph.js';
import { State } from '../components/state.js';
import { When, useNow } from '../components/time.js';
import { duration } from '../format.js';

/** Runs as a table, each a link to its page. */
export function RunsTable({ runs }: { runs: readonly RunRow[] }) {
  const now = useNow(1_000);
  return (
    <Table.ScrollContainer minWidth={640}>
      <Table highlightOnHover>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Run</Table.Th>
            <Table.Th>State</Table.Th>
            <Table.Th>Step</Table.Th>
            <Table.Th>Began</Table.Th>
            <Table.Th className="numbers">Duration</Table.Th>
            <Table.Th>Part of</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {runs.map((run) => (
            <Table.Tr key={run.runId}>
              <Table.Td>
                <Link href={hrefOf(run)}>{run.name}</Link>
                <Text span size="xs" c="dimmed">
                  {' '}
                  {run.kind === 'fleet' ? 'fleet run' : run.machineType}
                </Text>
              </Table.Td>
              <Table.Td>
                <RunState run={run} />
              </Table.Td>
              <Table.Td>
                {run.step !== null && (run.status === 'running' || run.status === 'failed')
                  ? STEP_TITLES[run.step]
                  : ''}
              </Table.Td>
              <Table.Td>
                <When at={run.startedAt} />
              </Table.Td>
              <Table.Td className="numbers">
                {duration(Math.max(0, (run.finishedAt ?? now) - run.startedAt) / 1000)}
              </Table.Td>
              <Table.Td>
                {run.fleetRun !== null && <Link href={`/fleet/${run.fleetRun}`}>{run.fleetRun}</Link>}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

/** A fleet run that came to its end may have machines that failed: its page says how many. */
function RunState({ run: { kind, status } }: { run: RunRow }) {
  if (status !== 'succeeded') return <State state={status} />;
  return kind === 'machine' ? (
    <State state="ready">Succeeded</State>
  ) : (
    <span>
      <Glyph of="–" /> Ended
    </span>
  );
}

function hrefOf({ kind, name, runId }: RunRow): string {
  return kind === 'fleet' ? `/fleet/${name}` : `/runs/${name}/${runId}`;
}
