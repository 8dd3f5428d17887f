import { SimpleGrid, Text } from '@mantine/core';
import type { DataOverview } from '../../../../contracts/api/data.js';
import { figure } from '../../format.js';
import classes from './correlation.module.css';
import { Section } from './section.js';

/** Correlations between sensors, real, synthetic and their difference. */
export function Correlation({ overview: { correlation, sensors } }: { overview: DataOverview }) {
  const { real, synthetic, gap, floor } = correlation;
  const difference = real.map((row, i) => row.map((value, j) => (synthetic[i]?.[j] ?? 0) - value));
  return (
    <Section
      title="Correlation"
      how={`Between sensors. Mean difference ${figure(gap)}; between the seed’s own two parts it is ${figure(floor)}.`}
    >
      <SimpleGrid cols={{ base: 1, md: 3 }}>
        <HeatMap title="Seed" names={sensors} values={real} />
        <HeatMap title="Synthetic" names={sensors} values={synthetic} />
        <HeatMap title="Synthetic − seed" names={sensors} values={difference} />
      </SimpleGrid>
      <Text size="xs" c="dimmed" mt="xs">
        Blue: together. Orange: against each other. Sensors are numbered in the order of the seed’s heat map.
      </Text>
    </Section>
  );
}

function HeatMap({ title, names, values }: { title: string; names: string[]; values: number[][] }) {
  return (
    <div className={classes['scroll']} role="region" aria-label={`Correlation, ${title}`} tabIndex={0}>
      <table className={classes['map']}>
        <caption>{title}</caption>
        <thead>
          <tr>
            <td />
            {names.map((name, at) => (
              <th key={name} scope="col" title={name} aria-label={name}>
                {at + 1}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {names.map((name, row) => (
            <tr key={name}>
              <th scope="row">
                {row + 1} {name}
              </th>
              {(values[row] ?? []).map((value, column) => (
                <td key={names[column]} title={`${name} and ${names[column] ?? ''}: ${value.toFixed(2)}`}>
                  <span className={classes['cell']} style={{ background: shade(value) }}>
                    {tenths(value)}
                  </span>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** To one digit, and nothing below zero that rounds to it. */
function tenths(value: number): string {
  return (Math.round(value * 10) / 10 + 0).toFixed(1).replace('-', '−');
}

/** Colour of a correlation: stronger where it is stronger, never so strong that its number cannot be read. */
function shade(value: number): string {
  const share = Math.round(Math.min(Math.abs(value), 1) * 35);
  const colour = value >= 0 ? 'var(--series-1)' : 'var(--series-2)';
  return `color-mix(in srgb, ${colour} ${share}%, var(--mantine-color-body))`;
}
