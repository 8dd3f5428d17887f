import { FleetRunInput, MachineId } from '../../contracts/parameters.js';
import type { RetriedMachines, Steering } from '../../contracts/runs.js';
import { fleetWorkflowId } from '../../contracts/steps.js';
import { check } from '../../manager/check.js';
import type { Session } from '../../manager/embedded/session.js';
import { ManagerError, REFUSAL } from '../../manager/errors.js';
import type { WholeFleet } from '../../manager/fleet-account.js';
import { previewFleetRun } from '../../manager/fleet-plan.js';
import { letBeNext } from '../../manager/fleet-control.js';
import { writeFleetReport } from '../../manager/fleet-report.js';
import {
  fleetResult,
  fleetStatus,
  nameOfTime,
  retryFleet,
  startOrJoinFleetRun,
  steerFleet,
  withFailed,
} from '../../manager/fleet-runs.js';
import type { FleetRequest } from '../../manager/fleet-runs.js';
import { FleetWatches } from '../../manager/fleet-watch.js';
import type { FleetSnapshot } from '../../manager/fleet-watch.js';
import type { ServedConsole } from '../../web/server/serve.js';
import { requireKnownMachines } from '../../manager/machines.js';
import { EXIT } from '../exit.js';
import { onInterrupt } from '../interrupt.js';
import { parametersOf } from '../options.js';
import type { ParameterOptions } from '../options.js';
import { print } from '../output.js';
import { currentProject, note } from '../project.js';
import { accountText } from '../views/fleet.js';
import { PlainScreen, TerminalScreen } from '../views/fleet-screens.js';
import type { FleetScreen } from '../views/fleet-screens.js';
import { givenFields, notAppliedLine } from '../views/not-applied.js';
import { planText } from '../views/plan.js';
import { withSession } from '../with-session.js';

export interface RunOptions extends ParameterOptions {
  name?: string;
  machines?: string[];
  type?: string;
  concurrency?: number;
  force?: boolean;
  only?: string;
  plan?: boolean;
  json?: boolean;
  worker: boolean;
}

export async function runFleet(options: RunOptions): Promise<void> {
  const request = requestOf(options);
  if (options.plan === true) {
    await printPlan(request, options.json);
    return;
  }
  // Before anything is started; where others do the work, their fleet folder counts.
  if (options.worker) await requireKnownMachines(currentProject(), request.input.machineIds ?? []);
  await withRun(options, async (session) => {
    const { name, notApplied } = await startOrJoinFleetRun(session, request, givenFields(options), note);
    if (notApplied !== null) {
      note(`fleet run ${name} is under way: attaching to it`);
      const warning = notAppliedLine(notApplied);
      if (warning !== null) note(warning);
    }
    return name;
  });
}

function requestOf({ only, ...options }: RunOptions): FleetRequest {
  const onlyFailed = only === 'failed';
  if (onlyFailed && options.machines !== undefined)
    throw new ManagerError(REFUSAL.invalidInput, '--only failed and --machines cannot be combined');
  const input = check(FleetRunInput, {
    name: options.name ?? nameOfTime(new Date()),
    machineIds: options.machines ?? null,
    machineType: options.type ?? null,
    only: onlyFailed ? null : (only ?? null),
    parameters: parametersOf(options),
    force: options.force ?? false,
    concurrency: options.concurrency ?? null,
  });
  return { input, onlyFailed, here: options.worker };
}

/** A plan needs no worker and no Temporal, but only Temporal knows what failed. */
async function printPlan(request: FleetRequest, json: boolean | undefined): Promise<void> {
  const input = request.onlyFailed
    ? await withSession('none', (session) => withFailed(session, { ...request, here: true }, note))
    : request.input;
  const plan = await previewFleetRun(currentProject(), input, new AbortController().signal);
  print(plan, json, () => planText(plan));
}

