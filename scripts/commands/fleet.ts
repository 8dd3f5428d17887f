import type { Command } from 'commander';
import type { FleetFolders } from '../../activities/fleet-folder.js';
import { FleetRunInput } from '../../contracts/parameters.js';
import type { FleetReport } from '../../contracts/runs.js';
import { QUERY, UPDATE } from '../../contracts/runs.js';
import { fleetWorkflowId } from '../../contracts/steps.js';
import { isRetryable } from '../../workflows/fleet-ledger.js';
import { CliError, EXIT, workflowError } from '../errors.js';
import { failedMachines, findFleetRun, startFleetRun, stillInFleet } from '../../manager/fleet-runs.js';
import { writeFleetReport } from '../../manager/fleet-report.js';
import { outcomeTable, totalLine } from '../views/fleet.js';
import { PlainScreen, TerminalScreen, watchFleet } from '../views/fleet-watch.js';
import { onInterrupt } from '../interrupt.js';
import { notApplied } from '../../manager/not-applied.js';
import { addParameterOptions, check, list, number, parametersOf } from '../options.js';
import type { ParameterOptions } from '../options.js';
import { printPlan } from '../views/plan.js';
import { PROJECT_ROOT, openSession } from '../../manager/embedded/session.js';
import type { Session } from '../../manager/embedded/session.js';

