import { WorkflowNotFoundError } from '@temporalio/client';
import type { WorkflowExecutionDescription } from '@temporalio/client';
import proto from '@temporalio/proto';
import type { LiveAccount, MachineRun, RunAccount } from '../../contracts/api/runs.js';
import { NO_PROGRESS } from '../../contracts/events.js';
import { MachinePipelineInput } from '../../contracts/parameters.js';
import type { FailureReport, PipelineReport, PipelineStatus } from '../../contracts/runs.js';
import { QUERY } from '../../contracts/runs.js';
import { STEPS, machineWorkflowId } from '../../contracts/steps.js';
import type { Step } from '../../contracts/steps.js';
import { reportFailure } from '../../workflows/failure-report.js';
import { ATTRIBUTE } from '../../workflows/search-attributes.js';
import { ManagerError, REFUSAL } from '../errors.js';
import { liveStepOf } from '../live-step.js';
import type { LiveStep } from '../live-step.js';
import type { Connected } from '../project.js';
import { Questions, bounded } from '../questions.js';
import { RecordDigest } from './digest.js';
import { readRecord, recordBytes, recordedRuns } from './records.js';

const { PENDING_ACTIVITY_STATE_CANCEL_REQUESTED } = proto.temporal.api.enums.v1.PendingActivityState;

/** An account without the page in the Temporal Web UI, which the console knows. */
export type PlainAccount = Omit<RunAccount, 'webUi'>;
export type PlainMachineRun = Omit<MachineRun, 'run'> & { run: PlainAccount | null };

/** What a run was started with. */
type Input = Pick<PlainAccount, 'parameters' | 'force' | 'from'>;

const STATUS: Record<string, PipelineStatus> = { RUNNING: 'running', COMPLETED: 'succeeded', CANCELLED: 'cancelled' };
const EVER = new AbortController().signal;

/**
 * The account of a machine's run, also of one that Temporal has forgotten.
 * @param runId null: the latest
 * @throws ManagerError when there is no such run
 */
export async function readRun(connected: Connected, machineId: string, runId: string | null): Promise<PlainAccount> {
  const reader = new RunReader(connected, machineId, runId);
  const { run } = await reader.read(EVER);
  if (run !== null) return run;
  if (reader.silentSince !== null) throw new ManagerError(REFUSAL.interrupted, 'Temporal does not answer');
  const what = runId === null ? `${machineId} has not run yet` : `${machineId} has no run ${runId}`;
  throw new ManagerError(REFUSAL.notFound, what, `npm run gan -- machine run ${machineId}`);
}

/**
 * Reads the account of a machine's run, again and again. The pipeline itself is asked for its steps; Temporal for the
 * step under way; the record for attempts and, where no worker answers, for everything. A run that has ended is read
 * once.
 */
export class RunReader {
  silentSince: number | null = null;
  private answeredAt = Date.now();
  private readonly questions = new Questions();
  private known: { runId: string; digest: RecordDigest; report: PipelineReport | null; input: Input | null } | null =
    null;
  private ended: PlainAccount | null = null;
  private last: PlainAccount | null = null;

  constructor(
    private readonly connected: Connected,
    private readonly machineId: string,
    private readonly runId: string | null,
  ) {}

  /** Never throws: what does not answer leaves the account as it was. */
  async read(signal: AbortSignal): Promise<PlainMachineRun> {
    const description = await this.questions.ask('description', signal, () => this.describe(signal));
    this.silentSince = description === undefined ? this.answeredAt : null;
    if (description !== undefined) {
      this.answeredAt = Date.now();
      this.last = description === null ? await this.forgotten() : await this.account(description, signal);
    }
    return { run: this.last, silentSince: this.silentSince };
  }

  /** Null: Temporal knows no such run. */
  private async describe(signal: AbortSignal): Promise<WorkflowExecutionDescription | null> {
    const { client } = this.connected;
    const handle = client.workflow.getHandle(machineWorkflowId(this.machineId), this.runId ?? undefined);
    try {
      return await bounded(client, signal, () => handle.describe());
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return null;
      throw error;
    }
  }

