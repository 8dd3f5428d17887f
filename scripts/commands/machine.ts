import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { WorkflowNotFoundError } from '@temporalio/client';
import type { Command } from 'commander';
import { parseProfile, readProfile } from '../../activities/fleet-folder.js';
import { MachineId, MachinePipelineInput } from '../../contracts/parameters.js';
import { GenerationList } from '../../contracts/generations.js';
import type { PipelineReport, PipelineResult } from '../../contracts/runs.js';
import { QUERY } from '../../contracts/runs.js';
import { STEPS, STEP_TITLES, machineWorkflowId } from '../../contracts/steps.js';
import { loadSettings } from '../../temporal.config.js';
import { CliError, EXIT, workflowError } from '../errors.js';
import { duration, table } from '../views/format.js';
import { onInterrupt } from '../interrupt.js';
import { startPipeline } from '../../manager/pipelines.js';
import { watchMachine } from '../../manager/machine-watch.js';
import { notApplied } from '../../manager/not-applied.js';
import { addParameterOptions, check, parametersOf } from '../options.js';
import type { ParameterOptions } from '../options.js';
import { readLiveStep } from '../../manager/live-step.js';
import { runScript } from '../../manager/scripts.js';
import { PROJECT_ROOT, openSession } from '../../manager/embedded/session.js';
import { addImportCommand } from './import.js';

export function addMachineCommands(program: Command): void {
  const machine = program.command('machine').description('one machine');
  machine
    .command('create')
    .description('add a machine to the fleet')
    .requiredOption('--config <file>', 'its configuration, JSON')
    .option('--replace', 'replace the machine of that id')
    .option('--json', 'print the profile as JSON')
    .action(createMachine);
  addImportCommand(machine);
  for (const name of ['run', 'retry'] as const) {
    const what =
      name === 'run'
        ? 'take a machine through its steps, or watch the pipeline that runs'
        : 'the same for a machine that failed: what is up to date is skipped';
    addParameterOptions(machine.command(name).description(what).argument('<machine>'))
      .option('--force', 'run every step, also what is up to date')
      .option('--json', 'print the result as JSON')
      .option('--no-worker', 'start no worker: others do the work')
      .action(runMachine);
  }
  machine
    .command('status')
    .description('where a machine is')
    .argument('<machine>')
    .option('--json', 'print the account as JSON')
    .action(showMachine);
  machine
    .command('generations')
    .description('the generations of a machine’s data set: who made each, how good it is, which is published')
    .argument('<machine>')
    .option('--json', 'print them as JSON')
    .action(listGenerations);
  machine
    .command('rollback')
    .description('publish the generation before the published one')
    .argument('<machine>')
    .option('--generation <name>', 'publish this one instead: its name, or how that begins')
    .option('--json', 'print the result as JSON')
    .action(rollBack);
  machine
    .command('verify')
    .description('make the published data set again from its manifest and compare digests')
    .argument('<machine>')
    .option('--full', 'train the model again too')
    .option('--json', 'print the result as JSON')
    .action(verify);
  for (const action of ['pause', 'resume', 'cancel'] as const) {
    machine
      .command(action)
      .description(`${action} a machine's pipeline`)
      .argument('<machine>')
      .action((id: string) => steerMachine(action, id));
  }
}

async function createMachine(options: { config: string; replace?: boolean; json?: boolean }): Promise<void> {
  const text = await readFile(options.config, 'utf8').catch(() => {
    throw new CliError(`config: no file ${options.config}`, EXIT.invalid);
  });
  const profile = parseProfile(text, options.config);
  const { dataRoot } = loadSettings(process.env, PROJECT_ROOT);
  const folder = join(dataRoot, 'fleet');
  const path = join(folder, `${profile.machine_id}.json`);
  const exists = await readFile(path).then(
    () => true,
    () => false,
  );
  if (exists && options.replace !== true) {
    throw new CliError(
      `machine_id: ${profile.machine_id} is in the fleet already`,
      EXIT.invalid,
      'choose another id, or --replace it',
    );
  }
  await mkdir(folder, { recursive: true });
  const temporary = `${path}.${process.pid}.tmp`;
  await writeFile(temporary, `${JSON.stringify(JSON.parse(text), null, 2)}\n`);
  await rename(temporary, path);
  process.stdout.write(
    options.json === true
      ? `${JSON.stringify(profile, null, 2)}\n`
      : `${profile.machine_id} added: ${path}\nnext: npm run gan -- machine run ${profile.machine_id}\n`,
  );
}

interface RunOptions extends ParameterOptions {
  force?: boolean;
  json?: boolean;
  worker: boolean;
}

