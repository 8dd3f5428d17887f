import { Group, SegmentedControl, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useSearchParams } from 'wouter';
import type { DataOverview, DataSource } from '../../../../contracts/api/data.js';
import type { MachineDetail } from '../../../../contracts/api/machine.js';
import { get } from '../../api.js';
import { Glyph } from '../../components/glyph.js';
import { Failed, Loading, Nothing, problemOf } from '../../components/states.js';
import { MachineFrame } from '../machine/frame.js';
import { Autocorrelation } from './autocorrelation.js';
import { Correlation } from './correlation.js';
import { Degradation } from './degradation.js';
import { Distributions } from './distributions.js';
import { Operation } from './operation.js';
import { Downloads, LatestRows } from './rows.js';
import { RunsSection } from './runs.js';
import { Sensors } from './sensors.js';

const SOURCES: { value: DataSource; label: string }[] = [
  { value: 'seed', label: 'Seed' },
  { value: 'train', label: 'Train' },
  { value: 'val', label: 'Validation' },
  { value: 'test', label: 'Test' },
];

/** What people look at before they trust run-to-failure data: the seed beside what was made from it. */
export default function DataPage({ params: { id } }: { params: { id: string } }) {
  return (
    <MachineFrame machineId={id} tab="data">
      {(detail) => <Data detail={detail} />}
    </MachineFrame>
  );
}

function Data({ detail }: { detail: MachineDetail }) {
  const [query, setQuery] = useSearchParams();
  const asked = query.get('source');
  const source = SOURCES.find(({ value }) => value === asked)?.value ?? 'train';
  const { machineId } = detail.tile;
  const overview = useQuery({
    queryKey: ['data', machineId, detail.published],
    queryFn: ({ signal }) => get<DataOverview>(`/api/machines/${machineId}/data`, signal),
    staleTime: 60_000,
  });
  if (overview.isPending) return <Loading what="data" />;
  if (overview.isError) return <NoData error={overview.error} retry={() => void overview.refetch()} />;
  const { data } = overview;
  return (
    <Stack gap="md">
      <Group justify="space-between" gap="xs">
        <Legend overview={data} />
        <SegmentedControl
          size="xs"
          aria-label="Rows of"
          value={source}
          onChange={(value) => {
            setQuery({ source: value }, { replace: true });
          }}
          data={SOURCES}
        />
      </Group>
      <RunsSection overview={data} />
      <Sensors id={machineId} source={source} overview={data} />
      {data.degradation.length > 0 && <Degradation overview={data} />}
      <Operation overview={data} profile={detail.profile} />
      <Distributions overview={data} />
      <Correlation overview={data} />
      <Autocorrelation overview={data} />
      <LatestRows id={machineId} source={source} />
      <Downloads id={machineId} />
    </Stack>
  );
}

function Legend({ overview: { drawn } }: { overview: DataOverview }) {
  const { rows, of, runs, ofRuns } = drawn;
  return (
    <Text size="sm">
      <span className="real-mark">
        <Glyph of="●" />
      </span>{' '}
      seed (real side) ·{' '}
      <span className="synthetic-mark">
        <Glyph of="●" />
      </span>{' '}
      synthetic
      {rows < of && ` · figures are drawn from ${runs} of ${ofRuns} runs, ${rows.toLocaleString('en')} rows`}
    </Text>
  );
}

function NoData({ error, retry }: { error: unknown; retry: () => void }) {
  const { status, detail } = problemOf(error);
  if (status !== 424 && status !== 404) return <Failed error={error} retry={retry} />;
  return <Nothing title="No data set is published" text={`${detail}. Run the machine to make one.`} />;
}
