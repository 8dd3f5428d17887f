import { Text } from '@mantine/core';
import type { CheckVerdict as Word } from '../../../contracts/events.js';
import { Glyph } from './glyph.js';

const VERDICTS = {
  pass: { icon: '✓', word: 'Pass', colour: 'var(--good)' },
  warn: { icon: '!', word: 'Warning', colour: 'var(--warn)' },
  'not judged': { icon: '–', word: 'Not judged', colour: 'dimmed' },
  fail: { icon: '✕', word: 'Fail', colour: 'var(--bad)' },
} as const;

/** How a check, or a whole data set, was judged. */
export function Verdict({ verdict, upper = false }: { verdict: Word; upper?: boolean }) {
  const { icon, word, colour } = VERDICTS[verdict];
  return (
    <Text span inherit c={colour} fw={upper ? 650 : undefined} style={{ whiteSpace: 'nowrap' }}>
      <Glyph of={icon} /> {upper ? word.toUpperCase() : word}
    </Text>
  );
}