async function runMachine(machineId: string, options: RunOptions): Promise<void> {
  const input = check(MachinePipelineInput, {
    machineId,
    parameters: parametersOf(options),
    force: options.force ?? false,
  });
  // Before anything is started; where others do the work, their fleet folder counts.
  if (options.worker)
    await readProfile(input.machineId, {
      dataRoot: loadSettings(process.env, PROJECT_ROOT).dataRoot,
      projectRoot: PROJECT_ROOT,
    });
  const note = (line: string) => process.stderr.write(`${line}\n`);
  const interrupted = onInterrupt();
  const session = await openSession(options.worker ? 'steps' : 'none', note);
  try {
    const { handle, attached } = await startPipeline(session.client, session.settings, input);
    if (attached) {
      note(`${machineId} is being run: watching it`);
      const warning = await notApplied(options, handle, MachinePipelineInput);
      if (warning !== null) note(warning);
    }
    note(`Temporal Web UI: ${session.webUi(handle.workflowId) ?? 'address not known'}`);
    await watchMachine(
      session.client,
      machineId,
      handle,
      options.json === true ? note : (line) => process.stdout.write(`${line}\n`),
      interrupted,
    );
    if (interrupted.aborted) {
      note(`Stopping; checkpoints are saved. Go on: npm run gan -- machine run ${machineId}`);
      process.exitCode = EXIT.interrupted;
      return;
    }
    printResult(
      (await handle.result().catch((error: unknown) => {
        throw workflowError(error);
      })) as PipelineResult,
      options.json === true,
    );
  } finally {
    await session.close();
  }
}

function printResult(result: PipelineResult, json: boolean): void {
  const what =
    result.ran.length === 0
      ? 'up to date, nothing to do'
      : `${result.ran.map((step) => STEP_TITLES[step]).join(', ')} in ${duration(result.seconds)}`;
  const quality = result.quality === null ? '' : `, quality ${result.quality.toFixed(3)}`;
  process.stdout.write(
    json
      ? `${JSON.stringify(result, null, 2)}\n`
      : `✓ ${result.machineId}: ${what}; ${result.rows ?? 0} rows${quality}\n`,
  );
}

async function showMachine(machineId: string, options: { json?: boolean }): Promise<void> {
  const id = check(MachineId, machineId);
  const session = await openSession('workflows');
  try {
    const report = await session.client.workflow
      .getHandle(machineWorkflowId(id))
      .query<PipelineReport>(QUERY.status)
      .catch(notFound(id));
    const live = await readLiveStep(session.client, id).catch(() => null);
    if (options.json === true) {
      process.stdout.write(`${JSON.stringify({ ...report, live }, null, 2)}\n`);
      return;
    }
    const rows = STEPS.map((step) => [STEP_TITLES[step], report.steps[step].status, report.steps[step].summary ?? '']);
    process.stdout.write(
      `${report.machineId}: ${report.status}\n\n${table(['step', 'state', 'what'], rows)}\n${report.failure === null ? '' : `\n${report.failure.type}: ${report.failure.message}\n`}`,
    );
  } finally {
    await session.close();
  }
}

async function listGenerations(machineId: string, options: { json?: boolean }): Promise<void> {
  const id = check(MachineId, machineId);
  const result = await runScript('GAN/scripts/list_generations.py', ['--machine_id', id]);
  const { generations } = GenerationList.parse(result.data);
  const rows = generations.map((g) => [
    g.name,
    g.madeAt.slice(0, 19).replace('T', ' '),
    g.fleetRun ?? 'by hand',
    g.quality?.toFixed(3) ?? '',
    g.verdict ?? '',
    g.state,
    g.quarantined ?? '',
  ]);
  process.stdout.write(
    options.json === true
      ? `${JSON.stringify(generations, null, 2)}\n`
      : `${table(['generation', 'made (UTC)', 'fleet run', 'quality', 'verdict', 'state', 'why'], rows)}\n`,
  );
}

async function rollBack(machineId: string, options: { generation?: string; json?: boolean }): Promise<void> {
  const id = check(MachineId, machineId);
  const wanted = options.generation === undefined ? [] : ['--generation', options.generation];
  const result = await runScript('GAN/scripts/rollback_dataset.py', ['--machine_id', id, ...wanted]);
  process.stdout.write(options.json === true ? `${JSON.stringify(result.data, null, 2)}\n` : `${result.summary}\n`);
}

async function verify(machineId: string, options: { full?: boolean; json?: boolean }): Promise<void> {
  const id = check(MachineId, machineId);
  const result = await runScript('GAN/scripts/verify_dataset.py', [
    '--machine_id',
    id,
    ...(options.full === true ? ['--full'] : []),
  ]);
  process.stdout.write(options.json === true ? `${JSON.stringify(result.data, null, 2)}\n` : `✓ ${result.summary}\n`);
}

async function steerMachine(action: 'pause' | 'resume' | 'cancel', machineId: string): Promise<void> {
  const id = check(MachineId, machineId);
  const session = await openSession('workflows');
  try {
    const handle = session.client.workflow.getHandle(machineWorkflowId(id));
    // Temporal's own cancellation, as of its Web UI: the update does no more than ask for it, and needs a worker for that.
    await (action === 'cancel' ? handle.cancel() : handle.executeUpdate(action)).catch(notFound(id));
    if (action === 'cancel') await handle.result().catch(() => undefined);
    process.stdout.write(`${id}: ${action === 'cancel' ? 'cancelled' : `${action}d`}\n`);
  } finally {
    await session.close();
  }
}

function notFound(machineId: string) {
  return (error: unknown): never => {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
    throw new CliError(
      `${machineId} has no pipeline under way`,
      EXIT.missing,
      `npm run gan -- machine run ${machineId}`,
    );
  };
}
