import type { FleetView } from '../../manager/fleet-view.js';
import type { FleetSnapshot } from '../../manager/fleet-watch.js';
import { machineLine, totalLine } from './fleet.js';

/** Shows snapshots of a fleet run as they come. */
export interface FleetScreen {
  show(snapshot: FleetSnapshot): void;
  close(): void;
}

/** One line a machine, drawn over the last drawing. For a terminal. */
export class TerminalScreen implements FleetScreen {
  private drawn = 0;

  constructor(private readonly out: NodeJS.WriteStream) {}

  show(snapshot: FleetSnapshot): void {
    const { view, live } = snapshot;
    if (view === null) return;
    const rows = Math.max(4, this.out.rows - 2);
    const lines = view.machines.map((machine) => machineLine(machine, live.get(machine.machineId)));
    const shown = view.total === lines.length && lines.length + 1 <= rows ? lines : shorten(view, lines, rows - 2);
    const text = [...shown, totalLine(snapshot)].map((line) => `${line.slice(0, this.out.columns - 1)}\u001b[K`);
    // From the line's beginning: the terminal may have echoed a ^C there.
    const up = this.drawn > 0 ? `\r\u001b[${this.drawn}A` : '';
    this.out.write(`${up}${text.join('\n')}\n\u001b[J`);
    this.drawn = text.length;
  }

  close(): void {
    this.drawn = 0;
  }
}

/** If not all machines fit: running and failed ones first, then a count of the others. */
function shorten(view: FleetView, lines: string[], rows: number): string[] {
  const order = ['running', 'failed', 'queued', 'cancelled', 'succeeded', 'upToDate'];
  const ranked = view.machines.map((machine, at) => ({ rank: order.indexOf(machine.status), line: lines[at] ?? '' }));
  ranked.sort((a, b) => a.rank - b.rank);
  return [
    ...ranked.slice(0, rows).map(({ line }) => line),
    `  … and ${view.total - Math.min(rows, ranked.length)} more`,
  ];
}

/** A line when a machine's step or state changes, and the total now and then. For logs and pipes. */
export class PlainScreen implements FleetScreen {
  private readonly said = new Map<string, string>();
  private totalAt = 0;

  constructor(private readonly write: (line: string) => void) {}

  show(snapshot: FleetSnapshot): void {
    const { view, live, now } = snapshot;
    if (view === null) return;
    for (const machine of view.machines) {
      const step = live.get(machine.machineId);
      const key = `${machine.status} ${step?.step ?? ''} ${step?.attempt ?? ''}`;
      if (machine.status === 'queued' || this.said.get(machine.machineId) === key) continue;
      this.said.set(machine.machineId, key);
      this.write(machineLine(machine, step).trimEnd());
    }
    if (now - this.totalAt < 10_000) return;
    this.totalAt = now;
    for (const machine of view.machines) {
      const step = live.get(machine.machineId);
      if (step?.heartbeat != null && step.heartbeat.total > 0) this.write(machineLine(machine, step).trimEnd());
    }
    this.write(totalLine(snapshot));
  }

  close(): void {
    // Nothing was drawn that would need cleaning up.
  }
}
