import { Text } from '@mantine/core';
import type { MachineStatus } from '../../../../contracts/runs.js';
import { Glyph } from '../../components/glyph.js';

/** A machine's part in a fleet run, each with its icon, word and colour. */
export const STATUSES: Record<MachineStatus, { icon: string; word: string; colour: string }> = {
  failed: { icon: '✕', word: 'Failed', colour: 'var(--bad)' },
  cancelled: { icon: '⊘', word: 'Cancelled', colour: 'var(--idle)' },
  running: { icon: '▶', word: 'Running', colour: 'var(--busy)' },
  queued: { icon: '◷', word: 'Waiting', colour: 'var(--idle)' },
  succeeded: { icon: '✓', word: 'Done', colour: 'var(--good)' },
  upToDate: { icon: '–', word: 'Up to date', colour: 'var(--good)' },
};

export function Status({ status }: { status: MachineStatus }) {
  const { icon, word, colour } = STATUSES[status];
  return (
    <Text span size="sm" c={colour}>
      <Glyph of={icon} /> {word}
    </Text>
  );
}
