import { SimpleGrid, Table, Text } from '@mantine/core';
import type { DataOverview } from '../../../../contracts/api/data.js';
import type { ShownProfile } from '../../../../contracts/api/machine.js';
import { Pair } from '../../components/pair.js';
import { Steps } from '../../components/steps.js';
import { figure } from '../../format.js';
import { Section } from './section.js';

const HOW_MEASURED =
  'Rows at each combination of levels that the settings are set to, and how many rows a stay lasts on average. Settings are drawn as they were recorded, so that seed and synthetic should agree.';

/** How the machine is run: measured where columns say so, else as its profile has it. */
export function Operation({ overview, profile }: { overview: DataOverview; profile: ShownProfile | null }) {
  const { operation } = overview;
  if (operation === null) return <FromProfile profile={profile} />;
  return (
    <Section title="Operating regimes" how={HOW_MEASURED}>
      {operation.points.length === 0 ? (
        <Text size="sm">The settings vary continuously: there are no operating points to count.</Text>
      ) : (
        <Points operation={operation} />
      )}
      <SimpleGrid cols={{ base: 1, xs: 2, md: 3, lg: 4 }} mt="sm">
        {operation.settings.map((name, at) => {
          const found = operation.distributions[at];
          if (found === undefined) return null;
          return (
            <Steps
              key={name}
              title={name}
              unit=""
              edges={found.edges}
              series={[
                { label: 'seed', colour: '--series-1', shares: found.real },
                { label: 'synthetic', colour: '--series-2', shares: found.synthetic },
              ]}
            />
          );
        })}
      </SimpleGrid>
    </Section>
  );
}

function Points({ operation }: { operation: NonNullable<DataOverview['operation']> }) {
  const { settings, points, off } = operation;
  const rows = (value: number) => `${value.toFixed(1)} rows`;
  return (
    <>
      <Table.ScrollContainer minWidth={560}>
        <Table aria-label="Operating points">
          <Table.Thead>
            <Table.Tr>
              {settings.map((name) => (
                <Table.Th key={name} className="numbers">
                  {name}
                </Table.Th>
              ))}
              <Table.Th>Share of the rows</Table.Th>
              <Table.Th className="numbers">A stay, seed</Table.Th>
              <Table.Th className="numbers">synthetic</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {points.map(({ values, share, stay }) => (
              <Table.Tr key={values.join(' ')}>
                {settings.map((name, at) => (
                  <Table.Td key={name} className="numbers">
                    {values[at] == null ? 'varies' : figure(values[at])}
                  </Table.Td>
                ))}
                <Table.Td>
                  <Pair {...share} text={(value) => `${(value * 100).toFixed(1)} %`} />
                </Table.Td>
                <Table.Td className="numbers">{rows(stay.real)}</Table.Td>
                <Table.Td className="numbers">{rows(stay.synthetic)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      <Text size="sm" mt={4}>
        At none of these points: {(off.real * 100).toFixed(1)} % of the seed’s rows, {(off.synthetic * 100).toFixed(1)}{' '}
        % of the synthetic ones.
      </Text>
    </>
  );
}

function FromProfile({ profile }: { profile: ShownProfile | null }) {
  const regimes = profile?.operating?.regimes ?? [];
  if (regimes.length === 0) return null;
  return (
    <Section
      title="Operating regimes"
      how="As the profile has them. No column says in which of them a row was taken, so that their shares cannot be counted; what they do to each sensor is part of its distribution below."
    >
      <Table aria-label="Regimes" maw={480}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Regime</Table.Th>
            <Table.Th className="numbers">Load</Table.Th>
            <Table.Th className="numbers">Share of the time</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {regimes.map(({ name, load, share }) => (
            <Table.Tr key={name}>
              <Table.Td>{name.replaceAll('_', ' ')}</Table.Td>
              <Table.Td className="numbers">{load == null ? '–' : `${figure(load * 100)} %`}</Table.Td>
              <Table.Td className="numbers">{share == null ? '–' : `${figure(share * 100)} %`}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Section>
  );
}
