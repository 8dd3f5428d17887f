import { MultiSelect, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useSearchParams } from 'wouter';
import type { DataOverview, DataSeries, DataSource } from '../../../../contracts/api/data.js';
import { get } from '../../api.js';
import { Chart } from '../../components/chart.js';
import type { ChartBand, ChartSeries } from '../../components/chart.js';
import { Failed, Loading } from '../../components/states.js';
import { Section } from './section.js';

/** Sensors that are shown at first. */
const FIRST = 3;
const POINTS = 3_000;

/** Sensors over the time of a source, and runs of seed and source over each other against the time to failure. */
export function Sensors({ id, source, overview }: { id: string; source: DataSource; overview: DataOverview }) {
  const [query, setQuery] = useSearchParams();
  const usual = overview.degradation.map(({ sensor }) => sensor);
  const first = (usual.length > 0 ? usual : overview.sensors).slice(0, FIRST);
  const chosen =
    query
      .get('sensors')
      ?.split(',')
      .filter((name) => overview.sensors.includes(name)) ?? first;
  return (
    <Section
      title="Sensors"
      how="Shaded: from the profile’s warning limit to its trip. Drag to zoom; the cursor is shared. Against time to failure, runs of the seed and of the chosen split lie over each other."
    >
      <MultiSelect
        label="Sensors"
        data={overview.sensors}
        value={chosen}
        size="xs"
        maw={640}
        searchable
        onChange={(value) => {
          const next = new URLSearchParams(query);
          next.set('sensors', value.join(','));
          setQuery(next, { replace: true });
        }}
      />
      {chosen.length > 0 && (
        <Stack gap="lg" mt="sm">
          <OverTime id={id} source={source} sensors={chosen} />
          {overview.modes.length > 0 && <AgainstRul id={id} source={source} sensors={chosen} overview={overview} />}
        </Stack>
      )}
    </Section>
  );
}

function useSeries(id: string, source: DataSource, query: string) {
  return useQuery({
    queryKey: ['series', id, source, query],
    queryFn: ({ signal }) => get<DataSeries>(`/api/machines/${id}/data/${source}/series?${query}`, signal),
    placeholderData: (before) => before,
    staleTime: 60_000,
  });
}

function OverTime({ id, source, sensors }: { id: string; source: DataSource; sensors: string[] }) {
  const { data, error, isPending } = useSeries(id, source, `most=12&points=${POINTS}&sensors=${sensors.join(',')}`);
  const x = useMemo(() => timeOf(data), [data]);
  if (isPending) return <Loading what="sensors" />;
  if (data === undefined) return <Failed error={error} />;
  const { runs, ofRuns, rows, of } = data.drawn;
  return (
    <div>
      <Text size="sm" fw={600}>
        Over time, {source}
      </Text>
      {sensors.map((sensor) => (
        <Chart
          key={sensor}
          title={`${sensor} over time, ${source}`}
          xLabel="hours"
          x={x}
          height={150}
          sync="time"
          bands={bandsOf(data, sensor)}
          series={[{ label: labelOf(data, sensor), colour: colourOf(source), values: joined(data, sensor) }]}
          drawn={`${runs} of ${ofRuns} runs, ${rows.toLocaleString('en')} of ${of.toLocaleString('en')} rows, minima and maxima kept`}
        />
      ))}
    </div>
  );
}

/** Hours through the drawn runs, one after another, with a place between two for the gap. */
function timeOf(data: DataSeries | undefined): number[] {
  let begin = 0;
  return (data?.runs ?? []).flatMap(({ hours }) => {
    const length = hours.at(-1) ?? 0;
    const times = [...hours.map((hour) => begin + hour), begin + length + 1];
    begin += length + 2;
    return times;
  });
}

function joined(data: DataSeries, sensor: string): (number | null)[] {
  return data.runs.flatMap(({ sensors }) => [...(sensors[sensor] ?? []), null]);
}

interface AgainstProps {
  id: string;
  source: DataSource;
  sensors: string[];
  overview: DataOverview;
}

function AgainstRul({ id, source, sensors, overview }: AgainstProps) {
  const made = source === 'seed' ? 'train' : source;
  const real = useSeries(id, 'seed', examples(overview, 'seed', sensors));
  const synthetic = useSeries(id, made, examples(overview, made, sensors));
  if (real.isPending || synthetic.isPending) return <Loading what="runs" />;
  if (real.data === undefined || synthetic.data === undefined) return <Failed error={real.error ?? synthetic.error} />;
  return (
    <div>
      <Text size="sm" fw={600}>
        Against time to failure: shortest, median and longest run of the seed and of {made}
      </Text>
      {sensors.map((sensor) => (
        <Overlay key={sensor} sensor={sensor} real={real.data} synthetic={synthetic.data} />
      ))}
    </div>
  );
}

function examples(overview: DataOverview, source: DataSource, sensors: string[]): string {
  const { shortest, median, longest } = overview.splits.find(({ name }) => name === source)?.examples ?? {};
  const runs = [...new Set([shortest, median, longest])].filter((run) => run !== undefined);
  return `runs=${runs.join(',')}&points=1000&sensors=${sensors.join(',')}`;
}

function Overlay({ sensor, real, synthetic }: { sensor: string; real: DataSeries; synthetic: DataSeries }) {
  const { x, series } = useMemo(() => overlaid(sensor, real, synthetic), [sensor, real, synthetic]);
  return (
    <Chart
      title={`${sensor} against time to failure`}
      xLabel="hours to failure"
      x={x}
      height={170}
      sync="rul"
      bands={bandsOf(real, sensor)}
      series={series}
    />
  );
}

/** Runs on one axis: hours to failure, negative so that failure lies on the right. */
function overlaid(sensor: string, real: DataSeries, synthetic: DataSeries): { x: number[]; series: ChartSeries[] } {
  const sides = [
    { side: 'seed', colour: '--series-1', runs: real.runs },
    { side: 'synthetic', colour: '--series-2', runs: synthetic.runs },
  ];
  const lines = sides.flatMap(({ side, colour, runs }) =>
    runs.map(({ run, rul, sensors }) => {
      const points = new Map((rul ?? []).map((hours, at) => [-hours, sensors[sensor]?.[at] ?? null]));
      return { label: `${side} run ${run}`, colour, points };
    }),
  );
  const x = [...new Set(lines.flatMap(({ points }) => [...points.keys()]))].sort((a, b) => a - b);
  const series = lines.map(({ points, ...line }) => ({ ...line, values: x.map((at) => points.get(at) ?? null) }));
  return { x, series };
}

function bandsOf(data: DataSeries, sensor: string): ChartBand[] {
  const { warning, trip } = data.limits[sensor] ?? {};
  if (warning == null || trip == null) return [];
  return [{ from: Math.min(warning, trip), to: Math.max(warning, trip), colour: '--warn' }];
}

function labelOf(data: DataSeries, sensor: string): string {
  const unit = data.limits[sensor]?.unit ?? '';
  return unit === '' ? sensor : `${sensor} (${unit})`;
}

function colourOf(source: DataSource): string {
  return source === 'seed' ? '--series-1' : '--series-2';
}
