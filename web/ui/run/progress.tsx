import { Progress as Bar, Stack, Text } from '@mantine/core';
import type { RunAccount } from '../../../contracts/api/runs.js';
import type { RunEntry } from '../../../contracts/run-record.js';
import { STEP_TITLES } from '../../../contracts/steps.js';
import { Glyph } from '../components/glyph.js';
import { duration, figure } from '../format.js';
import { rateOf } from './losses.js';
import { remark } from './run-state.js';
import classes from './run.module.css';

/** How far the running step is: bar, rate, time left, device, last sign of life. */
export function Progress({ run, entries }: { run: RunAccount; entries: readonly RunEntry[] }) {
  const { live } = run;
  const note = remark(run);
  if (live === null) return note === null ? null : <Text size="sm">{note}</Text>;
  const rate = rateOf(entries);
  const unit = live.unit === '' ? 'steps' : live.unit;
  const facts = [
    ['rate', rate === null || rate <= 0 ? null : `${figure(rate)} ${unit}/s`],
    ['left', live.etaSeconds === null ? null : duration(live.etaSeconds)],
    ['device', live.device],
    ['last heard', live.silentSeconds === null ? null : live.silentSeconds < 2 ? 'now' : `${live.silentSeconds} s ago`],
  ] as const;
  return (
    <Stack gap={6}>
      <Text size="sm" fw={600}>
        {STEP_TITLES[live.step]}
        {live.total > 0 && `: ${unit.replace(/s$/, '')} ${live.current} of ${live.total}`}
      </Text>
      {live.total > 0 && (
        <Bar.Root size="lg" radius="sm">
          <Bar.Section
            value={(100 * live.current) / live.total}
            color="accent"
            aria-label={`${STEP_TITLES[live.step]}: ${live.current} of ${live.total} ${unit}`}
          />
        </Bar.Root>
      )}
      <dl className={classes['facts']}>
        {facts.map(([name, value]) =>
          value === null ? null : (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ),
        )}
      </dl>
      {note !== null && (
        <Text size="sm" c="var(--warn)" role="status">
          <Glyph of="⚠" /> {note}
        </Text>
      )}
    </Stack>
  );
}
