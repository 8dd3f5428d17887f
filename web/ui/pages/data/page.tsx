import { Anchor, Group, SegmentedControl, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams, useSearchParams } from 'wouter';
import type { DataOverview, DataSource } from '../../../../contracts/api/data.js';
import { get } from '../../api.js';
import { Failed, Loading, Nothing, problemOf } from '../../components/states.js';
import { Autocorrelation } from './autocorrelation.js';
import { Correlation } from './correlation.js';
import { Degradation } from './degradation.js';
import { Distributions } from './distributions.js';
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
export default function DataPage() {
  const { id = '' } = useParams<{ id: string }>();
  const [query, setQuery] = useSearchParams();
  const asked = query.get('source');
  const source = SOURCES.find(({ value }) => value === asked)?.value ?? 'train';
  return (
    <Stack gap="md">
      <Group justify="space-between" align="flex-end">
        <div>
          <Anchor component={Link} href={`/machines/${id}`} size="sm">
            ← {id}
          </Anchor>
          <Title order={1} size="h3">
            Data of {id}
          </Title>
        </div>
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
      <Sections id={id} source={source} />
    </Stack>
  );
}

function Sections({ id, source }: { id: string; source: DataSource }) {
  const overview = useQuery({
    queryKey: ['data', id],
    queryFn: ({ signal }) => get<DataOverview>(`/api/machines/${id}/data`, signal),
    staleTime: 60_000,
  });
  if (overview.isPending) return <Loading what="data" />;
  if (overview.isError) return <NoData id={id} error={overview.error} retry={() => void overview.refetch()} />;
  const { data } = overview;
  const { rows, of, runs, ofRuns } = data.drawn;
  return (
    <>
      <Text size="sm">
        <span aria-hidden className="real-mark">
          ●
        </span>{' '}
        seed (real side) ·{' '}
        <span aria-hidden className="synthetic-mark">
          ●
        </span>{' '}
        synthetic
        {rows < of && ` · figures are drawn from ${runs} of ${ofRuns} runs, ${rows.toLocaleString('en')} rows`}
      </Text>
      <RunsSection overview={data} />
      <Sensors id={id} source={source} overview={data} />
      {data.degradation.length > 0 && <Degradation overview={data} />}
      <Distributions overview={data} />
      <Correlation overview={data} />
      <Autocorrelation overview={data} />
      <LatestRows id={id} source={source} />
      <Downloads id={id} />
    </>
  );
}

function NoData({ id, error, retry }: { id: string; error: unknown; retry: () => void }) {
  const { status } = problemOf(error);
  if (status !== 424 && status !== 404) return <Failed error={error} retry={retry} />;
  return (
    <Nothing title="No data set is published" text={`${problemOf(error).detail}. Run the machine to make one.`}>
      <Anchor component={Link} href={`/machines/${id}`}>
        Go to {id}
      </Anchor>
    </Nothing>
  );
}
