import { Card, Table, Text, Title } from '@mantine/core';
import { useQueries } from '@tanstack/react-query';
import type { ReportCheck, ValidationReport } from '../../../../contracts/validation-report.js';
import { get } from '../../api.js';
import { Failed, Loading } from '../../components/states.js';
import { Verdict } from '../../components/verdict.js';
import { figure } from '../../format.js';
import classes from './machine.module.css';
import { valueOf } from './validation-card.js';

/** Two generations, check by check; those that differ come first. */
export function Comparison({ machineId, names }: { machineId: string; names: [string, string] }) {
  const [left, right] = useQueries({
    queries: names.map((name) => ({
      queryKey: ['report', machineId, name],
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        get<ValidationReport>(`/api/machines/${machineId}/generations/${name}/report`, signal),
    })),
  });
  const error = left?.error ?? right?.error ?? null;
  if (error !== null) return <Failed error={error} />;
  if (left?.data === undefined || right?.data === undefined) return <Loading what="reports" />;
  const rows = paired(left.data, right.data);
  return (
    <Card mt="sm">
      <Title order={2} size="h5" mb="xs">
        <span className="mono">{names[0]}</span> beside <span className="mono">{names[1]}</span>
      </Title>
      <div className={classes['scroll']} tabIndex={0} role="region" aria-label="Comparison">
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Check</Table.Th>
              {names.map((name) => (
                <Table.Th key={name} className="mono">
                  {name}
                </Table.Th>
              ))}
              <Table.Th className="numbers">Difference</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map(({ name, meaning, pair: [a, b], difference }) => (
              <Table.Tr key={name}>
                <Table.Td>
                  {name}
                  <Text size="xs" c="dimmed">
                    {meaning}
                  </Text>
                </Table.Td>
                {[a, b].map((check, at) => (
                  <Table.Td key={at}>
                    {check === null ? (
                      'not measured'
                    ) : (
                      <>
                        <Verdict verdict={check.verdict} /> {valueOf(check)}
                      </>
                    )}
                  </Table.Td>
                ))}
                <Table.Td className="numbers">{differenceText(difference)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
    </Card>
  );
}

interface Row {
  name: string;
  meaning: string;
  pair: [ReportCheck | null, ReportCheck | null];
  difference: number | null;
}

function paired(left: ValidationReport, right: ValidationReport): Row[] {
  const names = [...new Set([...left.checks, ...right.checks].map((check) => check.name))];
  const rows = names.map((name): Row => {
    const [a, b] = [left, right].map(({ checks }) => checks.find((check) => check.name === name) ?? null);
    const same = a?.text === b?.text;
    const difference = a?.value == null || b?.value == null ? null : same ? 0 : b.value - a.value;
    return { name, meaning: (a ?? b)?.meaning ?? '', pair: [a ?? null, b ?? null], difference };
  });
  const rank = ({ pair: [a, b], difference }: Row) =>
    a?.verdict !== b?.verdict ? 0 : difference === null || difference === 0 ? 2 : 1;
  return rows.sort((a, b) => rank(a) - rank(b));
}

function differenceText(difference: number | null): string {
  if (difference === null) return '–';
  if (difference === 0) return 'same';
  return `${difference > 0 ? '+' : '−'}${figure(Math.abs(difference))}`;
}
