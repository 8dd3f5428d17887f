import { Text } from '@mantine/core';
import type { RunEntry } from '../../../contracts/run-record.js';
import { Glyph } from '../components/glyph.js';

/** What a warning means for the run. */
const CONSEQUENCE: Record<string, string> = {
  CUDA_NOT_AVAILABLE:
    'Training runs on the processor: it takes longer, and the data are as good. With a GPU that PyTorch sees, the next run uses it.',
  NOT_COMPARED: 'The new data set is published without being compared with the one before.',
  WAITING: 'It goes on by itself when the machine is free.',
};

/** The warnings of a run, each once, with their consequences. */
export function Warnings({ entries }: { entries: readonly RunEntry[] }) {
  const found = new Map(
    entries.flatMap((entry) => (entry.kind === 'warning' ? [[entry.code, entry.text] as const] : [])),
  );
  return [...found].map(([code, text]) => (
    <Text key={code} size="sm">
      <span style={{ color: 'var(--warn)' }}>
        <Glyph of="⚠" /> {text}.
      </span>{' '}
      {CONSEQUENCE[code] ?? ''}
    </Text>
  ));
}
