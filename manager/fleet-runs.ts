import type { WorkflowHandle } from '@temporalio/client';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { FleetRunInput, RunName } from '../contracts/parameters.js';
import type { FleetAccount, RetriedMachines, Steering } from '../contracts/runs.js';
import { UPDATE, WORKFLOW } from '../contracts/runs.js';
import { fleetWorkflowId } from '../contracts/steps.js';
import { packNames } from '../contracts/machine-pages.js';
import { ATTRIBUTE } from '../workflows/search-attributes.js';
import { notApplied } from './differences.js';
import type { NotApplied } from './differences.js';
import { ManagerError, REFUSAL } from './errors.js';
import { readMachines, readWhole } from './fleet-account.js';
import type { WholeFleet } from './fleet-account.js';
import { failedMachines, stillInFleet } from './failed-machines.js';
import type { Connected } from './project.js';
import { steer } from './steering.js';
import { answered, requireAble } from './stuck.js';
import { workflowError } from './workflow-error.js';

type Note = (line: string) => void;

/** How many machine ids one payload has. */
const NAMED_AT_ONCE = 1_000;

/** A fleet run as a person asks for it. */
export interface FleetRequest {
  input: FleetRunInput;
  /** Only the machines whose latest run failed: the input gets their names. */
  onlyFailed: boolean;
  /** Whether this host does the work: its fleet folder counts then. */
  here: boolean;
}

/** A fleet run that was started, or that was under way. */
export interface StartedFleet {
  name: string;
  /** What was given but does not apply, because a run was under way; null if the run was started with it. */
  notApplied: NotApplied | null;
}

/**
 * Starts a fleet run, or attaches to the one that is under way.
 * @param given the fields that the person gave, to compare with a run that is under way
 * @throws ManagerError when only failed machines are asked for and none has failed
 */
export async function startOrJoinFleetRun(
  connected: Connected,
  request: FleetRequest,
  given: Record<string, unknown>,
  note: Note,
): Promise<StartedFleet> {
  const running = await findFleetRun(connected, null, true);
  if (running !== null) {
    const handle = handleOf(connected, running);
    await requireAble(connected.client, handle, `fleet run ${running}`, cancelCommand(running));
    return { name: running, notApplied: await notApplied(given, handle, FleetRunInput) };
  }
  const input = await withFailed(connected, request, note);
  await startFleetRun(connected, input);
  return { name: input.name, notApplied: null };
}

/** A request's input, with the failed machines in it if it asks for them. */
export async function withFailed(
  connected: Connected,
  { input, onlyFailed, here }: FleetRequest,
  note: Note,
): Promise<FleetRunInput> {
  if (!onlyFailed) return input;
  const failed = await failedMachines(connected);
  return { ...input, machineIds: here ? await stillInFleet(failed, connected, note) : failed };
}

