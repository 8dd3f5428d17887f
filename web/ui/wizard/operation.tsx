import { Button, Fieldset, Group, SimpleGrid, Stack, Text } from '@mantine/core';
import { DEGRADATIONS, MACHINE_TYPES } from '../../../contracts/machine-types.js';
import type { MachineTypeName } from '../../../contracts/machine-types.js';
import { newRegime } from './draft.js';
import { FailureModes } from './failure-modes.js';
import { NumberField, SelectField, TextField } from './fields.js';
import { Action } from './item-actions.js';
import { useWizard } from './wizard.js';
import classes from './wizard.module.css';

/** How the machine works, how it wears, and what ends its runs. */
export function OperationPage() {
  return (
    <Stack>
      <FailureModes />
      <Wear />
      <Conditions />
      <Parameters />
    </Stack>
  );
}

function Wear() {
  const { form } = useWizard();
  const type = form.getValues().machine_type;
  const usual = type in MACHINE_TYPES ? MACHINE_TYPES[type as MachineTypeName] : null;
  return (
    <Fieldset legend="Life and sampling">
      <SimpleGrid cols={{ base: 1, xs: 2, md: 4 }} spacing="sm">
        <NumberField path="sampling_interval_minutes" label="A row every" unit="min" eager />
        <NumberField
          path="wear.max_rul_hours"
          label="Longest life"
          unit="h"
          placeholder={usual === null ? '' : String(usual.maxRulHours)}
          description={usual === null ? '' : `usual for a ${type.replaceAll('_', ' ')}: ${usual.maxRulHours} h`}
        />
        <SelectField
          path="wear.degradation"
          label="Wear"
          options={DEGRADATIONS}
          placeholder={usual?.degradation ?? ''}
          clearable
        />
        <NumberField
          path="wear.life_cv"
          label="Lives vary by"
          placeholder="0.2"
          description="σ as a share of the mean"
        />
      </SimpleGrid>
    </Fieldset>
  );
}

function Conditions() {
  const { form } = useWizard();
  const { regimes } = form.getValues().operating;
  return (
    <Fieldset legend="Operating conditions">
      <Stack gap="sm">
        {regimes.length === 0 && (
          <Text size="sm" c="dimmed">
            None given: it runs at rated load. Add a condition for each way in which it is run.
          </Text>
        )}
        {regimes.map((_, at) => (
          // They have no other identity than their place, and are not moved.
          <div key={at} className={classes['row']}>
            <TextField path={`operating.regimes.${at}.name`} label="Name" placeholder="rated" eager />
            <NumberField path={`operating.regimes.${at}.load`} label="Load" description="1: rated" eager />
            <NumberField path={`operating.regimes.${at}.share`} label="Share of time" eager />
            <NumberField path={`operating.regimes.${at}.mean_dwell_hours`} label="Stays for" unit="h" eager />
            <Action
              label={`Remove condition ${at + 1}`}
              icon="✕"
              act={() => {
                form.removeListItem('operating.regimes', at);
              }}
            />
          </div>
        ))}
        <Group align="flex-end">
          <Button
            variant="default"
            disabled={regimes.length >= 6}
            onClick={() => {
              form.insertListItem('operating.regimes', newRegime());
            }}
          >
            Add condition
          </Button>
          <NumberField path="operating.ambient_mean_c" label="Ambient, mean" unit="°C" placeholder="20" />
          <NumberField path="operating.ambient_daily_swing_c" label="Daily swing" unit="°C" placeholder="3" />
        </Group>
      </Stack>
    </Fieldset>
  );
}

/** Rated power, speed and the like: what people should know of the machine; no step computes with them. */
function Parameters() {
  const { form } = useWizard();
  const pairs = form.getValues().operational_parameters;
  return (
    <Fieldset legend="Operational parameters">
      <Stack gap="sm">
        {pairs.length === 0 && (
          <Text size="sm" c="dimmed">
            Rated power, speed, voltage and the like, for those who read the profile.
          </Text>
        )}
        {pairs.map((_, at) => (
          <div key={at} className={classes['row']}>
            <TextField path={`operational_parameters.${at}.name`} label="Name" placeholder="rated_power_kw" />
            <TextField path={`operational_parameters.${at}.value`} label="Value" placeholder="7.5" />
            <Action
              label={`Remove parameter ${at + 1}`}
              icon="✕"
              act={() => {
                form.removeListItem('operational_parameters', at);
              }}
            />
          </div>
        ))}
        <Group>
          <Button
            variant="default"
            onClick={() => {
              form.insertListItem('operational_parameters', { name: '', value: '' });
            }}
          >
            Add parameter
          </Button>
        </Group>
      </Stack>
    </Fieldset>
  );
}
