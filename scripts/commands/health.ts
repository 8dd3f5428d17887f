import { MachineId } from '../../contracts/parameters.js';
import { logLine, logText } from '../../contracts/run-log.js';
import { check } from '../../manager/check.js';
import * as dataSets from '../../manager/data-sets.js';
import { writeFleetReport } from '../../manager/fleet-report.js';
import { healthState, readHealth } from '../../manager/health.js';
import { runningStep, workerLog } from '../../manager/logs.js';
import { latestRecord } from '../../manager/runs/records.js';
import { EXIT } from '../exit.js';
import { print } from '../output.js';
import { control, currentProject } from '../project.js';
import { healthTable } from '../views/health.js';
import { liveText, validationTable } from '../views/machine.js';
import { withSession } from '../with-session.js';

export async function showHealth(options: { json?: boolean }): Promise<void> {
  const machines = await readHealth(currentProject(), control());
  print(machines, options.json, () => healthTable(machines));
  if (machines.some((machine) => healthState(machine) !== 'ready')) process.exitCode = EXIT.failed;
}

interface ValidateOptions {
  full?: boolean;
  rulCap?: number;
  json?: boolean;
}

export async function validate(machineId: string, options: ValidateOptions): Promise<void> {
  const id = check(MachineId, machineId);
  const { full = false, rulCap = 0 } = options;
  const { report, summary } = await dataSets.validate(currentProject(), id, { full, rulCap }, control());
  print(report, options.json, () => `${validationTable(report)}\n\n${summary}`);
}

export async function writeReport(options: { json?: boolean }): Promise<void> {
  const { path, summary, metrics } = await writeFleetReport(currentProject(), control());
  print({ path, ...metrics }, options.json, () => `${summary}\n${path}`);
}

export async function showLogs(machineId: string | undefined, options: { json?: boolean }): Promise<void> {
  if (machineId === undefined) {
    process.stdout.write((await workerLog(currentProject())) ?? 'no worker has run here\n');
    return;
  }
  const id = check(MachineId, machineId);
  const record = await latestRecord(currentProject(), id);
  if (record !== null) {
    print(record, options.json, () => record.map((entry) => logText(logLine(entry))).join('\n'));
    return;
  }
  // Another host does the work, and keeps the record.
  const live = await withSession('none', (session) => runningStep(session, id));
  print(live, options.json, () => liveText(live));
}
