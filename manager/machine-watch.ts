import type { WorkflowHandle } from '@temporalio/client';
import { readLiveStep } from './live-step.js';
import type { LiveStep } from './live-step.js';
import type { Connected } from './project.js';
import { SharedPoll } from './shared-poll.js';
import { awaitEnd } from './workflow-end.js';

/** What a machine's running step last said; null before it has said anything. */
export interface MachineSnapshot {
  live: LiveStep | null;
}

/** Snapshots of a machine's pipeline, about one a second however many subscribe, until it ends. */
export function machinePoll(
  { client }: Connected,
  machineId: string,
  handle: WorkflowHandle,
): SharedPoll<MachineSnapshot> {
  return new SharedPoll<MachineSnapshot>({
    // Between two steps, and while nothing answers, it stays as it was.
    read: async (before) => ({
      live: (await readLiveStep(client, machineId).catch(() => null)) ?? before?.live ?? null,
    }),
    awaitEnd: () => awaitEnd(client, handle),
  });
}