  private async account(description: WorkflowExecutionDescription, signal: AbortSignal): Promise<PlainAccount> {
    const { runId } = description;
    if (this.ended?.runId === runId) return this.ended;
    const running = description.status.name === 'RUNNING';
    const { digest, report, input } = await this.look(runId, running, signal);
    const pending = description.raw.pendingActivities?.find(({ activityType }) => isStep(activityType?.name));
    const live = running ? await liveStepOf(this.connected.client, pending ?? undefined) : null;
    const stopping = pending?.state === PENDING_ACTIVITY_STATE_CANCEL_REQUESTED;
    const attributes = description.typedSearchAttributes;
    const status = running ? (report?.status ?? 'running') : (STATUS[description.status.name] ?? 'failed');
    const step = running ? (report?.step ?? (isStep(live?.step) ? live.step : null)) : null;
    const account: PlainAccount = {
      ...{ machineId: this.machineId, runId, status, step },
      machineType: attributes.get(ATTRIBUTE.machineType) ?? digest.admitted?.machineType ?? null,
      fleetRun: attributes.get(ATTRIBUTE.fleetRun) ?? digest.admitted?.fleetRun ?? null,
      stopping: running && stopping,
      startedAt: description.startTime.getTime(),
      finishedAt: description.closeTime?.getTime() ?? null,
      steps: digest.steps(report, running),
      failure: status === 'failed' ? (report?.failure ?? (await this.failureOf(description, digest))) : null,
      parameters: digest.parameters ?? input?.parameters ?? null,
      force: digest.admitted?.force ?? input?.force ?? false,
      from: digest.admitted?.from ?? input?.from ?? null,
      live: live === null ? null : liveAccount(live, stopping),
      ...(await this.common(runId)),
    };
    if (!running && report !== null) this.ended = account;
    return account;
  }

  /** A run that Temporal does not know, from its record. */
  private async forgotten(): Promise<PlainAccount | null> {
    const runId = this.runId ?? (await recordedRuns(this.connected, this.machineId))[0];
    if (runId === undefined) return null;
    const { digest } = await this.knownOf(runId);
    const { times } = digest;
    if (times === null) return null;
    return {
      ...{ machineId: this.machineId, runId, ...digest.outcome(), ...times, step: null, live: null, stopping: false },
      machineType: digest.admitted?.machineType ?? null,
      fleetRun: digest.admitted?.fleetRun ?? null,
      steps: digest.steps(null, false),
      parameters: digest.parameters,
      force: digest.admitted?.force ?? false,
      from: digest.admitted?.from ?? null,
      ...(await this.common(runId)),
    };
  }

  private async common(runId: string): Promise<Pick<PlainAccount, 'recordBytes' | 'lostAfterSeconds'>> {
    return {
      recordBytes: await recordBytes(this.connected, this.machineId, runId),
      lostAfterSeconds: this.connected.settings.policy.heartbeatTimeoutMs / 1000,
    };
  }

  /** The record, and the pipeline's own report as far as it answers. */
  private async look(runId: string, running: boolean, signal: AbortSignal) {
    const known = await this.knownOf(runId);
    const { client } = this.connected;
    const handle = client.workflow.getHandle(machineWorkflowId(this.machineId), runId);
    const query = <T>(name: string) =>
      this.questions.ask(`${name} ${runId}`, signal, () => bounded(client, signal, () => handle.query<T>(name)));
    // What it said while it ran is not how it ended.
    known.report = (await query<PipelineReport>(QUERY.status)) ?? (running ? known.report : null);
    if (known.digest.parameters === null && known.input === null) {
      const given = MachinePipelineInput.safeParse(await query(QUERY.input)).data;
      if (given !== undefined)
        known.input = { parameters: given.parameters, force: given.force, from: given.from ?? null };
    }
    return known;
  }

  private async knownOf(runId: string) {
    if (this.known?.runId !== runId) this.known = { runId, digest: new RecordDigest(), report: null, input: null };
    const { digest } = this.known;
    for (let more = true; more;) {
      const page = await readRecord(this.connected, this.machineId, runId, digest.next);
      digest.add(page.entries);
      digest.next = page.next;
      more = page.more && page.entries.length > 0;
    }
    return this.known;
  }

  /** Why a run failed that cannot be asked: from its record, or from its end. */
  private async failureOf(
    { runId, status }: WorkflowExecutionDescription,
    digest: RecordDigest,
  ): Promise<FailureReport> {
    const { client } = this.connected;
    const recorded = digest.lastFailure();
    if (status.name === 'FAILED' && recorded !== null) return recorded;
    const handle = client.workflow.getHandle(machineWorkflowId(this.machineId), runId);
    return await bounded(client, EVER, () => handle.result()).then(
      () => reportFailure(new Error('it did not end as expected'), null),
      (error: unknown) =>
        reportFailure(error instanceof Error && error.cause !== undefined ? error.cause : error, null),
    );
  }
}

function liveAccount({ step, attempt, heartbeat, lastFailure, heartbeatAt, scheduled }: LiveStep, stopping: boolean) {
  const { current, total, unit, metrics, etaSeconds, device } = heartbeat ?? NO_PROGRESS;
  const silent = heartbeatAt === null ? null : Math.max(0, Math.floor((Date.now() - heartbeatAt) / 1000));
  return {
    step: step as Step,
    state: stopping ? 'stopping' : scheduled ? 'scheduled' : 'started',
    ...{ attempt, current, total, unit, metrics, etaSeconds, device, lastFailure },
    silentSeconds: scheduled ? null : silent,
    log: heartbeat?.log ?? [],
  } satisfies LiveAccount;
}

function isStep(name: string | null | undefined): name is Step {
  return (STEPS as readonly unknown[]).includes(name);
}
