import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { TOPIC } from '../../../../contracts/api/topics.js';
import type { FleetState, FleetStateChange, MachineList, MachineTile } from '../../../../contracts/api/machines.js';
import { get } from '../../api.js';
import { PAGE } from '../../components/paged.js';
import type { Paged } from '../../components/paged.js';
import { useTopic } from '../../live.js';

/** After a change the list is asked for again, so that order and filter are right; changes come in bursts. */
const GATHER_MS = 1_500;

/** The fleet's state, live, with the tiles that have changed since the page was opened. */
export interface LiveFleet {
  fleet: FleetState;
  tiles: ReadonlyMap<string, MachineTile>;
}

export function useLiveFleet(): LiveFleet | null {
  const { data } = useTopic<FleetState | LiveFleet>(TOPIC.machines, merge);
  if (data === null) return null;
  return 'tiles' in data ? data : { fleet: data, tiles: NONE };
}

const NONE: ReadonlyMap<string, MachineTile> = new Map();

function merge(state: FleetState | LiveFleet, change: unknown): LiveFleet {
  const { fleet, tiles } = change as FleetStateChange;
  const before = 'tiles' in state ? state : { fleet: state, tiles: NONE };
  return {
    fleet: fleet ?? before.fleet,
    tiles: new Map([...before.tiles, ...tiles.map((tile) => [tile.machineId, tile] as const)]),
  };
}

/** The machines that match a filter: the first page with its counts, and the others as they are scrolled to. */
export function useMachines(filter: string, live: LiveFleet | null) {
  const first = useQuery({
    queryKey: ['machines', filter, 0],
    queryFn: ({ signal }) => read(filter, 0, signal),
    placeholderData: keepPreviousData,
    structuralSharing: true,
  });
  const client = useQueryClient();
  const counts = JSON.stringify(live?.fleet.counts ?? null);
  const seen = useRef(counts);
  useEffect(() => {
    if (seen.current === counts) return;
    const known = seen.current !== 'null';
    seen.current = counts;
    if (!known) return;
    const timer = setTimeout(() => void client.invalidateQueries({ queryKey: ['machines'] }), GATHER_MS);
    return () => {
      clearTimeout(timer);
    };
  }, [counts, client]);
  return first;
}

/** All of them, for a list that asks for the pages that are seen. */
export function paged(filter: string, list: MachineList): Paged<MachineTile> {
  return {
    total: list.total,
    first: list.machines,
    key: ['machines', filter],
    read: async (page, signal) => (await read(filter, page, signal)).machines,
  };
}

function read(filter: string, page: number, signal: AbortSignal): Promise<MachineList> {
  return get<MachineList>(`/api/machines?${filter}&offset=${page * PAGE}&limit=${PAGE}`, signal);
}
