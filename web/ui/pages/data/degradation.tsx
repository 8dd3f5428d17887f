import { Table } from '@mantine/core';
import type { DataOverview } from '../../../../contracts/api/data.js';
import { Pair } from '../../components/pair.js';
import { Section } from './section.js';

const MEASURES = [
  ['rulCorrelation', '|Correlation with RUL|'],
  ['monotonicity', 'Monotonicity'],
  ['trendability', 'Trendability'],
  ['prognosability', 'Prognosability'],
] as const;

/** How each sensor shows wear, the most telling one first. */
export function Degradation({ overview: { degradation } }: { overview: DataOverview }) {
  return (
    <Section
      title="Degradation"
      how="How much each sensor tells of the time left, from 0 to 1 (Coble and Hines 2009): seed above, synthetic below. What tells most comes first."
    >
      <Table.ScrollContainer minWidth={640}>
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Sensor</Table.Th>
              {MEASURES.map(([key, word]) => (
                <Table.Th key={key}>{word}</Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {degradation.map((row) => (
              <Table.Tr key={row.sensor}>
                <Table.Td>{row.sensor}</Table.Td>
                {MEASURES.map(([key]) => (
                  <Table.Td key={key}>
                    <Pair {...row[key]} text={(value) => value.toFixed(2)} />
                  </Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Section>
  );
}
