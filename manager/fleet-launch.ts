import { statfs } from 'node:fs/promises';
import { readConfiguration } from '../activities/fleet-folder.js';
import type { FleetRunDraft, FleetRunPreview, FleetRunStart } from '../contracts/api/fleet-runs.js';
import type { MachineTile } from '../contracts/api/machines.js';
import { FleetRunInput } from '../contracts/parameters.js';
import type { PlannedMachine } from '../contracts/plan.js';
import { STEP_TITLES, fleetWorkflowId } from '../contracts/steps.js';
import { check } from './check.js';
import { ManagerError, REFUSAL } from './errors.js';
import type { FleetOverview } from './fleet-overview.js';
import { expectedSeconds, isDue, previewFleetRun } from './fleet-plan.js';
import { findFleetRun, nameOfTime, startFleetRun } from './fleet-runs.js';
import type { Connected, Project } from './project.js';
import { estimated, estimatedBytes } from './run-estimate.js';

/** What a fleet run would do, machine by machine, and which machines are left out and why. Changes nothing. */
export async function previewRun(
  connected: Connected,
  overview: FleetOverview,
  draft: FleetRunDraft,
  signal: AbortSignal,
): Promise<FleetRunPreview> {
  const { parameters, force, only } = draft;
  const chosen = await Promise.all((await chosenTiles(overview, draft)).map((tile) => objection(connected, tile)));
  const machineIds = chosen.flatMap(({ machineId, reason }) => (reason === null ? [machineId] : []));
  const input = { ...check(FleetRunInput, { name: 'preview', parameters, force }), machineIds };
  const { machines } = await previewFleetRun(connected, input, signal);
  const due = machines.filter((machine) => isDue(machine) && (only !== 'stale' || machine.published));
  const fleet = await overview.onDisk();
  const concurrency = draft.concurrency ?? connected.settings.slots.training;
  const { bavail, bsize } = await statfs(connected.settings.dataRoot);
  return {
    machines: due.map(summaryOf),
    skipped: skippedOf(chosen, machines),
    expectedSeconds: expectedSeconds(
      due.map((machine) => estimated(machine, fleet, parameters)),
      concurrency,
    ),
    expectedBytes: due.reduce((sum, { machineId }) => sum + estimatedBytes(machineId, fleet, parameters), 0),
    ...{ freeBytes: bavail * bsize, concurrency },
  };
}

interface Chosen {
  machineId: string;
  /** Why it cannot run; null: it can. */
  reason: string | null;
}

async function chosenTiles(
  overview: FleetOverview,
  { machineIds, filter, only }: FleetRunDraft,
): Promise<MachineTile[]> {
  const tiles = await overview.matching(filter);
  const named = machineIds === null ? null : new Set(machineIds);
  return tiles.filter((tile) => (named === null || named.has(tile.machineId)) && isMeant(tile, only));
}

/** What is stale, only the plan knows. */
function isMeant({ state, has }: MachineTile, only: FleetRunDraft['only']): boolean {
  if (only === 'failed') return state === 'failed';
  if (only === 'missing') return !has.data;
  if (only === 'stale') return has.data;
  return only === null || !has.model;
}

async function objection({ settings, projectRoot }: Project, { machineId, state, run }: MachineTile): Promise<Chosen> {
  if (run !== null || ['running', 'paused', 'silent', 'waiting'].includes(state))
    return { machineId, reason: 'it runs or waits already' };
  try {
    await readConfiguration(machineId, { dataRoot: settings.dataRoot, projectRoot });
    return { machineId, reason: null };
  } catch (error) {
    return { machineId, reason: error instanceof Error ? error.message : String(error) };
  }
}

function skippedOf(chosen: readonly Chosen[], planned: readonly PlannedMachine[]): FleetRunPreview['skipped'] {
  const refused = chosen.flatMap(({ machineId, reason }) => (reason === null ? [] : [{ machineId, reason }]));
  const current = planned.filter((machine) => !isDue(machine));
  return [...refused, ...current.map(({ machineId }) => ({ machineId, reason: 'up to date' }))];
}

function summaryOf({ machineId, machineType, published, steps }: PlannedMachine): FleetRunPreview['machines'][number] {
  const due = steps.filter((step) => step.action === 'run');
  const [first] = due;
  const reason = first === undefined ? '' : `${STEP_TITLES[first.step]}: ${first.reason}`;
  return { machineId, machineType, steps: due.map((step) => step.step), reason, replaces: published };
}

/** Starts fleet runs, one at a time: a second one would compete with the first for the same workers. */
export class FleetLauncher {
  /** The list of workflows lags a little behind what was started here. */
  private last: string | null = null;
  private starting: Promise<unknown> = Promise.resolve();

  constructor(private readonly connected: Connected) {}

  /** @throws ManagerError when a fleet run is under way, naming it */
  async start(given: FleetRunStart): Promise<string> {
    const started = this.starting.then(() => this.startNow(given));
    this.starting = started.catch(() => undefined);
    return await started;
  }

  private async startNow({ name, ...given }: FleetRunStart): Promise<string> {
    const running = await this.running();
    if (running !== null)
      throw new ManagerError(
        REFUSAL.underWay,
        `fleet run ${running} is under way`,
        'wait for its end, or cancel it first',
        'FLEET_RUN_UNDER_WAY',
        running,
      );
    const input = check(FleetRunInput, { ...given, name: name ?? nameOfTime(new Date()) });
    await startFleetRun(this.connected, input);
    this.last = input.name;
    return input.name;
  }

  private async running(): Promise<string | null> {
    const listed = await findFleetRun(this.connected, null, true);
    if (listed !== null || this.last === null) return listed;
    const handle = this.connected.client.workflow.getHandle(fleetWorkflowId(this.last));
    return (await handle.describe()).status.name === 'RUNNING' ? this.last : null;
  }
}
