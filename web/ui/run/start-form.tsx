import { Button, Group, NativeSelect, SimpleGrid, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation } from 'wouter';
import type { StartedRun } from '../../../contracts/api/runs.js';
import { STEPS, STEP_TITLES } from '../../../contracts/steps.js';
import type { Step } from '../../../contracts/steps.js';
import { post } from '../api.js';
import { Failed } from '../components/states.js';
import { ParameterFields, differ } from './parameter-fields.js';
import type { Given } from './parameter-fields.js';

export interface StartProps {
  machineId: string;
  /** What the run or the artifacts before were made with; a parameter that is missing has its default. */
  before: Given | null;
  /** The step at which the run before failed. */
  failedAt?: Step | null;
  onClose: () => void;
}

/** The settings of a run, the step that it begins with, and what it will do with them. */
export default function StartForm({ machineId, before, failedAt = null, onClose }: StartProps) {
  const [, navigate] = useLocation();
  const [given, setGiven] = useState<Given>(before ?? {});
  const [from, setFrom] = useState<Step | undefined>();
  const start = useMutation({
    mutationFn: () => post<StartedRun>(`/api/machines/${machineId}/runs`, { parameters: given, from }),
    onSuccess: () => {
      onClose();
      navigate(`/runs/${machineId}`);
    },
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        start.mutate();
      }}
    >
      <Stack gap="sm">
        <Begin from={from} onChange={setFrom} />
        <SimpleGrid cols={2}>
          <ParameterFields given={given} onChange={setGiven} />
        </SimpleGrid>
        <Text size="sm">{consequence(from, failedAt, before, given)}</Text>
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

/** What the run will do, in a sentence or two. */
function consequence(from: Step | undefined, failedAt: Step | null, before: Given | null, given: Given): string {
  if (from === 'publishDataset')
    return 'The newest data set that passed is published, even if it is clearly worse than the published one.';
  const gate = 'What is published stays until the new data set has passed and is not clearly worse.';
  if (from !== undefined)
    return `The run does ${STEP_TITLES[from]} and all that follows, even if it is up to date; before it, what is out of date. ${gate}`;
  if (before !== null && (differ('epochs', before, given) || differ('batchSize', before, given)))
    return `Training starts anew with these settings; earlier steps that are up to date are skipped. ${gate}`;
  const where = failedAt === null ? '' : `: it begins with ${STEP_TITLES[failedAt]}`;
  return `Steps that are up to date are skipped${where}. A training that was stopped goes on from its checkpoint. ${gate}`;
}
