import { Button } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import type { RunList } from '../../../../contracts/api/runs.js';
import { get } from '../../api.js';
import { Failed, Loading, Nothing } from '../../components/states.js';
import { RunsTable } from '../../run/runs-table.js';
import { MachineFrame } from './frame.js';

const EVERY_MS = 5_000;

/** The runs of a machine, the latest first. */
export default function MachineRunsPage({ params: { id } }: { params: { id: string } }) {
  return (
    <MachineFrame machineId={id} tab="runs">
      {() => <Runs machineId={id} />}
    </MachineFrame>
  );
}

function Runs({ machineId }: { machineId: string }) {
  const list = useInfiniteQuery({
    queryKey: ['runs', 'of', machineId],
    queryFn: ({ pageParam, signal }) => {
      const cursor = pageParam === null ? '' : `&cursor=${encodeURIComponent(pageParam)}`;
      return get<RunList>(`/api/runs?kind=machine&machine=${machineId}${cursor}`, signal);
    },
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }) => next,
    refetchInterval: EVERY_MS,
  });
  if (list.error !== null) return <Failed error={list.error} retry={() => void list.refetch()} />;
  if (list.data === undefined) return <Loading what="runs" />;
  const runs = list.data.pages.flatMap((page) => page.runs);
  if (runs.length === 0) return <Nothing title="It has never run" text="Run it with the button above." />;
  return (
    <>
      <RunsTable runs={runs} />
      {list.hasNextPage && (
        <Button variant="default" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          Show older runs
        </Button>
      )}
    </>
  );
}
