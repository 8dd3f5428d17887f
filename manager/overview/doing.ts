import type { Client } from '@temporalio/client';
import type { LiveRun } from '../../contracts/api/machines.js';
import type { PipelineReport } from '../../contracts/runs.js';
import { QUERY } from '../../contracts/runs.js';
import { machineWorkflowId } from '../../contracts/steps.js';
import { readLiveStep } from '../live-step.js';
import type { LiveStep } from '../live-step.js';
import type { Settings } from '../../temporal.config.js';
import type { RunningPipeline } from './pipelines.js';
import type { Doing } from './tile.js';

/** So many beats missed in a row are a silence. */
const MISSED = 4;
const MOST_LOSSES = 48;

/** What the running pipelines are doing, with the losses seen so far. */
export class RunningSteps {
  private readonly losses = new Map<string, Losses>();
  private doing: ReadonlyMap<string, Doing> = new Map();

  constructor(
    private readonly client: Client,
    private readonly settings: Settings,
  ) {}

  of(machineId: string): Doing | null {
    return this.doing.get(machineId) ?? null;
  }

  /** One describe call for each. A machine that does not answer stays as it was. */
  async refresh(running: ReadonlyMap<string, RunningPipeline>): Promise<void> {
    for (const id of this.losses.keys()) if (!running.has(id)) this.losses.delete(id);
    const found = await Promise.all(
      [...running].map(async ([machineId, { runId }]) => {
        const doing = await this.read(machineId, runId).catch(() => this.of(machineId));
        return doing === null ? [] : [[machineId, same(this.of(machineId), doing)] as const];
      }),
    );
    this.doing = new Map(found.flat());
  }

  private async read(machineId: string, runId: string): Promise<Doing | null> {
    const live = await readLiveStep(this.client, machineId);
    if (live === null) return await this.between(machineId);
    const run = this.runOf(machineId, runId, live);
    if (live.scheduled) return { run, ...waits(live, this.settings.queues) };
    const silentMs = live.heartbeatAt === null ? 0 : Date.now() - live.heartbeatAt;
    if (silentMs <= MISSED * this.settings.heartbeatEveryMs) return { run, state: 'running', reason: attemptOf(live) };
    const seconds = Math.round(silentMs / 1000);
    return { run: { ...run, silentSeconds: seconds }, state: 'silent', reason: `silent for ${seconds} s` };
  }

  /** No step runs: the pipeline is paused, or between two steps. */
  private async between(machineId: string): Promise<Doing | null> {
    const handle = this.client.workflow.getHandle(machineWorkflowId(machineId));
    const report = await this.client.withDeadline(Date.now() + 1_000, () => handle.query<PipelineReport>(QUERY.status));
    if (report.status === 'paused') return { run: null, state: 'paused', reason: 'paused at its checkpoint' };
    return { run: null, state: 'running', reason: null };
  }

  private runOf(machineId: string, runId: string, { step, attempt, heartbeat }: LiveStep): LiveRun {
    const loss = heartbeat?.metrics['loss'] ?? null;
    const seen = this.losses.get(machineId);
    const losses = seen?.runId === runId ? seen : new Losses(runId);
    this.losses.set(machineId, losses);
    if (heartbeat !== null && loss !== null) losses.add(heartbeat.current, loss);
    return {
      ...{ step, attempt, loss, losses: losses.thinned() },
      ...{ current: heartbeat?.current ?? 0, total: heartbeat?.total ?? 0, unit: heartbeat?.unit ?? '' },
      ...{ etaSeconds: heartbeat?.etaSeconds ?? null, silentSeconds: null },
    };
  }
}

function attemptOf({ attempt, lastFailure }: LiveStep): string | null {
  return attempt > 1 ? `attempt ${attempt}${lastFailure === null ? '' : `, after: ${lastFailure}`}` : null;
}

function waits({ attempt, lastFailure, step }: LiveStep, queues: Settings['queues']): Pick<Doing, 'state' | 'reason'> {
  if (attempt > 1 && lastFailure !== null)
    return { state: 'waiting', reason: `to try again (attempt ${attempt}) after: ${lastFailure}` };
  const queue = step === 'trainTvae' ? queues.training : queues.light;
  return { state: 'waiting', reason: `for a free worker slot on ${queue}` };
}

/** The losses of one run by epoch: after a resume the same epochs come again. */
class Losses {
  private readonly byEpoch = new Map<number, number>();

  constructor(readonly runId: string) {}

  add(epoch: number, loss: number): void {
    this.byEpoch.set(epoch, loss);
    if (this.byEpoch.size <= 2 * MOST_LOSSES) return;
    const epochs = [...this.byEpoch.keys()].sort((a, b) => a - b);
    epochs.forEach((one, at) => {
      if (at % 2 === 1 && one !== epoch) this.byEpoch.delete(one);
    });
  }

  thinned(): number[] {
    const all = [...this.byEpoch].sort(([a], [b]) => a - b).map(([, loss]) => loss);
    const every = Math.ceil(all.length / MOST_LOSSES);
    return all.filter((_, at) => (all.length - 1 - at) % every === 0);
  }
}

function same<T>(before: T | null, after: T): T {
  return before !== null && JSON.stringify(before) === JSON.stringify(after) ? before : after;
}
