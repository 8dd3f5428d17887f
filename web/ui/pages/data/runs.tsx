import { SimpleGrid, Table, Text } from '@mantine/core';
import { Glyph } from '../../components/glyph.js';
import type { DataOverview } from '../../../../contracts/api/data.js';
import { Chart } from '../../components/chart.js';
import { Steps } from '../../components/steps.js';
import { figure } from '../../format.js';
import { Section } from './section.js';

/** Runs and rows of each split, how long runs are, and whether a run is in two splits. */
export function RunsSection({ overview }: { overview: DataOverview }) {
  const { runLengths, survival } = overview;
  return (
    <Section title="Runs" how="Splits hold whole runs; lengths and failure modes should be those of the seed.">
      <RunsTable overview={overview} />
      <Leakage overview={overview} />
      <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }} mt="sm">
        <Steps
          title="Length of the runs"
          unit="h"
          edges={runLengths.edges}
          series={[
            { label: 'seed', colour: '--series-1', shares: runLengths.real },
            { label: 'synthetic', colour: '--series-2', shares: runLengths.synthetic },
          ]}
        />
        {survival.map(({ mode, hours, real, synthetic }) => (
          <div key={mode}>
            <Text size="xs">Share that live longer: {mode}</Text>
            <Chart
              title={`Share of the runs that end in ${mode} and live longer`}
              xLabel="hours"
              x={hours}
              height={120}
              series={[
                { label: 'seed', colour: '--series-1', values: real ?? hours.map(() => null) },
                { label: 'synthetic', colour: '--series-2', values: synthetic ?? hours.map(() => null) },
              ]}
            />
          </div>
        ))}
      </SimpleGrid>
    </Section>
  );
}

function RunsTable({ overview: { splits, modes } }: { overview: DataOverview }) {
  return (
    <Table.ScrollContainer minWidth={560}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Rows of</Table.Th>
            <Table.Th className="numbers">Rows</Table.Th>
            <Table.Th className="numbers">Runs</Table.Th>
            <Table.Th className="numbers">Shortest</Table.Th>
            <Table.Th className="numbers">Median</Table.Th>
            <Table.Th className="numbers">Longest</Table.Th>
            {modes.map((mode) => (
              <Table.Th key={mode} className="numbers">
                {mode}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {splits.map((split) => (
            <Table.Tr key={split.name}>
              <Table.Td>{split.name}</Table.Td>
              <Table.Td className="numbers">{split.rows.toLocaleString('en')}</Table.Td>
              <Table.Td className="numbers">{split.runs}</Table.Td>
              {[split.hours.least, split.hours.median, split.hours.most].map((value, at) => (
                <Table.Td key={at} className="numbers">
                  {figure(value)} h
                </Table.Td>
              ))}
              {modes.map((mode) => (
                <Table.Td key={mode} className="numbers">
                  {split.modes[mode] ?? 0}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function Leakage({ overview: { leakage, constant } }: { overview: DataOverview }) {
  const shared = leakage.shared.filter(({ runs }) => runs.length > 0);
  return (
    <Text size="sm" mt="xs">
      {shared.length === 0 ? (
        <>
          <Glyph of="✓" /> No run is in two splits.
        </>
      ) : (
        <Text span c="var(--bad)">
          <Glyph of="✕" /> {shared.map(({ a, b, runs }) => `${runs.length} runs are in ${a} and in ${b}`).join('; ')}.
        </Text>
      )}
      {constant.length > 0 && ` Constant: ${constant.join(', ')}.`}
    </Text>
  );
}
