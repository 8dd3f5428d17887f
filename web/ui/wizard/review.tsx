import { Alert, Anchor, Button, Code, Group, Paper, SimpleGrid, Stack, Table, Text, Title } from '@mantine/core';
import { useRef, useState } from 'react';
import type { ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import type { CreatedMachine, NewMachine } from '../../../contracts/api/drafts.js';
import { post } from '../api.js';
import { Failed } from '../components/states.js';
import { configurationOf, parametersOf } from './draft.js';
import { EstimateNote } from './settings.js';
import { pageOf, useWizard } from './wizard.js';
import type { PageName } from './wizard.js';
import classes from './wizard.module.css';

/** Everything on one page, and the launch. */
export function ReviewPage({ done }: { done: () => void }) {
  const { problems } = useWizard();
  return (
    <Stack>
      <Problems />
      <SimpleGrid cols={{ base: 1, md: 2 }}>
        <IdentityPart />
        <SettingsPart />
      </SimpleGrid>
      <SensorsPart />
      <FailuresPart />
      {problems.length === 0 && <EstimateNote />}
      <Launch done={done} />
    </Stack>
  );
}

/** What keeps the machine from being made, with the way to it. */
function Problems() {
  const { problems, urlOf } = useWizard();
  if (problems.length === 0) return null;
  return (
    <Alert
      color="var(--bad)"
      variant="outline"
      title={problems.length === 1 ? 'One thing to correct' : `${problems.length} things to correct`}
    >
      <ul className={classes['plainList']}>
        {problems.map(({ field, message }) => (
          <li key={`${field} ${message}`}>
            <Code>{field}</Code> {message}{' '}
            <Anchor component={Link} size="sm" href={urlOf(pageOf(field))}>
              correct
            </Anchor>
          </li>
        ))}
      </ul>
    </Alert>
  );
}

function Part({ page, title, children }: { page: PageName; title: string; children: ReactNode }) {
  const { urlOf } = useWizard();
  return (
    <Paper withBorder p="sm" component="section" aria-label={title}>
      <Group justify="space-between" mb={4}>
        <Title order={2} size="h5">
          {title}
        </Title>
        <Anchor component={Link} size="sm" href={urlOf(page)} aria-label={`Change ${title.toLowerCase()}`}>
          change
        </Anchor>
      </Group>
      {children}
    </Paper>
  );
}

function Facts({ facts }: { facts: [string, ReactNode][] }) {
  return (
    <dl className={classes['facts']}>
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value === '' ? '—' : value}</dd>
        </div>
      ))}
    </dl>
  );
}

function IdentityPart() {
  const { machine_id: id, machine_type: type, manufacturer, model, description } = useWizard().form.getValues();
  return (
    <Part page="identity" title="Identity">
      <Facts
        facts={[
          ['Id', <span className="mono">{id === '' ? '—' : id}</span>],
          ['Type', type.replaceAll('_', ' ')],
          ['Maker and model', `${manufacturer} ${model}`.trim()],
          ['Description', description],
        ]}
      />
    </Part>
  );
}

function SettingsPart() {
  const draft = useWizard().form.getValues();
  const { seedSamples, epochs, batchSize, samples, seed } = parametersOf(draft);
  const { train, val, test } = draft.parameters;
  return (
    <Part page="settings" title="Settings">
      <Facts
        facts={[
          ['Rows of the seed', seedSamples?.toLocaleString('en') ?? ''],
          ['Training', `${epochs ?? ''} epochs, batches of ${batchSize ?? ''}`],
          ['Rows of the data set', samples?.toLocaleString('en') ?? ''],
          ['Train, val, test', `${train}, ${val}, ${test} %`],
          ['Random seed', String(seed ?? '')],
        ]}
      />
    </Part>
  );
}

