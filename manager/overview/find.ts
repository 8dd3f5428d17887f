import type { FleetState, MachineFilter, MachineList, MachineTile, StateCounts } from '../../contracts/api/machines.js';
import { MACHINE_STATES } from '../../contracts/machine-states.js';
import type { MachineOrder } from '../../contracts/machine-states.js';

const RANK = new Map(MACHINE_STATES.map((state, at) => [state, at]));
const VERDICTS = ['fail', 'warn', 'pass'];
/** What is searched, by tile: a tile never changes. */
const TEXTS = new WeakMap<MachineTile, string>();

/** One page of the machines that match. Every word of the search must occur in its id, type, maker or model. */
export function find(tiles: readonly MachineTile[], filter: MachineFilter): MachineList {
  const words = filter.q.toLowerCase().split(/\s+/).filter(Boolean);
  const matching = inOrder(tiles, filter.sort).filter(
    (tile) =>
      (filter.type === undefined || tile.machineType === filter.type) &&
      words.every((word) => textOf(tile).includes(word)),
  );
  const chosen = matching.filter((tile) => filter.state === undefined || tile.state === filter.state);
  return {
    machines: chosen.slice(filter.offset, filter.offset + filter.limit),
    ...{ total: chosen.length, offset: filter.offset, counts: countsOf(matching), fleet: tiles.length },
    types: [...new Set(tiles.map((tile) => tile.machineType))].sort(),
  };
}

const SORTED = new WeakMap<readonly MachineTile[], Map<MachineOrder, MachineTile[]>>();

/** The tiles in an order, sorted once: filters change more often than the fleet does. */
function inOrder(tiles: readonly MachineTile[], order: MachineOrder): readonly MachineTile[] {
  const known = SORTED.get(tiles) ?? new Map<MachineOrder, MachineTile[]>();
  SORTED.set(tiles, known);
  const sorted = known.get(order) ?? [...tiles].sort(ORDERS[order]);
  known.set(order, sorted);
  return sorted;
}

export function countsOf(tiles: readonly MachineTile[]): StateCounts {
  const counts = Object.fromEntries(MACHINE_STATES.map((state) => [state, 0])) as FleetState['counts'];
  for (const { state } of tiles) counts[state] += 1;
  return counts;
}

function textOf(tile: MachineTile): string {
  const known = TEXTS.get(tile);
  if (known !== undefined) return known;
  const text = [tile.machineId, tile.machineType, tile.manufacturer, tile.model].join(' ').toLowerCase();
  TEXTS.set(tile, text);
  return text;
}

type Compare = (a: MachineTile, b: MachineTile) => number;

const byName: Compare = (a, b) => (a.machineId < b.machineId ? -1 : 1);

const ORDERS: Record<MachineOrder, Compare> = {
  worst: (a, b) =>
    (RANK.get(a.state) ?? 0) - (RANK.get(b.state) ?? 0) ||
    VERDICTS.indexOf(a.verdict ?? 'pass') - VERDICTS.indexOf(b.verdict ?? 'pass') ||
    (a.quality ?? 1) - (b.quality ?? 1) ||
    byName(a, b),
  name: byName,
  type: (a, b) => (a.machineType === b.machineType ? byName(a, b) : a.machineType < b.machineType ? -1 : 1),
  recent: (a, b) =>
    (a.madeAt ?? '') === (b.madeAt ?? '') ? byName(a, b) : (a.madeAt ?? '') > (b.madeAt ?? '') ? -1 : 1,
};
