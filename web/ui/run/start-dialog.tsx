import { Button, Checkbox, Group, Modal, NumberInput, SimpleGrid, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation } from 'wouter';
import type { RunAccount, StartedRun } from '../../../contracts/api/runs.js';
import schema from '../../../contracts/generated/parameters.schema.json' with { type: 'json' };
import { STEP_TITLES } from '../../../contracts/steps.js';
import { post } from '../api.js';
import { Failed } from '../components/states.js';

/** The parameters that people change; the others stay as they were, or as they are by default. */
const FIELDS = { epochs: 'Epochs', batchSize: 'Batch size', seedSamples: 'Seed rows', samples: 'Rows' } as const;
type Field = keyof typeof FIELDS;

interface StartProps {
  machineId: string;
  /** The run that is to be repeated, perhaps with other parameters; null: one with the defaults. */
  run: RunAccount | null;
  opened: boolean;
  onClose: () => void;
}

/** Starts a machine's run: anew, or again after one that is over. */
export function StartDialog({ machineId, run, opened, onClose }: StartProps) {
  const [, navigate] = useLocation();
  const [given, setGiven] = useState<Partial<Record<Field, number>>>({});
  const [force, setForce] = useState(false);
  const start = useMutation({
    mutationFn: () => {
      const parameters = { ...run?.parameters, ...given };
      return post<StartedRun>(`/api/machines/${machineId}/runs`, { parameters, force });
    },
    onSuccess: () => {
      onClose();
      navigate(`/runs/${machineId}`);
    },
  });
  return (
    <Modal opened={opened} onClose={onClose} title={`Run ${machineId}${run === null ? '' : ' again'}`} centered>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          start.mutate();
        }}
      >
        <Stack gap="sm">
          <SimpleGrid cols={2}>
            {(Object.keys(FIELDS) as Field[]).map((field) => (
              <Number
                key={field}
                field={field}
                value={given[field] ?? run?.parameters?.[field]}
                onChange={(value) => {
                  setGiven({ ...given, [field]: value });
                }}
              />
            ))}
          </SimpleGrid>
          <Checkbox
            label="Run every step, also those that are up to date"
            checked={force}
            onChange={(event) => {
              setForce(event.currentTarget.checked);
            }}
          />
          <Text size="sm">{consequence(run, given, force)}</Text>
          {start.error !== null && <Failed error={start.error} />}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              Back
            </Button>
            <Button type="submit" loading={start.isPending}>
              Start run
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
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
      value={value ?? otherwise}
      onChange={(given) => {
        onChange(typeof given === 'number' ? given : undefined);
      }}
    />
  );
}

/** What the run will do, in a sentence. */
function consequence(run: RunAccount | null, given: Partial<Record<Field, number>>, force: boolean): string {
  if (force) return 'Every step runs. A data set that is clearly worse than the published one does not replace it.';
  const changed = (field: Field) => given[field] !== undefined && given[field] !== run?.parameters?.[field];
  if (run !== null && (changed('epochs') || changed('batchSize')))
    return 'Training starts anew with these settings; earlier steps that are up to date are skipped.';
  const failed = run?.failure?.step ?? null;
  const where = failed === null ? '' : `: it begins with ${STEP_TITLES[failed]}`;
  return `Steps that are up to date are skipped${where}. A training that was stopped goes on from its checkpoint.`;
}
