import type { Connected } from '../project.js';
import { SharedPoll } from '../shared-poll.js';
import { RunReader } from './account.js';
import type { PlainMachineRun } from './account.js';

/** The machines whose latest run is being watched: one poller each, however many watch. */
export class RunWatches {
  private readonly polls = new Map<string, SharedPoll<PlainMachineRun>>();

  /** @param closing aborts when nobody is to watch any more */
  constructor(
    private readonly connected: Connected,
    private readonly closing: AbortSignal,
  ) {}

  /** The latest run of a machine about once a second, also the next one, until the signal aborts. */
  async *subscribe(machineId: string, signal: AbortSignal): AsyncGenerator<PlainMachineRun, void, undefined> {
    const poll = this.polls.get(machineId) ?? this.poll(machineId);
    this.polls.set(machineId, poll);
    yield* poll.subscribe(signal);
  }

  private poll(machineId: string): SharedPoll<PlainMachineRun> {
    let reader = new RunReader(this.connected, machineId, null);
    return new SharedPoll<PlainMachineRun>({
      read: (_, signal) => reader.read(signal),
      awaitEnd: () => {
        reader = new RunReader(this.connected, machineId, null);
        return { signal: this.closing, stop: () => Promise.resolve() };
      },
    });
  }
}
