import { Table, Text } from '@mantine/core';
import type { FleetRunPreview } from '../../../../contracts/api/fleet-runs.js';
import { STEP_TITLES } from '../../../../contracts/steps.js';
import { bytes, duration } from '../../format.js';
import classes from './admin.module.css';

/** Longer lists are cut here: the numbers above say how many there are, and the run takes all of them. */
const SHOWN = 300;

/** What the run would do: how many machines, how long, how much disk, what is replaced; each machine with its reason. */
export function Preview({ preview }: { preview: FleetRunPreview }) {
  const { machines, skipped, expectedSeconds, expectedBytes, freeBytes, concurrency } = preview;
  const replaced = machines.filter((machine) => machine.replaces).length;
  const full = expectedBytes > freeBytes;
  return (
    <div role="status">
      <dl className={classes['facts']}>
        <dt>Machines</dt>
        <dd>
          {machines.length.toLocaleString('en')} run, {skipped.length.toLocaleString('en')} are skipped
        </dd>
        <dt>Time</dt>
        <dd>
          {machines.length === 0
            ? 'none'
            : expectedSeconds === null
              ? 'not known: no such step has run here yet'
              : `about ${duration(expectedSeconds)} with ${concurrency} at once`}
        </dd>
        <dt>Disk</dt>
        <dd>
          about {bytes(expectedBytes)} of {bytes(freeBytes)} that are free
          {full && <strong> – not enough</strong>}
        </dd>
        <dt>Replaced</dt>
        <dd>
          {replaced === 0
            ? 'nothing that is published'
            : `${replaced.toLocaleString('en')} published data sets, if the new ones pass`}
        </dd>
      </dl>
      {machines.length > 0 && (
        <details>
          <summary>Machines that run, and why</summary>
          <div className={classes['list']} tabIndex={0} role="region" aria-label="Machines that run">
            <Table>
              <Table.Tbody>
                {machines.slice(0, SHOWN).map(({ machineId, steps, reason, replaces }) => (
                  <Table.Tr key={machineId}>
                    <Table.Td>{machineId}</Table.Td>
                    <Table.Td>
                      {steps.length === 7 ? 'every step' : `from ${STEP_TITLES[steps[0] ?? 'createProfile']} on`}
                      {replaces ? ', replaces' : ''}
                    </Table.Td>
                    <Table.Td>{reason}</Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </div>
          {machines.length > SHOWN && <Text size="xs">and {machines.length - SHOWN} more</Text>}
        </details>
      )}
      {skipped.length > 0 && (
        <details>
          <summary>Machines that are skipped, and why</summary>
          <div className={classes['list']} tabIndex={0} role="region" aria-label="Machines that are skipped">
            <Table>
              <Table.Tbody>
                {skipped.slice(0, SHOWN).map(({ machineId, reason }) => (
                  <Table.Tr key={machineId}>
                    <Table.Td>{machineId}</Table.Td>
                    <Table.Td>{reason}</Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </div>
          {skipped.length > SHOWN && <Text size="xs">and {skipped.length - SHOWN} more</Text>}
        </details>
      )}
    </div>
  );
}
