import { Text } from '@mantine/core';
import { Glyph } from './glyph.js';

/** The states that people see, of machines, runs and steps, each with its icon, its word and its colour; never a colour alone. */
export const STATES = {
  ready: { icon: '✓', word: 'Ready', colour: 'var(--good)' },
  running: { icon: '▶', word: 'Running', colour: 'var(--busy)' },
  paused: { icon: '⏸', word: 'Paused', colour: 'var(--busy)' },
  waiting: { icon: '◷', word: 'Waiting', colour: 'var(--idle)' },
  silent: { icon: '⚠', word: 'Silent', colour: 'var(--warn)' },
  stale: { icon: '↻', word: 'Stale', colour: 'var(--warn)' },
  failed: { icon: '✕', word: 'Failed', colour: 'var(--bad)' },
  cancelled: { icon: '⊘', word: 'Cancelled', colour: 'var(--idle)' },
  done: { icon: '✓', word: 'Done', colour: 'var(--good)' },
  upToDate: { icon: '–', word: 'Up to date', colour: 'var(--good)' },
  toCome: { icon: '·', word: 'To come', colour: 'var(--idle)' },
  modelMissing: { icon: '◐', word: 'Model missing', colour: 'var(--warn)' },
  dataMissing: { icon: '○', word: 'Data missing', colour: 'var(--bad)' },
} as const;

export type StateName = keyof typeof STATES;

export function State({ state, children }: { state: StateName; children?: string }) {
  const { icon, word, colour } = STATES[state];
  return (
    <Text span size="sm" c={colour}>
      <Glyph of={icon} /> {children ?? word}
    </Text>
  );
}
