import { setTimeout as delay } from 'node:timers/promises';
import type { Client, WorkflowHandle } from '@temporalio/client';
import type { FleetReport } from '../../contracts/runs.js';
import { QUERY } from '../../contracts/runs.js';
import { machineLine, totalLine } from './fleet.js';
import type { FleetSnapshot } from './fleet.js';
import { readLiveStep } from '../../manager/live-step.js';
import { awaitEnd } from '../../manager/workflow-end.js';

/** Shows snapshots of a fleet run as they come. */
export interface FleetScreen {
  show(snapshot: FleetSnapshot): void;
  close(): void;
}

const EVERY_MS = 1_000;

/**
 * Shows a fleet run until it has ended or the signal aborts.
 * @returns the last account; its status says whether the run has ended
 */
export async function watchFleet(
  client: Client,
  handle: WorkflowHandle,
  screen: FleetScreen,
  signal: AbortSignal,
): Promise<FleetReport | null> {
  const ended = awaitEnd(client, handle);
  const either = AbortSignal.any([signal, ended.signal]);
  let report: FleetReport | null = null;
  try {
    for (;;) {
      const answer = await readReport(handle);
      report = answer ?? report;
      if (report !== null)
        screen.show({ report, live: await readLive(client, report), now: Date.now(), answered: answer !== null });
      if (either.aborted) return report;
      await delay(EVERY_MS, undefined, { signal: either }).catch(() => undefined);
    }
  } finally {
    screen.close();
    await ended.stop();
  }
}

/** The run's account, or null while no worker answers. */
async function readReport(handle: WorkflowHandle): Promise<FleetReport | null> {
  try {
    return await handle.query<FleetReport>(QUERY.status);
  } catch {
    return null;
  }
}

async function readLive(client: Client, report: FleetReport): Promise<FleetSnapshot['live']> {
  const running = report.machines.filter((machine) => machine.status === 'running');
  const steps = await Promise.all(
    running.map(async ({ machineId }) => [machineId, await readLiveStep(client, machineId).catch(() => null)] as const),
  );
  return new Map(steps.flatMap(([machineId, step]) => (step === null ? [] : [[machineId, step] as const])));
}

/** One line a machine, drawn over the last drawing. For a terminal. */
export class TerminalScreen implements FleetScreen {
  private drawn = 0;

  constructor(private readonly out: NodeJS.WriteStream) {}

  show({ report, live, now, answered }: FleetSnapshot): void {
    const rows = Math.max(4, this.out.rows - 2);
    const lines = [...report.machines.map((machine) => machineLine(machine, live.get(machine.machineId)))];
    const shown = lines.length + 1 <= rows ? lines : shorten(report, lines, rows - 2);
    const text = [...shown, totalLine({ report, live, now, answered })].map(
      (line) => `${line.slice(0, this.out.columns - 1)}\u001b[K`,
    );
    // From the line's beginning: the terminal may have echoed a ^C there.
    const up = this.drawn > 0 ? `\r\u001b[${this.drawn}A` : '';
    this.out.write(`${up}${text.join('\n')}\n\u001b[J`);
    this.drawn = text.length;
  }

  close(): void {
    this.drawn = 0;
  }
}

/** Where not all machines fit: those that run or failed first, then a count of the others. */
function shorten(report: FleetReport, lines: string[], rows: number): string[] {
  const order = ['running', 'failed', 'queued', 'cancelled', 'succeeded', 'upToDate'];
  const ranked = report.machines.map((machine, at) => ({ rank: order.indexOf(machine.status), line: lines[at] ?? '' }));
  ranked.sort((a, b) => a.rank - b.rank);
  return [...ranked.slice(0, rows).map(({ line }) => line), `  … and ${lines.length - rows} more`];
}

/** A line when a machine's step or state changes, and the total now and then. For logs and pipes. */
export class PlainScreen implements FleetScreen {
  private readonly said = new Map<string, string>();
  private totalAt = 0;

  constructor(private readonly write: (line: string) => void) {}

  show(snapshot: FleetSnapshot): void {
    const { report, live, now } = snapshot;
    for (const machine of report.machines) {
      const step = live.get(machine.machineId);
      const key = `${machine.status} ${step?.step ?? ''} ${step?.attempt ?? ''}`;
      if (machine.status === 'queued' || this.said.get(machine.machineId) === key) continue;
      this.said.set(machine.machineId, key);
      this.write(machineLine(machine, step).trimEnd());
    }
    if (now - this.totalAt < 10_000) return;
    this.totalAt = now;
    for (const machine of report.machines) {
      const step = live.get(machine.machineId);
      if (step?.heartbeat != null && step.heartbeat.total > 0) this.write(machineLine(machine, step).trimEnd());
    }
    this.write(totalLine(snapshot));
  }

  close(): void {
    // Nothing is drawn that would have to be left in order.
  }
}