export async function retry(machines: string[], options: { name?: string; json?: boolean }): Promise<void> {
  await withRun({ ...options, worker: true }, async (session) => {
    const { name, again } = await retryFleet(session, machines, options.name ?? null, note);
    if (again !== null) note(`again: ${againText(again)}`);
    return name;
  });
}

function againText({ count, machineIds }: RetriedMachines): string {
  const more = count - machineIds.length;
  return `${machineIds.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/** Opens a session with a worker, lets `choose` start or find a run, and shows it to its end. */
async function withRun(
  options: { json?: boolean; worker: boolean },
  choose: (session: Session) => Promise<string>,
): Promise<void> {
  const interrupted = onInterrupt();
  await withSession(
    options.worker ? 'steps' : 'none',
    async (session) => {
      const name = await choose(session);
      const page = session.webUi(fleetWorkflowId(name));
      if (page !== null) note(`Temporal Web UI: ${page}`);
      // The run is under way meanwhile.
      const console = await consoleOf(session);
      try {
        await show(new FleetWatches(session).subscribe(name, interrupted), screenOf(options));
      } finally {
        await console?.close();
      }
      if (interrupted.aborted) {
        const giveUp = `npm run gan -- fleet cancel --name ${name}`;
        note(`\nStopping; checkpoints are saved. Go on: npm run fleet · give up: ${giveUp}`);
        process.exitCode = EXIT.interrupted;
        return;
      }
      printOutcome(await fleetResult(session, name), options.json);
      // Where others do the work, their host has the data.
      if (options.worker) await notePage(session, interrupted);
    },
    note,
    interrupted,
  );
}

/** The console, served as long as the command runs. Without it, the run goes on all the same. */
async function consoleOf(session: Session): Promise<ServedConsole | null> {
  try {
    const { serveConsole } = await import('../../web/server/serve.js');
    const served = await serveConsole(session, () => undefined);
    note(`GAN Manager: ${served.url}`);
    return served;
  } catch (error) {
    note(`no console: ${error instanceof Error ? error.message : String(error)}`);
    return null;
  }
}

function screenOf({ json }: { json?: boolean }): FleetScreen {
  if (json !== true && process.stdout.isTTY) return new TerminalScreen(process.stdout);
  return new PlainScreen(json === true ? note : (line) => process.stdout.write(`${line}\n`));
}

/** Shows a run until it has ended or nobody is watching. */
async function show(snapshots: AsyncIterable<FleetSnapshot>, screen: FleetScreen): Promise<void> {
  try {
    for await (const snapshot of snapshots) screen.show(snapshot);
  } finally {
    screen.close();
  }
}

function printOutcome(report: WholeFleet, json: boolean | undefined): void {
  print(report, json, () => `\n${accountText(report, report.finishedAt ?? Date.now())}`);
  if (report.status !== 'succeeded') process.exitCode = EXIT.failed;
}

/** A page that cannot be written does not fail the run. */
async function notePage(session: Session, signal: AbortSignal): Promise<void> {
  try {
    note(`Report: ${(await writeFleetReport(session, { signal, note })).path}`);
  } catch (error) {
    note(`no report page: ${String(error)}`);
  }
}

export async function showFleet(options: { name?: string; json?: boolean }): Promise<void> {
  const report = await withSession('workflows', (session) => fleetStatus(session, options.name ?? null));
  print(report, options.json, () => accountText(report, report.finishedAt ?? Date.now()));
}

export async function runNext(machineId: string, options: { name?: string }): Promise<void> {
  const id = check(MachineId, machineId);
  const name = await withSession('workflows', (session) => letBeNext(session, options.name ?? null, id));
  process.stdout.write(`fleet run ${name}: ${id} is the next\n`);
}

export async function steerRun(action: Steering, wanted: string | undefined): Promise<void> {
  const name = await withSession('workflows', (session) => steerFleet(session, action, wanted ?? null));
  process.stdout.write(`fleet run ${name}: ${action === 'cancel' ? 'cancelled' : `${action}d`}\n`);
}
