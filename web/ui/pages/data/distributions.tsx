import { SimpleGrid, Text } from '@mantine/core';
import type { DataOverview } from '../../../../contracts/api/data.js';
import { Steps } from '../../components/steps.js';
import { Section } from './section.js';

/** Each sensor's values, early and late in life. */
export function Distributions({ overview }: { overview: DataOverview }) {
  return (
    <Section
      title="Distributions"
      how="Values in the first fifth of life (dashed) and in the last fifth: what wear moves lies apart, and seed and synthetic should lie over each other."
    >
      <SimpleGrid cols={{ base: 1, xs: 2, md: 3, lg: 4 }}>
        {overview.distributions.map((of) => (
          <Steps
            key={of.sensor}
            title={of.sensor}
            unit=""
            edges={of.edges}
            series={[
              { label: 'seed, early', colour: '--series-1', dashed: true, shares: of.realEarly },
              { label: 'seed, late', colour: '--series-1', shares: of.realLate },
              { label: 'synthetic, early', colour: '--series-2', dashed: true, shares: of.syntheticEarly },
              { label: 'synthetic, late', colour: '--series-2', shares: of.syntheticLate },
            ]}
          />
        ))}
      </SimpleGrid>
      <Text size="xs" c="dimmed" mt="xs">
        A histogram of each side adds up to 100 %.
      </Text>
    </Section>
  );
}
