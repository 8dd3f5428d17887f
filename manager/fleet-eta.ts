import type { MachineRow } from '../contracts/runs.js';
import type { FleetSnapshot } from './fleet-watch.js';

/**
 * Seconds the fleet still needs, estimated from how long its machines took or, while they train, will take; null before
 * anything is known.
 */
export function fleetEta({ view, live, now }: FleetSnapshot): number | null {
  if (view === null) return null;
  const running = view.machines.filter((machine) => machine.status === 'running');
  const expected = running.flatMap((machine) => {
    const left = secondsLeft(machine, live);
    return left === null ? [] : [secondsRun(machine, now) + left];
  });
  const known = view.counts.succeeded + expected.length;
  if (known === 0) return null;
  const mean = (view.totals.seconds + expected.reduce((sum, seconds) => sum + seconds, 0)) / known;
  const left = running.map((machine) => secondsLeft(machine, live) ?? Math.max(0, mean - secondsRun(machine, now)));
  const work = view.counts.queued * mean + left.reduce((sum, seconds) => sum + seconds, 0);
  // Being the last one makes a machine no faster.
  return Math.max(work / Math.max(1, view.concurrency), ...left);
}

function secondsLeft({ machineId, status }: MachineRow, live: FleetSnapshot['live']): number | null {
  return status === 'running' ? (live.get(machineId)?.heartbeat?.etaSeconds ?? null) : null;
}

function secondsRun({ startedAt }: MachineRow, now: number): number {
  return (now - (startedAt ?? now)) / 1000;
}
