import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { z } from 'zod';
import { MachineId } from '../../contracts/parameters.js';
import type { MachineHealth } from '../../contracts/runs.js';
import { loadSettings } from '../../temporal.config.js';
import { CliError, EXIT } from '../errors.js';
import { table } from '../views/format.js';
import { writeFleetReport } from '../../manager/fleet-report.js';
import { check } from '../options.js';
import { readLiveStep } from '../../manager/live-step.js';
import { runScript } from '../../manager/scripts.js';
import { PROJECT_ROOT, openSession } from '../../manager/embedded/session.js';

export function addHealthCommands(program: Command): void {
  program
    .command('health')
    .description('which machines have a valid profile, model and data set')
    .option('--json', 'print it as JSON')
    .action(showHealth);
  program
    .command('validate')
    .description('measure a machine’s data set')
    .argument('<machine>')
    .option('--full', 'all rows and more draws: slower, figures that vary less')
    .option('--json', 'print the report as JSON')
    .action(validate);
  program
    .command('report')
    .description('write the fleet’s summary page, worst machines first')
    .option('--json', 'print its path as JSON')
    .action(writeReport);
  program
    .command('logs')
    .description('what a machine’s running step last said, or the worker’s log')
    .argument('[machine]')
    .option('--json', 'print it as JSON')
    .action(showLogs);
}

async function showHealth(options: { json?: boolean }): Promise<void> {
  const result = await runScript('GAN/scripts/validate_all_models.py', []);
  const machines = (result.data as { machines: MachineHealth[] }).machines;
  const mark = (good: boolean) => (good ? '✓' : '✗');
  const rows = machines.map((m) => [m.machineId, mark(m.metadata), mark(m.model), mark(m.data), healthWord(m)]);
  process.stdout.write(
    options.json === true
      ? `${JSON.stringify(machines, null, 2)}\n`
      : `${table(['machine', 'profile', 'model', 'data set', 'state'], rows)}\n`,
  );
  if (machines.some((m) => !(m.metadata && m.model && m.data))) process.exitCode = EXIT.failed;
}

function healthWord({ metadata, model, data }: MachineHealth): string {
  if (metadata && model && data) return '🟢 Fully Ready';
  return model ? '🔴 Data Missing' : '🟡 Model Missing';
}

/** What a report of validate_new_machine.py has for a person. */
const Report = z.looseObject({
  checks: z.array(z.looseObject({ name: z.string(), text: z.string(), threshold: z.string(), verdict: z.string() })),
});

async function validate(machineId: string, options: { full?: boolean; json?: boolean }): Promise<void> {
  const id = check(MachineId, machineId);
  const result = await runScript('GAN/validate_new_machine.py', [
    '--machine_id',
    id,
    ...(options.full === true ? ['--full'] : []),
  ]);
  const { dataRoot } = loadSettings(process.env, PROJECT_ROOT);
  const report = Report.parse(JSON.parse(await readFile(join(dataRoot, result.outputs[0]?.path ?? ''), 'utf8')));
  if (options.json === true) {
    process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
    return;
  }
  const rows = report.checks.map(({ name, text, threshold, verdict }) => [verdict, name, text, threshold]);
  process.stdout.write(`${table(['verdict', 'check', 'measured', 'allowed'], rows)}\n\n${result.summary}\n`);
}

async function writeReport(options: { json?: boolean }): Promise<void> {
  const { path, summary, metrics } = await writeFleetReport();
  process.stdout.write(
    options.json === true ? `${JSON.stringify({ path, ...metrics }, null, 2)}\n` : `${summary}\n${path}\n`,
  );
}

async function showLogs(machineId: string | undefined, options: { json?: boolean }): Promise<void> {
  if (machineId === undefined) {
    const { stateDir } = loadSettings(process.env, PROJECT_ROOT);
    process.stdout.write(await readFile(join(stateDir, 'worker.log'), 'utf8').catch(() => 'no worker has run here\n'));
    return;
  }
  const id = check(MachineId, machineId);
  const session = await openSession('none');
  try {
    const live = await readLiveStep(session.client, id).catch(() => null);
    if (live === null)
      throw new CliError(`${id} has no running step`, EXIT.missing, `npm run gan -- machine status ${id}`);
    process.stdout.write(
      options.json === true
        ? `${JSON.stringify(live, null, 2)}\n`
        : `${[live.lastFailure ?? '', ...(live.heartbeat?.log ?? [])].filter((line) => line !== '').join('\n')}\n`,
    );
  } finally {
    await session.close();
  }
}
