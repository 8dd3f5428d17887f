import { SimpleGrid, Text } from '@mantine/core';
import type { DataOverview } from '../../../../contracts/api/data.js';
import { Chart } from '../../components/chart.js';
import { Section } from './section.js';

/** How long each sensor remembers. */
export function Autocorrelation({ overview: { autocorrelation, sensors } }: { overview: DataOverview }) {
  const { lags, real, synthetic } = autocorrelation;
  return (
    <Section title="Autocorrelation" how="Of each sensor less its run’s mean, by lag in rows.">
      <SimpleGrid cols={{ base: 1, xs: 2, md: 3, lg: 4 }}>
        {sensors.map((sensor, at) => (
          <div key={sensor}>
            <Text size="xs">{sensor}</Text>
            <Chart
              title={`Autocorrelation of ${sensor}`}
              xLabel="lag"
              x={lags}
              height={110}
              series={[
                { label: 'seed', colour: '--series-1', values: real[at] ?? [] },
                { label: 'synthetic', colour: '--series-2', values: synthetic[at] ?? [] },
              ]}
            />
          </div>
        ))}
      </SimpleGrid>
    </Section>
  );
}
