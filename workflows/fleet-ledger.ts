import type { FailureReport, FleetReport, FleetStatus, MachineOutcome, PipelineResult } from '../contracts/runs.js';

/** A fleet run's account of its machines, and which comes next. Plain state, tested without Temporal. */
export class FleetLedger {
  constructor(readonly report: FleetReport) {}

  /** The next machine to run, marked as running; null when none waits. */
  take(now: number): MachineOutcome | null {
    const next = this.report.machines.find((machine) => machine.status === 'queued') ?? null;
    if (next !== null)
      Object.assign(next, { status: 'running', startedAt: now, finishedAt: null, result: null, failure: null });
    return next;
  }

  succeed(machineId: string, result: PipelineResult, now: number): void {
    const status = result.ran.length === 0 ? 'upToDate' : 'succeeded';
    Object.assign(this.of(machineId), { status, result, finishedAt: now });
  }

  fail(machineId: string, failure: FailureReport, now: number): void {
    const status = failure.type === 'Cancelled' ? 'cancelled' : 'failed';
    Object.assign(this.of(machineId), { status, failure: status === 'cancelled' ? null : failure, finishedAt: now });
  }

  /** Puts failed and cancelled machines back in the queue; null means all of them. Returns those put back. */
  requeue(machineIds: readonly string[] | null): string[] {
    const again = this.report.machines.filter(
      (machine) => isRetryable(machine) && (machineIds === null || machineIds.includes(machine.machineId)),
    );
    for (const machine of again) machine.status = 'queued';
    return again.map((machine) => machine.machineId);
  }

  /** Marks what never started as cancelled. */
  cancelQueued(now: number): void {
    for (const machine of this.report.machines) {
      if (machine.status === 'queued') Object.assign(machine, { status: 'cancelled', finishedAt: now });
    }
  }

  /** Why these machines cannot be retried, or null when they can. */
  objectionToRetry(machineIds: readonly string[] | null): string | null {
    if (machineIds === null) {
      return this.report.machines.some(isRetryable) ? null : 'no machine has failed';
    }
    const unknown = machineIds.filter((id) => !this.report.machines.some((machine) => machine.machineId === id));
    if (unknown.length > 0) return `not in this fleet run: ${unknown.join(', ')}`;
    const other = machineIds.filter((id) => !isRetryable(this.of(id)));
    return other.length > 0 ? `not failed or cancelled: ${other.join(', ')}` : null;
  }

  count(...statuses: MachineOutcome['status'][]): number {
    return this.report.machines.filter((machine) => statuses.includes(machine.status)).length;
  }

  /** How the run ended, once no machine runs or waits. */
  ended(): FleetStatus {
    if (this.report.status === 'cancelling') return 'cancelled';
    if (this.count('failed') > 0) return 'failed';
    return this.count('cancelled') > 0 ? 'cancelled' : 'succeeded';
  }

  /** The fleet's state as lines of text: the Temporal Web UI's current details. */
  describe(): string {
    const total = this.report.machines.length;
    const done = this.count('succeeded', 'upToDate');
    const failed = this.report.machines.filter((machine) => machine.failure !== null && machine.status === 'failed');
    return [
      `${this.report.status}: ${done} of ${total} machines done, ${this.count('running')} running, ${this.count('queued')} waiting, ${failed.length} failed`,
      ...failed.map((machine) => `✗ ${machine.machineId}: ${machine.failure?.message ?? ''}`),
    ].join('\n');
  }

  private of(machineId: string): MachineOutcome {
    const machine = this.report.machines.find((candidate) => candidate.machineId === machineId);
    if (machine === undefined) throw new RangeError(`${machineId} is not in this fleet run`);
    return machine;
  }
}

/** Whether a retry runs a machine again. */
export function isRetryable(machine: MachineOutcome): boolean {
  return machine.status === 'failed' || machine.status === 'cancelled';
}
