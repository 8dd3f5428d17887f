import type { WorkflowHandle } from '@temporalio/client';
import { fleetWorkflowId } from '../../contracts/steps.js';
import { readAccount, readMachines } from '../fleet-account.js';
import type { Connected } from '../project.js';

/** A machine that waits in a fleet run. */
export interface Waiting {
  fleetRun: string;
  reason: string;
}

interface Known {
  queued: number;
  readAt: number;
  tookMs: number;
  machineIds: readonly string[];
}

/** The names of those that wait are asked for again at most this part of the time. */
const SHARE = 20;

/** The machines that wait in the fleet runs under way. */
export class Queues {
  private readonly known = new Map<string, Known>();
  waiting: ReadonlyMap<string, Waiting> = new Map();

  constructor(private readonly connected: Connected) {}

  /** @throws when a run does not answer; what was known then stays */
  async refresh(fleetRuns: readonly string[]): Promise<void> {
    const waiting = new Map<string, Waiting>();
    for (const name of fleetRuns) {
      const handle = this.connected.client.workflow.getHandle(fleetWorkflowId(name));
      const { status, counts } = await readAccount(handle);
      const paused = status === 'paused';
      const reason = paused ? `fleet run ${name} is paused` : `for its turn in fleet run ${name}`;
      for (const machineId of await this.queued(name, handle, counts.queued))
        waiting.set(machineId, { fleetRun: name, reason });
    }
    for (const name of this.known.keys()) if (!fleetRuns.includes(name)) this.known.delete(name);
    this.waiting = sameKeys(this.waiting, waiting) ? this.waiting : waiting;
  }

  private async queued(name: string, handle: WorkflowHandle, queued: number): Promise<readonly string[]> {
    const known = this.known.get(name);
    const now = Date.now();
    const soon = known !== undefined && now - known.readAt < known.tookMs * SHARE;
    if (queued === 0) return [];
    if (known !== undefined && (known.queued === queued || soon)) return known.machineIds;
    const machines = await readMachines(handle, { status: ['queued'] });
    const machineIds = machines.map((machine) => machine.machineId);
    this.known.set(name, { queued, readAt: now, tookMs: Date.now() - now, machineIds });
    return machineIds;
  }
}

function sameKeys(before: ReadonlyMap<string, Waiting>, after: ReadonlyMap<string, Waiting>): boolean {
  return before.size === after.size && [...after].every(([id, { reason }]) => before.get(id)?.reason === reason);
}
