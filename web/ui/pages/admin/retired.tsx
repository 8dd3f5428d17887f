import { Card, Table, Text, Title } from '@mantine/core';
import { Restore, useRetired } from '../../components/restore.js';
import { When } from '../../components/time.js';

/** Machines that have left the fleet, and the way back. Nothing is shown where there are none. */
export function RetiredCard() {
  const machines = useRetired().data?.machines ?? [];
  if (machines.length === 0) return null;
  return (
    <Card mt="md" component="section" aria-label="Retired machines">
      <Title order={2} size="h5">
        Retired machines
      </Title>
      <Text size="sm" c="dimmed" mb="xs">
        They have left the fleet with all that is their own. Restored, they are as they were.
      </Text>
      <Table.ScrollContainer minWidth={480}>
        <Table>
          <Table.Tbody>
            {machines.map(({ machineId, machineType, manufacturer, model, retiredAt, where }) => (
              <Table.Tr key={machineId}>
                <Table.Td className="mono">{machineId}</Table.Td>
                <Table.Td>
                  {[manufacturer, model].filter(Boolean).join(' ') || machineType.replaceAll('_', ' ')}
                </Table.Td>
                <Table.Td className="word">
                  <When at={Date.parse(retiredAt)} />
                </Table.Td>
                <Table.Td className="mono anywhere">{where}</Table.Td>
                <Table.Td className="numbers">
                  <Restore machineId={machineId} />
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Card>
  );
}
