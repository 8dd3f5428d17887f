import { planArgs } from '../../activities/plan-args.js';
import { SCRIPT } from '../../activities/python/scripts.js';
import { StepParameters } from '../../contracts/parameters.js';
import { PlanData } from '../../contracts/plan.js';
import type { PlannedMachine } from '../../contracts/plan.js';
import { STEP_TITLES } from '../../contracts/steps.js';
import type { Project } from '../project.js';
import { runScript } from '../script.js';
import type { KnownMachine } from './artifact-index.js';

/** One process of Python looks at so many machines. */
const AT_ONCE = 100;
/** A file may have been changed by hand, which its machine's stamp does not show. */
const HOLDS_MS = 15 * 60_000;

interface Answer {
  stamp: string;
  at: number;
  /** Why the first step that is out of date is; null: nothing is. */
  reason: string | null;
}

/** Whether machines are out of date, asked of Python a batch at a time, in the background. */
export class Staleness {
  private readonly answers = new Map<string, Answer>();
  private readonly wanted = new Map<string, KnownMachine>();
  private working = false;

  /** @param changed called when answers have come */
  constructor(
    private readonly project: Project,
    private readonly signal: AbortSignal,
    private readonly changed: () => void,
  ) {}

  /** Why a machine is out of date; null: it is not; undefined: not known yet. An older answer holds meanwhile. */
  reason({ machineId }: KnownMachine): string | null | undefined {
    return this.answers.get(machineId)?.reason;
  }

  /** How many machines have an answer. */
  get checked(): number {
    return this.answers.size;
  }

  /** Asks about those whose answer is missing, or of another state of the machine. */
  want(machines: Iterable<KnownMachine>): void {
    const now = Date.now();
    for (const machine of machines) {
      const known = this.answers.get(machine.machineId);
      const holds = known?.stamp === machine.stamp && now - known.at < HOLDS_MS;
      if (!holds) this.wanted.set(machine.machineId, machine);
    }
    if (!this.working && this.wanted.size > 0) void this.work();
  }

  private async work(): Promise<void> {
    this.working = true;
    try {
      while (this.wanted.size > 0 && !this.signal.aborted) {
        const batch = [...this.wanted.values()].slice(0, AT_ONCE);
        for (const { machineId } of batch) this.wanted.delete(machineId);
        await this.ask(batch);
        this.changed();
      }
    } catch {
      // Nothing is known then; a health check or the machine's own page says what is wrong with Python.
      this.wanted.clear();
    } finally {
      this.working = false;
    }
  }

  private async ask(batch: readonly KnownMachine[]): Promise<void> {
    const planned = await planAsMade(
      this.project,
      batch.map(({ machineId }) => machineId),
      this.signal,
    );
    const reasons = new Map(planned.map((plan) => [plan.machineId, firstReason(plan)]));
    const at = Date.now();
    for (const { machineId, stamp } of batch)
      this.answers.set(machineId, { stamp, at, reason: reasons.get(machineId) ?? null });
  }
}

/** What each step would do with the parameters that it was made with: stale is what code, files or inputs made so. */
export async function planAsMade(
  project: Project,
  machineIds: readonly string[],
  signal: AbortSignal,
): Promise<PlannedMachine[]> {
  const args = [...planArgs(machineIds, StepParameters.parse({}), false), '--as_made'];
  const { data } = await runScript(project, SCRIPT.plan, args, { signal, note: () => undefined });
  return PlanData.parse(data).machines;
}

function firstReason({ steps }: PlannedMachine): string | null {
  const first = steps.find((step) => step.action === 'run');
  return first === undefined ? null : `${STEP_TITLES[first.step]}: ${first.reason}`;
}
