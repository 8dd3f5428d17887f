import { MachineId, MachinePipelineInput } from '../../contracts/parameters.js';
import { check } from '../../manager/check.js';
import * as dataSets from '../../manager/data-sets.js';
import { machinePoll } from '../../manager/machine-watch.js';
import type { MachineSnapshot } from '../../manager/machine-watch.js';
import { createMachine, readConfiguration, requireConfigured } from '../../manager/machines.js';
import { listRetired } from '../../manager/retired.js';
import { restoreMachine, retireMachine } from '../../manager/retirement.js';
import { pipelineResult, pipelineStatus, startPipeline, steerPipeline } from '../../manager/pipelines.js';
import type { Steering } from '../../contracts/runs.js';
import { STEPS } from '../../contracts/steps.js';
import { EXIT } from '../exit.js';
import { onInterrupt } from '../interrupt.js';
import { kebab, parametersOf } from '../options.js';
import type { ParameterOptions } from '../options.js';
import { print } from '../output.js';
import { callersPath, control, currentProject, note } from '../project.js';
import { stepState } from '../views/fleet.js';
import { generationTable, machineText, pipelineText, resultLine, retiredTable } from '../views/machine.js';
import { givenFields, notAppliedLine } from '../views/not-applied.js';
import { withSession } from '../with-session.js';

export async function create(options: { config: string; replace?: boolean; json?: boolean }): Promise<void> {
  const text = await readConfiguration(callersPath(options.config));
  const named = { name: options.config, replace: options.replace === true };
  const made = await createMachine(currentProject(), text, named, control());
  print(made.profile, options.json, () => machineText(made));
}

interface RunOptions extends ParameterOptions {
  force?: boolean;
  from?: string;
  json?: boolean;
  worker: boolean;
}

export async function runMachine(machineId: string, options: RunOptions): Promise<void> {
  const from = STEPS.find((step) => kebab(step) === options.from);
  const input = check(MachinePipelineInput, {
    machineId,
    parameters: parametersOf(options),
    force: options.force ?? false,
    from,
  });
  // Before anything is started; where others do the work, their fleet folder counts.
  if (options.worker) await requireConfigured(currentProject(), input.machineId);
  const interrupted = onInterrupt();
  await withSession(
    options.worker ? 'steps' : 'none',
    async (session) => {
      const { handle, notApplied } = await startPipeline(session, input, givenFields({ ...options, from }));
      if (notApplied !== null) {
        note(`${machineId} is already running: watching it`);
        const warning = notAppliedLine(notApplied);
        if (warning !== null) note(warning);
      }
      note(`Temporal Web UI: ${session.webUi(handle.workflowId) ?? 'address not known'}`);
      await showSteps(
        machineId,
        machinePoll(session, machineId, handle).subscribe(interrupted),
        options.json === true ? note : (line) => process.stdout.write(`${line}\n`),
      );
      if (interrupted.aborted) {
        note(`Stopping; checkpoints are saved. Go on: npm run gan -- machine run ${machineId}`);
        process.exitCode = EXIT.interrupted;
        return;
      }
      const result = await pipelineResult(handle);
      print(result, options.json, () => resultLine(result));
    },
    note,
  );
}

/** A line whenever the machine's running step has moved on. */
async function showSteps(
  machineId: string,
  snapshots: AsyncIterable<MachineSnapshot>,
  write: (line: string) => void,
): Promise<void> {
  let said = '';
  for await (const { live } of snapshots) {
    const line = live === null ? said : stepState(live);
    if (line !== said) write(`${machineId}: ${line}`);
    said = line;
  }
}

export async function showMachine(machineId: string, options: { json?: boolean }): Promise<void> {
  const id = check(MachineId, machineId);
  const report = await withSession('workflows', (session) => pipelineStatus(session, id));
  print(report, options.json, () => pipelineText(report));
}

export async function listGenerations(machineId: string, options: { json?: boolean }): Promise<void> {
  const id = check(MachineId, machineId);
  const generations = await dataSets.listGenerations(currentProject(), id, control());
  print(generations, options.json, () => generationTable(generations));
}

export async function rollBack(machineId: string, options: { generation?: string; json?: boolean }): Promise<void> {
  const id = check(MachineId, machineId);
  const { data, summary } = await dataSets.rollBack(currentProject(), id, options.generation ?? null, control());
  print(data, options.json, () => summary);
}

export async function verify(machineId: string, options: { full?: boolean; json?: boolean }): Promise<void> {
  const id = check(MachineId, machineId);
  const { data, summary } = await dataSets.verify(currentProject(), id, options.full === true, control());
  print(data, options.json, () => `✓ ${summary}`);
}

export async function exportCmapss(machineId: string, options: { json?: boolean }): Promise<void> {
  const id = check(MachineId, machineId);
  const { outputs, summary } = await dataSets.exportCmapss(currentProject(), id, control());
  print(outputs, options.json, () => `✓ ${summary}`);
}

export async function retire(machineId: string, options: { json?: boolean }): Promise<void> {
  const id = check(MachineId, machineId);
  const stop = control();
  const moved = await withSession('workflows', (session) => retireMachine(session, id, stop), note, stop.signal);
  print(moved, options.json, () => `✓ ${moved.summary}\nback again: npm run gan -- machine restore ${id}`);
}

export async function restore(machineId: string | undefined, options: { json?: boolean }): Promise<void> {
  if (machineId === undefined) {
    const retired = await listRetired(currentProject());
    print(retired, options.json, () => retiredTable(retired));
    return;
  }
  const moved = await restoreMachine(currentProject(), check(MachineId, machineId), control());
  print(moved, options.json, () => `✓ ${moved.summary}`);
}

export async function steerMachine(action: Steering, machineId: string): Promise<void> {
  const id = check(MachineId, machineId);
  await withSession('workflows', (session) => steerPipeline(session, action, id));
  process.stdout.write(`${id}: ${action === 'cancel' ? 'cancelled' : `${action}d`}\n`);
}
