import { Card, SimpleGrid, Table, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import type { MachineDetail, ShownProfile } from '../../../../contracts/api/machine.js';
import { Nothing } from '../../components/states.js';
import { figure } from '../../format.js';
import { MachineFrame } from './frame.js';
import classes from './machine.module.css';

/** What is known of a machine: maker, model, sensors, operation, failure modes. */
export default function ProfilePage({ params: { id } }: { params: { id: string } }) {
  return (
    <MachineFrame machineId={id} tab="profile">
      {(detail) => <Profile detail={detail} />}
    </MachineFrame>
  );
}

function Profile({ detail: { profile } }: { detail: MachineDetail }) {
  if (profile === null)
    return <Nothing title="No profile" text="Its configuration cannot be read; once it is corrected, it shows here." />;
  return (
    <SimpleGrid cols={{ base: 1, md: 2 }} spacing="sm">
      <Part title="Machine">
        <Facts
          facts={[
            ['Maker', profile.manufacturer],
            ['Model', profile.model],
            ['Type', profile.machine_type.replaceAll('_', ' ')],
            ['Description', profile.description],
            ['A row every', `${profile.sampling_interval_minutes ?? '?'} min`],
            ['Longest life', profile.wear?.max_rul_hours == null ? '' : `${figure(profile.wear.max_rul_hours)} h`],
            ['Wear', profile.wear?.degradation ?? ''],
          ]}
        />
      </Part>
      <Part title="Operating parameters">
        <Facts facts={Object.entries(profile.operational_parameters).map(([name, value]) => [name, String(value)])} />
        <Regimes profile={profile} />
      </Part>
      <div style={{ gridColumn: '1 / -1' }}>
        <Sensors profile={profile} />
      </div>
      <div style={{ gridColumn: '1 / -1' }}>
        <FailureModes profile={profile} />
      </div>
    </SimpleGrid>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Card h="100%">
      <Title order={2} size="h5" mb="xs">
        {title}
      </Title>
      {children}
    </Card>
  );
}

function Facts({ facts }: { facts: [string, string][] }) {
  const known = facts.filter(([, value]) => value !== '');
  if (known.length === 0) return <Text size="sm">none given</Text>;
  return (
    <dl className={classes['facts']}>
      {known.map(([name, value]) => [<dt key={`${name}?`}>{name}</dt>, <dd key={name}>{value}</dd>])}
    </dl>
  );
}

function Regimes({ profile: { operating } }: { profile: ShownProfile }) {
  const regimes = operating?.regimes ?? [];
  if (regimes.length === 0) return null;
  const all = regimes.reduce((sum, { share }) => sum + (share ?? 0), 0) || 1;
  return (
    <Text size="sm" mt="xs">
      Operates {regimes.map(({ name, load, share }) => regimeText(name, load, (share ?? 0) / all)).join(', ')}
    </Text>
  );
}

function regimeText(name: string, load: number | null | undefined, share: number): string {
  return `${name} (load ${Math.round((load ?? 0) * 100)} %, ${Math.round(share * 100)} % of the time)`;
}

const LIMITS = [
  ['physical_min', 'Least'],
  ['normal', 'Normal'],
  ['warning', 'Warning'],
  ['trip', 'Trip'],
  ['physical_max', 'Most'],
] as const;

function Sensors({ profile }: { profile: ShownProfile }) {
  return (
    <Part title={`${profile.sensors.length} sensors`}>
      <div className={classes['scroll']} tabIndex={0} role="region" aria-label="Sensors">
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Sensor</Table.Th>
              <Table.Th>Unit</Table.Th>
              {LIMITS.map(([, title]) => (
                <Table.Th key={title} className="numbers">
                  {title}
                </Table.Th>
              ))}
              <Table.Th>Limits from</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {profile.sensors.map((sensor) => (
              <Table.Tr key={sensor.name}>
                <Table.Td>
                  {sensor.name}
                  <Text size="xs" c="dimmed">
                    {sensor.description}
                  </Text>
                </Table.Td>
                <Table.Td>{sensor.unit}</Table.Td>
                {LIMITS.map(([field]) => (
                  <Table.Td key={field} className="numbers">
                    {sensor[field] == null ? '–' : figure(sensor[field])}
                  </Table.Td>
                ))}
                <Table.Td>
                  <Text size="xs">{sensor.limit_basis ?? ''}</Text>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
    </Part>
  );
}

function FailureModes({ profile: { failure_modes: modes } }: { profile: ShownProfile }) {
  const all = modes.reduce((sum, mode) => sum + (mode.probability ?? 1), 0) || 1;
  return (
    <Part title={modes.length === 1 ? '1 failure mode' : `${modes.length} failure modes`}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Failure mode</Table.Th>
            <Table.Th className="numbers">Share</Table.Th>
            <Table.Th>Sensors that it moves</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {modes.map((mode) => (
            <Table.Tr key={mode.name}>
              <Table.Td>
                {mode.name}
                <Text size="xs" c="dimmed">
                  {mode.description}
                </Text>
              </Table.Td>
              <Table.Td className="numbers">{Math.round(((mode.probability ?? 1) / all) * 100)} %</Table.Td>
              <Table.Td>
                {mode.effects
                  .map(({ sensor, direction }) => `${direction === 'down' ? '↓' : '↑'} ${sensor}`)
                  .join(', ')}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Part>
  );
}
