import { Button, Checkbox, Group, SimpleGrid, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation } from 'wouter';
import type { StartedRun } from '../../../contracts/api/runs.js';
import { STEP_TITLES } from '../../../contracts/steps.js';
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
  failed?: Step | null;
  /** Run every step, also those that are up to date, unless the person chooses otherwise. */
  everything?: boolean;
  onClose: () => void;
}

/** The settings of a run, and what it will do with them. */
export default function StartForm({ machineId, before, failed = null, everything = false, onClose }: StartProps) {
  const [, navigate] = useLocation();
  const [given, setGiven] = useState<Given>(before ?? {});
  const [force, setForce] = useState(everything);
  const start = useMutation({
    mutationFn: () => post<StartedRun>(`/api/machines/${machineId}/runs`, { parameters: given, force }),
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
        <SimpleGrid cols={2}>
          <ParameterFields given={given} onChange={setGiven} />
        </SimpleGrid>
        <Checkbox
          label="Run every step, also those that are up to date"
          checked={force}
          onChange={(event) => {
            setForce(event.currentTarget.checked);
          }}
        />
        <Text size="sm">
          {consequence(before, given, force, failed)} What is published stays until the new data set has passed.
        </Text>
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

/** What the run will do, in a sentence. */
function consequence(before: Given | null, given: Given, force: boolean, failed: StartProps['failed']): string {
  if (force) return 'Every step runs.';
  if (before !== null && (differ('epochs', before, given) || differ('batchSize', before, given)))
    return 'Training starts anew with these settings; earlier steps that are up to date are skipped.';
  const where = failed == null ? '' : `: it begins with ${STEP_TITLES[failed]}`;
  return `Steps that are up to date are skipped${where}. A training that was stopped goes on from its checkpoint.`;
}
