import { Button, Group, Select, Stack, TextInput, Title } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import type { RunList } from '../../../contracts/api/runs.js';
import { MACHINE_TYPE_NAMES } from '../../../contracts/machine-types.js';
import { get } from '../api.js';
import { Glyph } from '../components/glyph.js';
import { STATES } from '../components/state.js';
import { Failed, Loading, Nothing } from '../components/states.js';
import { useQueryText } from '../query-state.js';
import { RunsTable } from '../run/runs-table.js';

const EVERY_MS = 3_000;
const KINDS = [
  { value: 'machine', label: 'Runs of machines' },
  { value: 'fleet', label: 'Fleet runs' },
];
const STATUSES = ['running', 'succeeded', 'failed', 'cancelled'] as const;

/** Every run, the latest first: filters are in the address. */
export default function RunsPage() {
  const [kind, setKind] = useQueryText('kind');
  const [status, setStatus] = useQueryText('status');
  const [type, setType] = useQueryText('type');
  const [q, setQ] = useQueryText('q');
  const filter = new URLSearchParams(Object.entries({ kind, status, type, q }).filter(([, value]) => value !== ''));
  const list = useInfiniteQuery({
    queryKey: ['runs', filter.toString()],
    queryFn: ({ pageParam, signal }) => {
      const cursor = pageParam === null ? '' : `&cursor=${encodeURIComponent(pageParam)}`;
      return get<RunList>(`/api/runs?${filter.toString()}${cursor}`, signal);
    },
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }) => next,
    refetchInterval: EVERY_MS,
    placeholderData: keepPreviousData,
  });
  const counts = list.data?.pages[0]?.counts;
  const search = useDebouncedCallback(setQ, 200);
  return (
    <Stack gap="sm">
      <title>Runs · GAN Manager</title>
      <Group gap="md">
        <Title order={1} size="h3">
          Runs
        </Title>
        {STATUSES.map((one) => (
          <Button
            key={one}
            size="compact-sm"
            variant={status === one ? 'filled' : 'default'}
            leftSection={<Glyph of={STATES[one === 'succeeded' ? 'ready' : one].icon} />}
            aria-pressed={status === one}
            onClick={() => {
              setStatus(status === one ? '' : one);
            }}
          >
            {counts?.[one] ?? '…'} {one}
          </Button>
        ))}
      </Group>
      <Group gap="xs">
        <TextInput
          aria-label="Search runs"
          placeholder="Machine or fleet run begins with"
          data-search
          w={240}
          defaultValue={q}
          onChange={(event) => {
            search(event.currentTarget.value.trim());
          }}
        />
        <Filter label="Kind of run" all="All runs" data={KINDS} value={kind} onChange={setKind} />
        <Filter
          label="Type of machine"
          all="All types"
          data={[...MACHINE_TYPE_NAMES]}
          value={type}
          onChange={setType}
        />
      </Group>
      {list.error !== null && <Failed error={list.error} retry={() => void list.refetch()} />}
      {list.isPending ? (
        <Loading what="runs" />
      ) : (
        <Found list={list.data?.pages.flatMap(({ runs }) => runs) ?? []} filtered={filter.size > 0} />
      )}
      {list.hasNextPage && (
        <Button variant="default" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          Show more
        </Button>
      )}
    </Stack>
  );
}

function Found({ list, filtered }: { list: RunList['runs']; filtered: boolean }) {
  if (list.length > 0) return <RunsTable runs={list} />;
  return filtered ? (
    <Nothing title="No run matches" text="Other filters show more." />
  ) : (
    <Nothing title="Nothing has run yet" text="Start a machine on its page, or the whole fleet in Admin." />
  );
}

function Filter(props: {
  label: string;
  all: string;
  data: (string | { value: string; label: string })[];
  value: string;
  onChange: (value: string) => void;
}) {
  const { label, all, data, value, onChange } = props;
  return (
    <Select
      aria-label={label}
      w={160}
      data={[{ value: '', label: all }, ...data]}
      value={value}
      allowDeselect={false}
      onChange={(chosen) => {
        onChange(chosen ?? '');
      }}
    />
  );
}