/** Sensors as they will be: what is proposed is marked. */
function SensorsPart() {
  const { form, check } = useWizard();
  const { sensors } = form.getValues();
  const cell = (at: number, field: string, given: unknown) => {
    if (given !== undefined && given !== '') return String(given as number);
    const proposed = check?.assumed.find((each) => each.field === `sensors.${at}.${field}`);
    return proposed === undefined ? '' : <i title={proposed.basis}>{String(proposed.value as number)}</i>;
  };
  const columns = ['physical_min', 'physical_max', 'normal', 'warning', 'trip'] as const;
  return (
    <Part page="sensors" title={`Sensors (${sensors.length})`}>
      <Table.ScrollContainer minWidth={520}>
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Name</Table.Th>
              <Table.Th>Unit</Table.Th>
              {['Least', 'Most', 'Normal', 'Warning', 'Trip'].map((name) => (
                <Table.Th key={name} className="numbers">
                  {name}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {sensors.map((sensor, at) => (
              <Table.Tr key={sensor.key}>
                <Table.Td className="mono">{sensor.name}</Table.Td>
                <Table.Td>{sensor.unit}</Table.Td>
                {columns.map((field) => (
                  <Table.Td key={field} className="numbers">
                    {cell(at, field, sensor[field])}
                  </Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      {(check?.assumed.length ?? 0) > 0 && (
        <Text size="xs" c="dimmed">
          <i>Slanted</i> values are proposed; the profile says on what basis.
        </Text>
      )}
    </Part>
  );
}

function FailuresPart() {
  const { form, check } = useWizard();
  const given = form.getValues().failure_modes;
  const modes = check?.profile?.failure_modes;
  return (
    <Part page="operation" title={`Failure modes (${given.length})`}>
      {given.length === 0 ? (
        <Text size="sm" c="dimmed">
          None: no run ends, and the data have no remaining useful life.
        </Text>
      ) : (
        <ul className={classes['plainList']}>
          {given.map(({ key, name, description }, at) => (
            <li key={key}>
              <span className="mono">{name}</span>{' '}
              {description !== '' && <span className={classes['dim']}>{description} </span>}
              {modes?.[at] !== undefined && (
                <span className={classes['dim']}>
                  — moves {modes[at].effects.map(({ sensor, direction }) => `${sensor} ${direction}`).join(', ')}
                </span>
              )}
            </li>
          ))}
        </ul>
      )}
    </Part>
  );
}

/** Makes the machine, and starts its pipeline if that is asked. Whatever is clicked twice is done once. */
function Launch({ done }: { done: () => void }) {
  const { form, editing, problems, current } = useWizard();
  const [, navigate] = useLocation();
  const [busy, setBusy] = useState<'create' | 'run' | null>(null);
  const [error, setError] = useState<unknown>(null);
  // State alone would let a second click through before the page is drawn again.
  const launched = useRef(false);
  // The machine that this page has made, when its run could not be started: the next attempt may replace it.
  const created = useRef(false);
  const launch = async (what: 'create' | 'run') => {
    if (launched.current) return;
    launched.current = true;
    setBusy(what);
    setError(null);
    try {
      const draft = form.getValues();
      const machine: NewMachine = {
        configuration: configurationOf(draft),
        replace: editing !== null || created.current,
      };
      const { machineId } = await post<CreatedMachine>('/api/machines', machine);
      created.current = true;
      if (what === 'run') await post(`/api/machines/${machineId}/runs`, { parameters: parametersOf(draft) });
      done();
      navigate(what === 'run' ? `/runs/${machineId}` : `/machines/${machineId}`);
    } catch (refused) {
      setError(refused);
      setBusy(null);
      launched.current = false;
    }
  };
  const ready = problems.length === 0 && current;
  const verb = editing === null ? 'Create' : 'Save';
  return (
    <Stack gap="xs">
      {error !== null && <Failed error={error} />}
      <Group>
        <Button
          size="sm"
          loading={busy === 'run'}
          disabled={!ready || busy !== null}
          onClick={() => void launch('run')}
        >
          {verb} and run
        </Button>
        <Button
          size="sm"
          variant="default"
          loading={busy === 'create'}
          disabled={!ready || busy !== null}
          onClick={() => void launch('create')}
        >
          {verb} only
        </Button>
        {!ready && (
          <Text size="sm" c="dimmed" role="status">
            {problems.length > 0 ? 'Correct what is listed above first.' : 'Checking the draft…'}
          </Text>
        )}
      </Group>
    </Stack>
  );
}