interface RunOptions extends ParameterOptions {
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

export function addFleetCommands(program: Command): void {
  const fleet = program.command('fleet').description('runs of many machines');
  addParameterOptions(
    fleet.command('run').description('regenerate the data of the fleet, or go on with the run that is under way'),
  )
    .option('--machines <a,b>', 'only these machines', list)
    .option('--type <type>', 'only machines of this type')
    .option(
      '--only <failed|missing|stale>',
      'only machines that failed, have no data set, or whose data set is out of date',
    )
    .option('--concurrency <n>', 'machines in flight at once (default: training slots + 1)', number)
    .option('--force', 'run every step, also what is up to date')
    .option('--name <name>', 'name of the run (default: date and time)')
    .option('--plan', 'print what would run, what would be skipped and why; change nothing')
    .option('--json', 'print the account as JSON')
    .option('--no-worker', 'start no worker: others do the work')
    .action(runFleet);
  addParameterOptions(
    program
      .command('train-missing')
      .description('take the machines without a valid model and data set through their steps'),
  )
    .option('--plan', 'print what would run; change nothing')
    .option('--json', 'print the account as JSON')
    .option('--no-worker', 'start no worker: others do the work')
    .action((options: RunOptions) => runFleet({ ...options, only: 'missing' }));
  fleet
    .command('retry')
    .description('run the machines that failed or were cancelled again')
    .argument('[machines...]', 'default: all of them')
    .option('--name <name>', 'which run (default: the latest)')
    .option('--json', 'print the account as JSON')
    .action(retryFleet);
  fleet
    .command('status')
    .description('the account of a run')
    .option('--name <name>', 'which run (default: the latest)')
    .option('--json', 'print the account as JSON')
    .action(showFleet);
  for (const action of ['pause', 'resume', 'cancel'] as const) {
    fleet
      .command(action)
      .description(`${action} the run that is under way`)
      .option('--name <name>', 'which run (default: the latest)')
      .action((options: { name?: string }) => steerFleet(action, options.name));
  }
}

async function runFleet(options: RunOptions): Promise<void> {
  const { only, ...rest } = options;
  if (only === 'failed' && rest.machines !== undefined)
    throw new CliError('--only failed and --machines exclude each other', EXIT.invalid);
  const input = check(FleetRunInput, {
    name: rest.name ?? timeName(),
    machineIds: rest.machines ?? null,
    machineType: rest.type ?? null,
    only: only === 'failed' ? null : (only ?? null),
    parameters: parametersOf(rest),
    force: rest.force ?? false,
    concurrency: rest.concurrency ?? null,
  });
  if (options.plan === true) {
    await printPlan(only === 'failed' ? await withFailed(input) : input, options.json === true);
    return;
  }
  await withRun(options, async (session, note) => {
    const running = await findFleetRun(session.client, null, true);
    if (running !== null) {
      note(`fleet run ${running} is under way: going on with it`);
      const warning = await notApplied(
        options,
        session.client.workflow.getHandle(fleetWorkflowId(running)),
        FleetRunInput,
      );
      if (warning !== null) note(warning);
      return running;
    }
    const chosen =
      only === 'failed' ? { ...input, machineIds: await failedInFleet(session, note, options.worker) } : input;
    await startFleetRun(session.client, session.settings, chosen);
    return input.name;
  });
}

/** The machines that failed, less those that have left the fleet since. Where others do the work, their fleet folder counts. */
async function failedInFleet(session: Session, note: (line: string) => void, here = true): Promise<string[]> {
  const failed = await failedMachines(session.client);
  return here ? await stillInFleet(failed, fleetFolders(session), note) : failed;
}

function fleetFolders({ settings }: Session): FleetFolders {
  return { dataRoot: settings.dataRoot, projectRoot: PROJECT_ROOT };
}

function stderrLine(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** A plan needs no worker, but what failed is known to Temporal alone. */
async function withFailed(input: FleetRunInput): Promise<FleetRunInput> {
  const session = await openSession('none');
  try {
    return { ...input, machineIds: await failedInFleet(session, stderrLine) };
  } finally {
    await session.close();
  }
}

async function retryFleet(machines: string[], options: { name?: string; json?: boolean }): Promise<void> {
  await withRun({ ...options, worker: true }, async (session, note) => {
    const running = await findFleetRun(session.client, options.name ?? null, true);
    if (running !== null) {
      const handle = session.client.workflow.getHandle(fleetWorkflowId(running));
      const chosen =
        machines.length > 0
          ? machines
          : await stillInFleet(retryable(await handle.query<FleetReport>(QUERY.status)), fleetFolders(session), note);
      const again = await handle.executeUpdate<string[], [string[] | null]>(UPDATE.retry, { args: [chosen] });
      note(`again: ${again.join(', ')}`);
      return running;
    }
    const failed = await failedMachines(session.client, options.name ?? null);
    const unknown = machines.filter((machine) => !failed.includes(machine));
    if (unknown.length > 0) throw new CliError(`not failed in the last run: ${unknown.join(', ')}`, EXIT.invalid);
    const chosen = await stillInFleet(machines.length > 0 ? machines : failed, fleetFolders(session), note);
    const input = check(FleetRunInput, { name: timeName(), machineIds: chosen });
    await startFleetRun(session.client, session.settings, input);
    return input.name;
  });
}

function retryable(report: FleetReport): string[] {
  return report.machines.filter(isRetryable).map((machine) => machine.machineId);
}

/** Opens a session with a worker, lets `choose` start or find a run, and shows it to its end. */
async function withRun(
  options: { json?: boolean; worker: boolean },
  choose: (session: Session, note: (line: string) => void) => Promise<string>,
): Promise<void> {
  const note = stderrLine;
  const interrupted = onInterrupt();
  const session = await openSession(options.worker ? 'steps' : 'none', note);
  try {
    const name = await choose(session, note);
    const handle = session.client.workflow.getHandle(fleetWorkflowId(name));
    const page = session.webUi(fleetWorkflowId(name));
    if (page !== null) note(`Temporal Web UI: ${page}`);
    const plain = options.json === true || !process.stdout.isTTY;
    const screen = plain
      ? new PlainScreen(options.json === true ? note : (line) => process.stdout.write(`${line}\n`))
      : new TerminalScreen(process.stdout);
    const report = await watchFleet(session.client, handle, screen, interrupted);
    if (interrupted.aborted) {
      note(
        `\nStopping; checkpoints are saved. Go on: npm run fleet · give up: npm run gan -- fleet cancel --name ${name}`,
      );
      process.exitCode = EXIT.interrupted;
      return;
    }
    // A run that was cancelled, or whose input was refused, has no result but its failure; the account may still say more.
    const ended = (await handle.result().catch((error: unknown) => {
      if (report === null || report.machines.length === 0) throw workflowError(error);
      return report;
    })) as FleetReport;
    printOutcome(ended, options.json === true);
    // Where others do the work, their host has the data. A page that is not written takes nothing from the run.
    if (options.worker)
      note(
        await writeFleetReport().then(
          ({ path }) => `Report: ${path}`,
          (error: unknown) => `no report page: ${String(error)}`,
        ),
      );
  } finally {
    await session.close();
  }
}

function printOutcome(report: FleetReport, json: boolean): void {
  process.stdout.write(
    json
      ? `${JSON.stringify(report, null, 2)}\n`
      : `\n${outcomeTable(report)}\n\n${totalLine({ report, live: new Map(), now: lastEnd(report) })}\n`,
  );
  if (report.status !== 'succeeded') process.exitCode = EXIT.failed;
}

function lastEnd(report: FleetReport): number {
  return Math.max(report.startedAt, ...report.machines.map((machine) => machine.finishedAt ?? 0));
}

async function showFleet(options: { name?: string; json?: boolean }): Promise<void> {
  const session = await openSession('workflows');
  try {
    const name = await requireRun(session, options.name ?? null, false);
    const report = await session.client.workflow.getHandle(fleetWorkflowId(name)).query<FleetReport>(QUERY.status);
    process.stdout.write(
      options.json === true
        ? `${JSON.stringify(report, null, 2)}\n`
        : `${outcomeTable(report)}\n\n${totalLine({ report, live: new Map(), now: Date.now() })}\n`,
    );
  } finally {
    await session.close();
  }
}

async function steerFleet(action: 'pause' | 'resume' | 'cancel', wanted: string | undefined): Promise<void> {
  const session = await openSession('workflows');
  try {
    const name = await requireRun(session, wanted ?? null, true);
    const handle = session.client.workflow.getHandle(fleetWorkflowId(name));
    // Temporal's own cancellation, as of its Web UI: the update does no more than ask for it, and needs a worker for that.
    await (action === 'cancel' ? handle.cancel() : handle.executeUpdate(action));
    if (action === 'cancel') await handle.result().catch(() => undefined);
    process.stdout.write(`fleet run ${name}: ${action === 'cancel' ? 'cancelled' : `${action}d`}\n`);
  } finally {
    await session.close();
  }
}

async function requireRun(session: Session, name: string | null, running: boolean): Promise<string> {
  const found = await findFleetRun(session.client, name, running);
  if (found !== null) return found;
  const which = name === null ? 'no fleet run' : `no fleet run ${name}`;
  throw new CliError(`${which}${running ? ' is under way' : ' is known'}`, EXIT.missing, 'npm run fleet starts one');
}

function timeName(): string {
  return new Date().toISOString().slice(0, 19).replace('T', '-').replaceAll(':', '');
}
