import { Button, Group, Modal, NumberInput, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation } from 'wouter';
import type { RunAccount, StartedRun } from '../../../contracts/api/runs.js';
import { STEP_TITLES } from '../../../contracts/steps.js';
import { post } from '../api.js';
import { Failed } from '../components/states.js';

/** Starts a run again, perhaps with other epochs or another batch size. */
export function Retry({ run, opened, onClose }: { run: RunAccount; opened: boolean; onClose: () => void }) {
  const [, navigate] = useLocation();
  const [epochs, setEpochs] = useState<number | null>(null);
  const [batchSize, setBatchSize] = useState<number | null>(null);
  const start = useMutation({
    mutationFn: () => {
      const parameters = { ...(epochs === null ? {} : { epochs }), ...(batchSize === null ? {} : { batchSize }) };
      return post<StartedRun>(`/api/runs/${run.machineId}/${run.runId}/retry`, { parameters });
    },
    onSuccess: ({ machineId }) => {
      onClose();
      navigate(`/runs/${machineId}`);
    },
  });
  const failed = run.failure?.step ?? null;
  const changed =
    (epochs !== null && epochs !== run.parameters?.epochs) ||
    (batchSize !== null && batchSize !== run.parameters?.batchSize);
  return (
    <Modal opened={opened} onClose={onClose} title={`Run ${run.machineId} again`} centered>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          start.mutate();
        }}
      >
        <Stack gap="sm">
          <Group grow align="flex-start">
            <NumberInput
              label="Epochs"
              min={1}
              max={100_000}
              allowDecimal={false}
              value={epochs ?? run.parameters?.epochs ?? ''}
              onChange={(value) => {
                setEpochs(typeof value === 'number' ? value : null);
              }}
            />
            <NumberInput
              label="Batch size"
              min={1}
              max={1_000_000}
              allowDecimal={false}
              value={batchSize ?? run.parameters?.batchSize ?? ''}
              onChange={(value) => {
                setBatchSize(typeof value === 'number' ? value : null);
              }}
            />
          </Group>
          <Text size="sm">
            {changed
              ? 'Training starts anew with these settings; earlier steps that are up to date are skipped.'
              : `Steps that are up to date are skipped${failed === null ? '' : `: it begins with ${STEP_TITLES[failed]}`}. A training that was stopped goes on from its checkpoint.`}
          </Text>
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
