import { Button, Card, Table, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import type { HealthReport } from '../../../../contracts/api/health.js';
import { get } from '../../api.js';
import { Glyph } from '../../components/glyph.js';
import { Failed } from '../../components/states.js';
import { When } from '../../components/time.js';
import classes from './admin.module.css';

const SHOWN = 12;

/** Reads and checks every machine's profile, model and data set; the fleet's page only sees whether they are there. */
export function HealthCard() {
  const { data, error, isFetching, refetch } = useQuery({
    queryKey: ['health'],
    queryFn: ({ signal }) => get<HealthReport>('/api/health', signal),
    enabled: false,
  });
  return (
    <Card className={classes['card'] ?? ''}>
      <Title order={2} size="h5">
        Health check
      </Title>
      <Text size="sm" c="dimmed" my="xs">
        Reads every machine’s profile, model and data set and checks that they are valid. It takes a second for about
        thirty machines.
      </Text>
      {error !== null && <Failed error={error} />}
      {data !== undefined && <Result report={data} />}
      <Button loading={isFetching} onClick={() => void refetch()}>
        Check all machines
      </Button>
    </Card>
  );
}

function Result({ report: { machines, checkedAt } }: { report: HealthReport }) {
  const lacking = machines.filter(({ metadata, model, data }) => !(metadata && model && data));
  return (
    <div role="status">
      <Text size="sm" mb="xs">
        {machines.length - lacking.length} of {machines.length} machines are fully ready, <When at={checkedAt} />.
      </Text>
      {lacking.length > 0 && (
        <Table mb="xs" aria-label="Machines that are not ready">
          <Table.Tbody>
            {lacking.slice(0, SHOWN).map((machine) => (
              <Table.Tr key={machine.machineId}>
                <Table.Td>
                  <Link href={`/machines/${machine.machineId}`}>{machine.machineId}</Link>
                </Table.Td>
                {(['metadata', 'model', 'data'] as const).map((part) => (
                  <Table.Td key={part} c={machine[part] ? 'var(--good)' : 'var(--bad)'}>
                    <Glyph of={machine[part] ? '✓' : '✕'} /> {part === 'metadata' ? 'profile' : part}
                    {!machine[part] && <span className="unseen"> missing or broken</span>}
                  </Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
      {lacking.length > SHOWN && (
        <Text size="xs" mb="xs">
          and {lacking.length - SHOWN} more
        </Text>
      )}
    </div>
  );
}
