import { Group, SegmentedControl, Text } from '@mantine/core';
import { useMemo } from 'react';
import type { RunEntry } from '../../../contracts/run-record.js';
import { Chart } from '../components/chart.js';
import type { ChartAxis } from '../components/chart.js';
import { figure } from '../format.js';
import { useQueryText } from '../query-state.js';
import { bestOf, lossesOf } from './losses.js';
import type { Losses } from './losses.js';

const AXES = [
  { value: 'epoch', label: 'Epoch' },
  { value: 'clock', label: 'Clock' },
  { value: 'seconds', label: 'Seconds' },
] as const;
type AxisName = (typeof AXES)[number]['value'];
const AXIS: Record<AxisName, { axis: ChartAxis; label: string }> = {
  epoch: { axis: 'number', label: 'epoch' },
  clock: { axis: 'time', label: 'time' },
  seconds: { axis: 'seconds', label: 'since the first epoch' },
};

/** Training and held-out loss, as far as the training has come; null before it has begun. */
export function LossChart({ entries }: { entries: readonly RunEntry[] }) {
  const [chosen, choose] = useQueryText('axis', 'epoch');
  const name: AxisName = AXES.find(({ value }) => value === chosen)?.value ?? 'epoch';
  const losses = useMemo(() => lossesOf(entries), [entries]);
  const x = useMemo(() => positions(losses, name), [losses, name]);
  const series = useMemo(
    () => [
      { label: 'loss', colour: '--series-1', values: losses.loss },
      ...(losses.heldOut.some((value) => value !== null)
        ? [{ label: 'held-out loss', colour: '--series-2', dashed: true, values: losses.heldOut }]
        : []),
    ],
    [losses],
  );
  const marks = useMemo(
    () => losses.resumes.map(({ index, attempt }) => ({ x: x[index] ?? 0, label: `resumed, attempt ${attempt}` })),
    [losses, x],
  );
  if (losses.epochs.length === 0) return null;
  const { axis, label } = AXIS[name];
  const missing = losses.trained - losses.epochs.length;
  return (
    <div>
      <Group justify="space-between" gap="xs" mb={4}>
        <Best losses={losses} />
        <SegmentedControl
          size="xs"
          aria-label="Horizontal axis"
          data={AXES.map((one) => ({ ...one }))}
          value={name}
          onChange={choose}
        />
      </Group>
      <Chart
        title="Training loss"
        xLabel={label}
        axis={axis}
        x={x}
        series={series}
        marks={marks}
        {...(missing > 0 ? { drawn: `${losses.epochs.length} of ${losses.trained} epochs were reported` } : {})}
      />
    </div>
  );
}

function positions({ epochs, at }: Losses, axis: AxisName): number[] {
  if (axis === 'epoch') return epochs;
  return axis === 'clock' ? at : at.map((time) => (time - (at[0] ?? 0)) / 1000);
}

/** The last values, and the best ones beside them. */
function Best({ losses }: { losses: Losses }) {
  const parts = [
    ['loss', losses.loss],
    ['held-out', losses.heldOut],
  ] as const;
  return (
    <Group gap="md">
      {parts.map(([name, values]) => {
        const best = bestOf(values);
        const last = values.findLast((value) => value !== null);
        if (best === null || last == null) return null;
        return (
          <Text key={name} size="sm">
            {name} <b>{figure(last)}</b>
            <Text span c="dimmed" size="sm">
              {' '}
              best {figure(best.value)} at epoch {losses.epochs[best.index]}
            </Text>
          </Text>
        );
      })}
    </Group>
  );
}
