import { Button, Group, Modal, NumberInput, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation } from 'wouter';
import type { MachineDetail } from '../../../../contracts/api/machine.js';
import { post } from '../../api.js';
import { Failed } from '../../components/states.js';

/** stale: what is out of date or missing; everything: each step, forced. */
export type RunKind = 'stale' | 'everything';

const FIELDS = [
  { name: 'epochs', label: 'Epochs', usual: 300, least: 1, most: 100_000 },
  { name: 'batchSize', label: 'Batch size', usual: 500, least: 1, most: 1_000_000 },
  { name: 'seedSamples', label: 'Rows of the seed', usual: 10_000, least: 100, most: 10_000_000 },
  { name: 'samples', label: 'Rows of the data set', usual: 50_000, least: 100, most: 100_000_000 },
  { name: 'seed', label: 'Random seed', usual: 0, least: 0, most: 2 ** 31 - 1 },
] as const;

const TEXTS: Record<RunKind, { title: string; text: string }> = {
  stale: {
    title: 'Run what is out of date or missing',
    text: 'Steps that are up to date with these settings are skipped. What is published stays until the new data set has passed.',
  },
  everything: {
    title: 'Run everything again',
    text: 'Every step runs, also those that are up to date. What is published stays until the new data set has passed.',
  },
};

/** Starts a run of the machine with the settings that it was made with, unless they are changed here. */
export function RunDialog({ detail, kind, onClose }: { detail: MachineDetail; kind: RunKind; onClose: () => void }) {
  const [, navigate] = useLocation();
  const { machineId } = detail.tile;
  const [values, setValues] = useState<Record<string, unknown>>(detail.parameters);
  const start = useMutation({
    mutationFn: () => post(`/api/machines/${machineId}/runs`, { parameters: values, force: kind === 'everything' }),
    onSuccess: () => {
      navigate(`/runs/${machineId}`);
    },
  });
  const { title, text } = TEXTS[kind];
  return (
    <Modal opened onClose={onClose} title={title} centered>
      <Stack gap="sm">
        <Text size="sm">{text}</Text>
        {FIELDS.map(({ name, label, usual, least, most }) => (
          <NumberInput
            key={name}
            label={label}
            min={least}
            max={most}
            allowDecimal={false}
            thousandSeparator=","
            value={Number(values[name] ?? usual)}
            onChange={(value) => {
              setValues({ ...values, [name]: typeof value === 'number' ? value : undefined });
            }}
          />
        ))}
        {start.error !== null && <Failed error={start.error} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Back
          </Button>
          <Button
            loading={start.isPending || start.isSuccess}
            onClick={() => {
              start.mutate();
            }}
          >
            Start run
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
