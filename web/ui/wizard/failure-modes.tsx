import { Button, Fieldset, Paper, Select, SimpleGrid, Stack, Table, Text } from '@mantine/core';
import { Glyph } from '../components/glyph.js';
import { DEGRADATIONS } from '../../../contracts/machine-types.js';
import { newEffect, newMode } from './draft.js';
import type { EffectDraft, ModeDraft } from './draft.js';
import { effectsOf, modesMoving } from './effects.js';
import { NumberField, SelectField, TextField } from './fields.js';
import { Action, ItemActions } from './item-actions.js';
import { useWizard } from './wizard.js';
import classes from './wizard.module.css';

/** What ends the machine's runs, and which sensors each of it moves. */
export function FailureModes() {
  const { form, check } = useWizard();
  const { failure_modes: modes, sensors } = form.getValues();
  const unmoved = sensors.filter(({ name }) => name !== '' && modesMoving(name, modes, check)?.length === 0);
  return (
    <Fieldset legend="Failure modes">
      <Stack gap="sm">
        {modes.length === 0 && (
          <Text size="sm" c="dimmed">
            None: no run ends, and the data will have no remaining useful life.
          </Text>
        )}
        {modes.map((mode, at) => (
          <Mode key={mode.key} mode={mode} at={at} />
        ))}
        {unmoved.length > 0 && (
          <Text size="sm" c="var(--warn)">
            <Glyph of="⚠" /> No failure mode moves {unmoved.map(({ name }) => name).join(', ')}.
          </Text>
        )}
        <Button
          style={{ alignSelf: 'flex-start' }}
          onClick={() => {
            form.insertListItem('failure_modes', newMode());
          }}
        >
          Add failure mode
        </Button>
      </Stack>
    </Fieldset>
  );
}

function Mode({ mode, at }: { mode: ModeDraft; at: number }) {
  const { form } = useWizard();
  const what = mode.name === '' ? `failure mode ${at + 1}` : mode.name;
  const path = (field: string) => `failure_modes.${at}.${field}`;
  return (
    <Paper withBorder p="sm" component="section" aria-label={what}>
      <div className={classes['modeHead']}>
        <SimpleGrid cols={{ base: 1, xs: 2, md: 4 }} spacing="sm" className={classes['grow'] ?? ''}>
          <TextField
            path={path('name')}
            label="Name"
            placeholder="bearing_wear"
            required
            mono
            autoFocus={mode.name === ''}
          />
          <TextField path={path('description')} label="Description" placeholder="fatigue of the drive-end bearing" />
          <NumberField path={path('probability')} label="How often" placeholder="1" description="Beside the others" />
          <SelectField
            path={path('degradation')}
            label="Wear"
            options={DEGRADATIONS}
            placeholder="as the machine"
            clearable
          />
        </SimpleGrid>
        <ItemActions
          list="failure_modes"
          at={at}
          what={what}
          remove={() => {
            form.removeListItem('failure_modes', at);
          }}
        />
      </div>
      <Effects mode={mode} at={at} what={what} />
    </Paper>
  );
}

/** The sensors that a failure mode moves: as given, or as proposed until somebody changes them. */
function Effects({ mode, at, what }: { mode: ModeDraft; at: number; what: string }) {
  const { form, check, problems } = useWizard();
  const effects = effectsOf(at, mode, check);
  const path = `failure_modes.${at}.effects`;
  const proposed = mode.effects === null ? check?.assumed.find(({ field }) => field === path) : undefined;
  const problem = problems.find(({ field }) => field === path);
  const set = (changed: EffectDraft[]) => {
    form.setFieldValue(path, changed.length === 0 ? null : changed);
  };
  const free = form.getValues().sensors.filter(({ name }) => effects?.every(({ sensor }) => sensor !== name) ?? true);
  return (
    <Stack gap={6} mt="xs">
      {effects !== null && effects.length > 0 && (
        <Table aria-label={`Sensors that ${what} moves`} withRowBorders={false}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Moves</Table.Th>
              <Table.Th>To</Table.Th>
              <Table.Th>Strength (1: to the trip limit)</Table.Th>
              <Table.Th>From (share of the life)</Table.Th>
              <Table.Th aria-label="Actions" />
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {effects.map((effect, index) =>
              proposed === undefined ? (
                <EffectRow
                  key={effect.sensor}
                  path={`${path}.${index}`}
                  effect={effect}
                  remove={() => {
                    set(effects.filter((_, other) => other !== index));
                  }}
                />
              ) : (
                <ProposedRow key={effect.sensor} effect={effect} />
              ),
            )}
          </Table.Tbody>
        </Table>
      )}
      {problem !== undefined && mode.name !== '' && (
        <Text size="xs" c="var(--bad)">
          {problem.message} {problem.hint}
        </Text>
      )}
      {proposed === undefined ? (
        <Select
          aria-label={`Add a sensor that ${what} moves`}
          placeholder="Add a sensor that it moves…"
          data={free.map(({ name }) => name).filter((name) => name !== '')}
          value={null}
          maw={280}
          disabled={free.length === 0}
          onChange={(sensor) => {
            if (sensor !== null) set([...(mode.effects ?? []), newEffect(sensor)]);
          }}
        />
      ) : (
        <Text size="xs" c="dimmed">
          proposed: {proposed.basis}{' '}
          <button
            type="button"
            className={classes['change']}
            onClick={() => {
              set(effects ?? []);
            }}
          >
            change
          </button>
        </Text>
      )}
    </Stack>
  );
}

function ProposedRow({ effect }: { effect: EffectDraft }) {
  return (
    <Table.Tr className={classes['dim'] ?? ''}>
      <Table.Td className="mono">{effect.sensor}</Table.Td>
      <Table.Td>{effect.direction}</Table.Td>
      <Table.Td>{effect.strength}</Table.Td>
      <Table.Td>{effect.onset}</Table.Td>
      <Table.Td />
    </Table.Tr>
  );
}

function EffectRow({ path, effect, remove }: { path: string; effect: EffectDraft; remove: () => void }) {
  return (
    <Table.Tr>
      <Table.Td className="mono">{effect.sensor}</Table.Td>
      <Table.Td>
        <SelectField path={`${path}.direction`} label={`Direction of ${effect.sensor}`} options={['up', 'down']} bare />
      </Table.Td>
      <Table.Td>
        <NumberField path={`${path}.strength`} label={`Strength on ${effect.sensor}`} bare eager />
      </Table.Td>
      <Table.Td>
        <NumberField path={`${path}.onset`} label={`Onset on ${effect.sensor}`} bare eager />
      </Table.Td>
      <Table.Td>
        <Action label={`Leave ${effect.sensor} unmoved`} icon="✕" act={remove} />
      </Table.Td>
    </Table.Tr>
  );
}