/** Starts a fleet run. @throws ManagerError when a run of that name is under way */
export async function startFleetRun({ client, settings }: Connected, input: FleetRunInput): Promise<void> {
  const { machineIds, parameters } = input;
  const machines = machineIds === null ? 'every machine' : `${machineIds.length} machines`;
  try {
    await client.workflow.start(WORKFLOW.fleetRun, {
      workflowId: fleetWorkflowId(input.name),
      taskQueue: settings.queues.light,
      args: argumentsOf(input),
      staticSummary: `fleet run ${input.name}: ${machines}`,
      staticDetails: [
        `${parameters.epochs} epochs, batch ${parameters.batchSize}`,
        `${parameters.runs > 0 ? `${parameters.runs} runs` : `${parameters.samples} rows`} a machine`,
        `random seed ${parameters.seed}`,
      ].join(', '),
      typedSearchAttributes: [{ key: ATTRIBUTE.fleetRun, value: input.name }],
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    throw new ManagerError(
      REFUSAL.underWay,
      `a fleet run named ${input.name} is under way`,
      'npm run gan -- fleet status',
    );
  }
}

/** More names than one payload should hold are passed as pages. */
function argumentsOf(input: FleetRunInput): unknown[] {
  const { machineIds } = input;
  if (machineIds === null || machineIds.length <= NAMED_AT_ONCE) return [input];
  return [{ ...input, machineIds: null }, null, ...packNames([...new Set(machineIds)])];
}

/** Machines that run again, in a run that is under way or in a new one. */
export interface RetriedFleet {
  name: string;
  /** The machines, if a run is under way; null: a new run was started with them. */
  again: RetriedMachines | null;
}

/**
 * Runs machines that failed or were cancelled again: in the run that is under way, else in a new one.
 * @param machines which; none: all of them
 * @param name of the run they failed in; null: the latest
 * @throws ManagerError when one of them has not failed, or nothing has
 */
export async function retryFleet(
  connected: Connected,
  machines: readonly string[],
  name: string | null,
  note: Note,
): Promise<RetriedFleet> {
  const running = await findFleetRun(connected, name, true);
  if (running !== null) return { name: running, again: await retryInRun(connected, running, machines, note) };
  const failed = await failedMachines(connected, name);
  const unknown = machines.filter((machine) => !failed.includes(machine));
  if (unknown.length > 0)
    throw new ManagerError(REFUSAL.invalidInput, `not failed in the last run: ${unknown.join(', ')}`);
  const machineIds = await stillInFleet(machines.length > 0 ? machines : failed, connected, note);
  const input = FleetRunInput.parse({ name: nameOfTime(new Date()), machineIds });
  await startFleetRun(connected, input);
  return { name: input.name, again: null };
}

async function retryInRun(
  connected: Connected,
  name: string,
  machines: readonly string[],
  note: Note,
): Promise<RetriedMachines> {
  const handle = handleOf(connected, name);
  await requireAble(connected.client, handle, `fleet run ${name}`, cancelCommand(name));
  const chosen = machines.length > 0 ? machines : await stillInFleet(await retryable(handle), connected, note);
  const again: RetriedMachines = { count: 0, machineIds: [] };
  for (let begin = 0; begin < chosen.length; begin += NAMED_AT_ONCE) {
    const args: [string[]] = [chosen.slice(begin, begin + NAMED_AT_ONCE)];
    const { count, machineIds } = await handle.executeUpdate<RetriedMachines, [string[]]>(UPDATE.retry, { args });
    again.count += count;
    again.machineIds.push(...machineIds);
  }
  return again;
}

async function retryable(handle: WorkflowHandle): Promise<string[]> {
  const machines = await readMachines(handle, { status: ['failed', 'cancelled'] });
  return machines.map((machine) => machine.machineId);
}

/**
 * Waits for a fleet run's end and returns its account, which a cancelled run has instead of a result.
 * @throws ManagerError for the failure of a run without an account, because its input was refused
 */
export async function fleetResult(connected: Connected, name: string): Promise<WholeFleet> {
  const handle = handleOf(connected, name);
  try {
    const account = (await handle.result()) as FleetAccount;
    // The worker that could answer for each machine may be gone by now.
    return await readWhole(handle, account).catch(() => ({ ...account, machines: account.failures }));
  } catch (error) {
    const last = await readWhole(handle).catch(() => null);
    if (last === null || last.total === 0) throw workflowError(error);
    return last;
  }
}

/** The account of a fleet run. @param wanted null: the latest. @throws ManagerError when there is none */
export async function fleetStatus(connected: Connected, wanted: string | null): Promise<WholeFleet> {
  const name = await requireFleetRun(connected, wanted, false);
  const handle = handleOf(connected, name);
  return await answered(connected.client, handle, `fleet run ${name}`, cancelCommand(name), () => readWhole(handle));
}

/** Pauses, resumes or cancels the running fleet run and returns its name. @throws ManagerError when there is none */
export async function steerFleet(connected: Connected, action: Steering, wanted: string | null): Promise<string> {
  const name = await requireFleetRun(connected, wanted, true);
  await steer(connected.client, handleOf(connected, name), action);
  return name;
}

function cancelCommand(name: string): string {
  return `npm run gan -- fleet cancel --name ${name}`;
}

/** The name of a fleet run. @throws ManagerError when there is none */
export async function requireFleetRun(connected: Connected, name: string | null, running: boolean): Promise<string> {
  const found = await findFleetRun(connected, name, running);
  if (found !== null) return found;
  const which = name === null ? 'no fleet run' : `no fleet run ${name}`;
  throw new ManagerError(
    REFUSAL.notFound,
    `${which}${running ? ' is under way' : ' was found'}`,
    'npm run fleet starts one',
  );
}

/**
 * The name of the fleet run that was started last, or null.
 * @param name only the run of this name
 * @param running only a run that is under way
 */
export async function findFleetRun(
  { client }: Connected,
  name: string | null,
  running: boolean,
): Promise<string | null> {
  if (name !== null && !RunName.safeParse(name).success) return null;
  const query = [
    `WorkflowType = '${WORKFLOW.fleetRun}'`,
    ...(running ? ["ExecutionStatus = 'Running'"] : []),
    ...(name === null ? [] : [`WorkflowId = '${fleetWorkflowId(name)}'`]),
  ].join(' AND ');
  for await (const execution of client.workflow.list({ query, pageSize: 1 })) {
    return execution.workflowId.slice(fleetWorkflowId('').length);
  }
  return null;
}

/** The name of a run that was given none: date and time, UTC. */
export function nameOfTime(now: Date): string {
  return now.toISOString().slice(0, 19).replace('T', '-').replaceAll(':', '');
}

function handleOf({ client }: Connected, name: string): WorkflowHandle {
  return client.workflow.getHandle(fleetWorkflowId(name));
}
