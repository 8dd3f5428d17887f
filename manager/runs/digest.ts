import type { StepAccount } from '../../contracts/api/runs.js';
import { StepParameters } from '../../contracts/parameters.js';
import type { RunEntry } from '../../contracts/run-record.js';
import type { FailureReport, PipelineReport, PipelineStatus } from '../../contracts/runs.js';
import { STEPS } from '../../contracts/steps.js';
import type { Step } from '../../contracts/steps.js';

type Entry<Kind extends RunEntry['kind']> = Extract<RunEntry, { kind: Kind }>;

/** What a run's record says in short, as far as it has been read: enough for the account of a run. */
export class RecordDigest {
  /** Where the record is to be read on. */
  next = 0;
  admitted: Entry<'admitted'> | null = null;
  readonly attempts = new Map<Step, number>();
  private readonly results = new Map<Step, Entry<'result'>>();
  private failure: Entry<'failure'> | null = null;
  private stopped = false;
  private first: number | null = null;
  private last: number | null = null;

  add(entries: readonly RunEntry[]): void {
    for (const entry of entries) {
      this.first ??= entry.at;
      this.last = entry.at;
      if (entry.kind === 'admitted') this.admitted = entry;
      if (entry.kind === 'attempt') this.attempts.set(entry.step, (this.attempts.get(entry.step) ?? 0) + 1);
      if (entry.kind === 'result') this.results.set(entry.step, entry);
      if (entry.kind === 'failure') this.failure = entry;
      else if (entry.kind === 'attempt' || entry.kind === 'result') this.failure = null;
      this.stopped = entry.kind === 'stopped';
    }
  }

  get times(): { startedAt: number; finishedAt: number } | null {
    return this.first === null || this.last === null ? null : { startedAt: this.first, finishedAt: this.last };
  }

  get parameters(): StepParameters | null {
    return StepParameters.safeParse(this.admitted?.parameters).data ?? null;
  }

  /** How the run ended, where nothing else knows. */
  outcome(): { status: PipelineStatus; failure: FailureReport | null } {
    if (this.results.has('publishDataset')) return { status: 'succeeded', failure: null };
    if (this.failure !== null) return { status: 'failed', failure: reportOf(this.failure) };
    if (this.stopped) return { status: 'cancelled', failure: null };
    const message = 'its record ends without a result';
    return {
      status: 'failed',
      failure: { type: 'Unknown', code: 'UNKNOWN', step: null, message, hint: null, field: null },
    };
  }

  /** The run's failure, if the last thing that happened was one. */
  lastFailure(): FailureReport | null {
    return this.failure === null ? null : reportOf(this.failure);
  }

  /** The steps as the pipeline reports them or, where it does not answer, as the record has them. */
  steps(report: PipelineReport | null, running: boolean): StepAccount[] {
    return STEPS.map((step) => {
      const attempts = this.attempts.get(step) ?? 0;
      return { step, attempts, ...(report?.steps[step] ?? this.step(step, running && attempts > 0)) };
    });
  }

  private step(step: Step, running: boolean): Omit<StepAccount, 'step' | 'attempts'> {
    const result = this.results.get(step);
    if (result !== undefined) {
      const { summary, seconds, metrics, rows } = result;
      return { status: result.skipped ? 'skipped' : 'done', summary, seconds, metrics, rows };
    }
    const current = this.admitted?.current.find((one) => one.step === step);
    if (current !== undefined) return { status: 'skipped', seconds: 0, ...current };
    const failed = this.failure?.final === true && this.failure.step === step;
    const status = failed ? 'failed' : running ? 'running' : 'pending';
    return { status, summary: null, seconds: null, metrics: {}, rows: null };
  }
}

function reportOf({ type, code, step, message, hint, field }: Entry<'failure'>): FailureReport {
  return { type, code, step, message, hint, field };
}
