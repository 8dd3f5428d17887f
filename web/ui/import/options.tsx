import { Checkbox, Fieldset, Select, SimpleGrid, Stack, TextInput } from '@mantine/core';
import { MACHINE_TYPE_NAMES } from '../../../contracts/machine-types.js';
import { amountProblem } from './request.js';
import type { AMOUNTS, ImportDraft, LISTS, SWITCHES, TEXTS } from './request.js';
import { LABELS } from './words.js';

/** Hints stand under the fields, so that the fields stand in a row. */
const ORDER = {
  inputWrapperOrder: ['label', 'input', 'description', 'error'] as ('label' | 'input' | 'description' | 'error')[],
};

type Text = (typeof TEXTS)[number] | (typeof LISTS)[number];

export interface OptionsProps {
  draft: ImportDraft;
  change: (change: Partial<ImportDraft>) => void;
}

function Field({ draft, change, name, hint, example }: OptionsProps & { name: Text; hint?: string; example?: string }) {
  return (
    <TextInput
      {...ORDER}
      id={name}
      label={LABELS[name]}
      description={hint}
      placeholder={example}
      autoComplete="off"
      value={draft.fields[name] ?? ''}
      onChange={(event) => {
        change({ fields: { ...draft.fields, [name]: event.currentTarget.value } });
      }}
    />
  );
}

interface AmountProps extends OptionsProps {
  name: (typeof AMOUNTS)[number];
  unit: string;
  hint: string;
}

function Amount({ draft, change, name, unit, hint }: AmountProps) {
  return (
    <TextInput
      {...ORDER}
      id={name}
      label={LABELS[name]}
      description={hint}
      inputMode="decimal"
      autoComplete="off"
      rightSection={unit}
      rightSectionWidth={44}
      value={draft.fields[name] ?? ''}
      error={amountProblem(draft.fields[name])}
      onChange={(event) => {
        change({ fields: { ...draft.fields, [name]: event.currentTarget.value } });
      }}
    />
  );
}

type Choice = readonly (string | readonly [string, string])[];

interface ChooseProps extends OptionsProps {
  name: Text;
  choices: Choice;
  hint?: string;
  placeholder?: string;
}

function Choose({ draft, change, name, choices, hint, placeholder = 'as the file shows' }: ChooseProps) {
  return (
    <Select
      {...ORDER}
      id={name}
      label={LABELS[name]}
      description={hint}
      placeholder={placeholder}
      clearable
      data={choices.map((each) => (typeof each === 'string' ? each : { value: each[0], label: each[1] }))}
      value={draft.fields[name] ?? null}
      onChange={(value) => {
        change({ fields: { ...draft.fields, [name]: value ?? '' } });
      }}
    />
  );
}

export function Switch({ draft, change, name }: OptionsProps & { name: (typeof SWITCHES)[number] }) {
  return (
    <Checkbox
      id={name}
      size="xs"
      label={LABELS[name]}
      checked={draft.switches[name] ?? false}
      onChange={(event) => {
        change({ switches: { ...draft.switches, [name]: event.currentTarget.checked } });
      }}
    />
  );
}

const COLUMNS = { base: 1, xs: 2, md: 3 };

/** How the file is read: what people need when it is not understood by itself. */
export function ReadingOptions(props: OptionsProps) {
  return (
    <Stack>
      <Fieldset legend="File">
        <SimpleGrid cols={COLUMNS} spacing="sm">
          <Choose {...props} name="format" choices={[['cmapss', 'C-MAPSS, as NASA ships it']]} />
          <Field {...props} name="columns" hint="a,b,… for a file without a heading" example="unit,cycle,t30,p30" />
          <Choose
            {...props}
            name="delimiter"
            choices={[
              [',', 'comma'],
              [';', 'semicolon'],
              ['\t', 'tab'],
              ['|', 'bar'],
              [' ', 'blanks'],
            ]}
          />
          <Choose
            {...props}
            name="decimal"
            choices={[
              ['.', 'point'],
              [',', 'comma'],
            ]}
          />
          <Field {...props} name="missing" hint="such as -999; “none”: every number counts" example="-999,9999" />
        </SimpleGrid>
      </Fieldset>
      <Fieldset legend="Time">
        <SimpleGrid cols={COLUMNS} spacing="sm">
          <Amount {...props} name="intervalMinutes" unit="min" hint="for rows without time stamps" />
          <Choose
            {...props}
            name="timeUnit"
            choices={['ns', 'us', 'ms', 's', 'min', 'h', 'd', 'excel', 'matlab']}
            hint="of time stamps that are numbers"
          />
          <Choose
            {...props}
            name="dateOrder"
            choices={[
              ['dmy', 'day, month, year'],
              ['mdy', 'month, day, year'],
              ['ymd', 'year, month, day'],
            ]}
          />
          <Field {...props} name="timeZone" hint="of local times, for clock changes" example="Europe/Berlin" />
          <Amount {...props} name="resample" unit="min" hint="irregular or missing rows" />
        </SimpleGrid>
      </Fieldset>
      <Fieldset legend="Runs">
        <Stack gap="sm">
          <SimpleGrid cols={COLUMNS} spacing="sm">
            <Amount {...props} name="gapHours" unit="h" hint="a longer gap in time ends a run" />
            <Field {...props} name="failureMode" hint="if no column says it" example="bearing_wear" />
            <Field
              {...props}
              name="settings"
              hint="sensors, a,b,…; “none”: all are measured"
              example="speed_setpoint"
            />
            <Field {...props} name="censored" hint="their names, a,b,…: kept apart" example="3,7" />
          </SimpleGrid>
          <Switch {...props} name="splitAtFailures" />
          <Switch {...props} name="noFailures" />
        </Stack>
      </Fieldset>
    </Stack>
  );
}

/** What a new profile says of the machine. */
export function MachineOptions(props: OptionsProps) {
  return (
    <>
      <Choose
        {...props}
        name="machineType"
        placeholder="other"
        choices={MACHINE_TYPE_NAMES.map((name) => [name, name.replaceAll('_', ' ')] as const)}
      />
      <Field {...props} name="manufacturer" />
      <Field {...props} name="model" />
      <Field {...props} name="description" />
    </>
  );
}
