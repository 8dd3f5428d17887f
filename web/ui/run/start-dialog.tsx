import { Button, Group, Modal, NativeSelect, NumberInput, SimpleGrid, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation } from 'wouter';
import type { StartedRun } from '../../../contracts/api/runs.js';
import schema from '../../../contracts/generated/parameters.schema.json' with { type: 'json' };
import { STEPS, STEP_TITLES } from '../../../contracts/steps.js';
import type { Step } from '../../../contracts/steps.js';
import { post } from '../api.js';
import { Failed } from '../components/states.js';

/** The parameters that people change; the others stay as they were, or as they are by default. */
const FIELDS = {
  epochs: 'Epochs',
  batchSize: 'Batch size',
  seedSamples: 'Rows of the seed',
  samples: 'Rows of the data set',
  seed: 'Random seed',
} as const;
type Field = keyof typeof FIELDS;
type Parameters = Record<string, unknown>;

interface StartProps {
  machineId: string;
  /** What the machine was made with, or its last run was started with; null: not known. */
  parameters: Parameters | null;
  /** The step at which the last run failed. */
  failedAt?: Step | null;
  onClose: () => void;
}

/** Starts a machine's run: what is out of date or missing, or from a step on. */
export function StartDialog({ machineId, parameters, failedAt = null, onClose }: StartProps) {
  const [, navigate] = useLocation();
  const [given, setGiven] = useState<Partial<Record<Field, number>>>({});
  const [from, setFrom] = useState<Step | undefined>();
  const start = useMutation({
    mutationFn: () =>
      post<StartedRun>(`/api/machines/${machineId}/runs`, { parameters: { ...parameters, ...given }, from }),
    onSuccess: () => {
      navigate(`/runs/${machineId}`);
      onClose();
    },
  });
  return (
    <Modal opened onClose={onClose} title={`Run ${machineId}`} centered>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          start.mutate();
        }}
      >
        <Stack gap="sm">
          <Begin from={from} onChange={setFrom} />
          <SimpleGrid cols={2}>
            {(Object.keys(FIELDS) as Field[]).map((field) => (
              <Number
                key={field}
                field={field}
                value={given[field] ?? numberOf(parameters?.[field])}
                onChange={(value) => {
                  setGiven({ ...given, [field]: value });
                }}
              />
            ))}
          </SimpleGrid>
          <Text size="sm">{consequence(from, failedAt, changes(parameters, given))}</Text>
          {start.error !== null && <Failed error={start.error} />}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              Back
            </Button>
            <Button type="submit" loading={start.isPending || start.isSuccess}>
              Start run
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

function Begin({ from, onChange }: { from: Step | undefined; onChange: (from: Step | undefined) => void }) {
  return (
    <NativeSelect
      label="Begin with"
      value={from ?? ''}
      onChange={(event) => {
        onChange(STEPS.find((step) => step === event.currentTarget.value));
      }}
      data={[
        { value: '', label: 'what is out of date or missing' },
        ...STEPS.map((step, at) => ({
          value: step,
          label: `${STEP_TITLES[step]}${at === 0 ? ': everything again' : ''}`,
        })),
      ]}
    />
  );
}

interface NumberProps {
  field: Field;
  value: number | undefined;
  onChange: (value: number | undefined) => void;
}

function Number({ field, value, onChange }: NumberProps) {
  const { default: otherwise, minimum, maximum } = schema.properties[field];
  return (
    <NumberInput
      label={FIELDS[field]}
      min={minimum}
      max={maximum}
      clampBehavior="none"
      allowDecimal={false}
      thousandSeparator=","
      value={value ?? otherwise}
      onChange={(given) => {
        onChange(typeof given === 'number' ? given : undefined);
      }}
    />
  );
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

function changes(parameters: Parameters | null, given: Partial<Record<Field, number>>): Field[] {
  const has = (field: Field) => parameters?.[field] ?? schema.properties[field].default;
  return (Object.keys(given) as Field[]).filter((field) => given[field] !== undefined && given[field] !== has(field));
}

/** What the run will do, in a sentence or two. */
function consequence(from: Step | undefined, failedAt: Step | null, changed: readonly Field[]): string {
  if (from === 'publishDataset')
    return 'The newest data set that passed is published, even if it is clearly worse than the published one.';
  const gate = 'What is published stays until the new data set has passed and is not clearly worse.';
  if (from !== undefined)
    return `The run does ${STEP_TITLES[from]} and all that follows, even if it is up to date; before it, what is out of date. ${gate}`;
  if (changed.some((field) => field === 'epochs' || field === 'batchSize'))
    return `Training starts anew with these settings; earlier steps that are up to date are skipped. ${gate}`;
  const where = failedAt === null || changed.length > 0 ? '' : `: it begins with ${STEP_TITLES[failedAt]}`;
  return `Steps that are up to date are skipped${where}. A training that was stopped goes on from its checkpoint. ${gate}`;
}
