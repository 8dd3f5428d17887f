import type { FailureReport, PipelineReport, StepReport, StepResult } from '../contracts/runs.js';
import { failureName } from '../contracts/failures.js';
import { STEPS, STEP_TITLES } from '../contracts/steps.js';
import type { Step } from '../contracts/steps.js';

function pending(): StepReport {
  return { status: 'pending', summary: null, seconds: null, metrics: {}, rows: null };
}

/** What a pipeline knows of its machine. Plain state, tested without Temporal. */
export class PipelineState {
  readonly report: PipelineReport;

  constructor(machineId: string) {
    this.report = {
      machineId,
      machineType: null,
      status: 'running',
      step: null,
      steps: Object.fromEntries(STEPS.map((step) => [step, pending()])) as Record<Step, StepReport>,
      failure: null,
    };
  }

  start(step: Step): void {
    this.report.step = step;
    this.report.steps[step] = { ...pending(), status: 'running' };
  }

  finish(step: Step, result: StepResult): void {
    const rows = result.outputs.reduce((sum, output) => sum + (output.rows ?? 0), 0);
    this.report.steps[step] = {
      status: result.skipped ? 'skipped' : 'done',
      summary: result.skipped ? `up to date: ${result.reason ?? 'unchanged'}` : result.summary,
      seconds: result.durationSeconds,
      metrics: result.metrics,
      rows: rows > 0 ? rows : null,
    };
  }

  fail(failure: FailureReport): void {
    this.report.status = 'failed';
    this.report.failure = failure;
    if (failure.step !== null) this.report.steps[failure.step].status = 'failed';
  }

  cancel(): void {
    this.report.status = 'cancelled';
    // It has been stopped, and nothing of it is running.
    if (this.report.step !== null) this.report.steps[this.report.step].status = 'pending';
  }

  /** The machine's state as lines of text: the Temporal Web UI's current details. */
  describe(): string {
    const lines = STEPS.map((step) => {
      const { status, summary, seconds } = this.report.steps[step];
      const took = seconds === null ? '' : ` (${seconds.toFixed(1)} s)`;
      return `${MARK[status]} ${STEP_TITLES[step]}${summary === null ? '' : `: ${summary}`}${took}`;
    });
    const { failure } = this.report;
    if (failure !== null)
      lines.push(
        '',
        `${failureName(failure)}: ${failure.message}`,
        ...(failure.hint === null ? [] : [`→ ${failure.hint}`]),
      );
    if (this.report.status === 'cancelled') lines.push('', 'cancelled');
    if (this.report.status === 'paused') lines.push('', 'paused: send the update "resume" to go on');
    return lines.join('\n');
  }
}

const MARK: Record<StepReport['status'], string> = { pending: '·', running: '▶', done: '✓', skipped: '–', failed: '✗' };
