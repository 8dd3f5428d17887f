import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { TOPIC } from '../../../../contracts/api/topics.js';
import type { FleetRunAccount, FleetRunNews, GridPage, GridRow } from '../../../../contracts/api/fleet-runs.js';
import type { Problem } from '../../../../contracts/api/problem.js';
import { get } from '../../api.js';
import { PAGE } from '../../components/paged.js';
import type { Paged } from '../../components/paged.js';
import { useTopic } from '../../live.js';

/** After a change the list is asked for again, so that order and filter are right; changes come in bursts. */
const GATHER_MS = 1_500;

export interface LiveRunState {
  account: FleetRunAccount | null;
  rows: ReadonlyMap<string, GridRow>;
  silentSince: number | null;
}

/** A fleet run, live: its account, and the machines that have changed since the page was opened. */
export function useFleetRun(name: string): { live: LiveRunState | null; problem: Problem | null; ended: boolean } {
  const { data, problem, ended } = useTopic<FleetRunNews | LiveRunState>(TOPIC.fleetRun(name), merge);
  return { live: data === null ? null : stateOf(data), problem, ended };
}

function merge(state: FleetRunNews | LiveRunState, change: unknown): LiveRunState {
  const { account, rows, silentSince } = change as FleetRunNews;
  const before = stateOf(state);
  const news = rows.map((row) => [row.machineId, row] as const);
  return { account: account ?? before.account, rows: new Map([...before.rows, ...news]), silentSince };
}

const STATES = new WeakMap<FleetRunNews, LiveRunState>();

function stateOf(data: FleetRunNews | LiveRunState): LiveRunState {
  if (!Array.isArray(data.rows)) return data as LiveRunState;
  const news = data as FleetRunNews;
  const known = STATES.get(news) ?? { ...news, rows: new Map(news.rows.map((row) => [row.machineId, row])) };
  STATES.set(news, known);
  return known;
}

/** The machines of the run that match a filter: the first page, and the others as they are scrolled to. */
export function useGrid(name: string, filter: string, account: FleetRunAccount | null) {
  const client = useQueryClient();
  const first = useQuery({
    queryKey: ['grid', name, filter, 0],
    queryFn: ({ signal }) => read(name, filter, 0, signal),
    placeholderData: keepPreviousData,
  });
  const counts = JSON.stringify(account?.counts ?? null);
  const seen = useRef(counts);
  useEffect(() => {
    if (seen.current === counts) return;
    const known = seen.current !== 'null';
    seen.current = counts;
    if (!known) return;
    const timer = setTimeout(() => void client.invalidateQueries({ queryKey: ['grid', name] }), GATHER_MS);
    return () => {
      clearTimeout(timer);
    };
  }, [counts, client, name]);
  return first;
}

/** All of them, for a list that asks for the pages that are seen. */
export function paged(name: string, filter: string, page: GridPage): Paged<GridRow> {
  return {
    total: page.total,
    first: page.rows,
    key: ['grid', name, filter],
    read: async (at, signal) => (await read(name, filter, at, signal)).rows,
  };
}

function read(name: string, filter: string, page: number, signal: AbortSignal): Promise<GridPage> {
  return get<GridPage>(`/api/fleet-runs/${name}/machines?${filter}&offset=${page * PAGE}&limit=${PAGE}`, signal);
}
