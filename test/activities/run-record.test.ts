import { appendFileSync, mkdirSync, readFileSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { runStepScript } from '../../activities/step.js';
import { recordAdmission } from '../../activities/run-record.js';
import { MachinePipelineInput } from '../../contracts/parameters.js';
import { entriesOf } from '../../contracts/run-record.js';
import type { RunEntry } from '../../contracts/run-record.js';
import type { ActivityPolicy } from '../../contracts/runs.js';
import { scriptProject } from '../support/python.js';

const RUN = 'b6f1c3de-0000-4000-8000-000000000001';
const policy = { retryInitialMs: 1_000, retryMaximumMs: 10_000 };

function environment(attempt = 1): MockActivityEnvironment {
  const workflowExecution = { workflowId: 'machine/pump_a', runId: RUN };
  return new MockActivityEnvironment({ attempt, workflowExecution }, { logger: new DefaultLogger('ERROR') });
}

function project(source: string) {
  const { script, ...settings } = scriptProject(source);
  const all = { ...settings, heartbeatEveryMs: 50, attempts: 3, policy };
  const folder = join(settings.dataRoot, 'runs/pump_a');
  return {
    dataRoot: settings.dataRoot,
    folder,
    run: (env = environment()) => env.run(() => runStepScript('trainTvae', 'pump_a', { script, args: [] }, all)),
    entries: () => entriesOf(readFileSync(join(folder, `${RUN}.jsonl`), 'utf8')),
  };
}

function kinds(entries: readonly RunEntry[]): string[] {
  return entries.map(({ kind }) => kind);
}

function admit(dataRoot: string): Promise<void> {
  const input = MachinePipelineInput.parse({ machineId: 'pump_a', parameters: { epochs: 7 } });
  const admitted = { input, machineType: 'pump', policy: policy as ActivityPolicy, current: [] };
  return environment().run(() => recordAdmission(admitted, dataRoot));
}

describe('a run’s record', () => {
  it('has what a step’s script printed, with the time and the attempt', async () => {
    const said = project('say("warning", code="W", message="m")\nprint("text")\nprogress(3, loss=0.25)\nresult()');
    await said.run(environment(2));
    expect(kinds(said.entries())).toEqual(['attempt', 'warning', 'log', 'progress', 'result']);
    expect(said.entries()).toMatchObject([
      { step: 'trainTvae', attempt: 2 },
      { code: 'W', text: 'm' },
      { text: 'text' },
      { current: 3, total: 10, unit: 'epochs', metrics: { loss: 0.25 }, device: 'cpu' },
      { summary: 'done', skipped: false, seconds: 0.1 },
    ]);
    for (const { at } of said.entries()) expect(Math.abs(Date.now() - at)).toBeLessThan(60_000);
  });

  it('says why an attempt failed, and whether there will be another', async () => {
    const said = project('error("DISK_FULL", 5, True)');
    await expect(said.run()).rejects.toThrow();
    expect(said.entries().at(-1)).toMatchObject({ kind: 'failure', code: 'DISK_FULL', final: false });
  });

  it('says that an attempt was stopped', async () => {
    const said = project('progress(1)\ntime.sleep(600)');
    const env = environment();
    env.on('heartbeat', ({ current }: { current: number }) => {
      if (current === 1) env.cancel();
    });
    await expect(said.run(env)).rejects.toThrow();
    expect(said.entries().at(-1)).toMatchObject({ kind: 'stopped' });
  });

  it('goes on after a line that was cut off, which readers skip', async () => {
    const said = project('result()');
    await said.run();
    appendFileSync(join(said.folder, `${RUN}.jsonl`), '{"kind":"log","at":1,"st');
    await said.run(environment(2));
    expect(kinds(said.entries())).toEqual(['attempt', 'result', 'attempt', 'result']);
  });

  it('thins progress beyond its bound, and keeps the last one', async () => {
    const said = project('for at in range(1, 101): progress(at, total=100)\nresult()');
    mkdirSync(said.folder, { recursive: true });
    writeFileSync(join(said.folder, `${RUN}.jsonl`), '\n'.repeat(8_000_001));
    await said.run();
    const current = said.entries().flatMap((entry) => (entry.kind === 'progress' ? [entry.current] : []));
    expect(current.length).toBe(10);
    expect(current.at(-1)).toBe(100);
  });

  it('does not fail a step when it cannot be written', async () => {
    const said = project('result()');
    mkdirSync(said.dataRoot, { recursive: true });
    writeFileSync(join(said.dataRoot, 'runs'), 'not a folder');
    await expect(said.run()).resolves.toMatchObject({ summary: 'done' });
    await expect(admit(said.dataRoot)).resolves.toBeUndefined();
  });

  it('begins with what the run was started with, and removes the oldest of many', async () => {
    const said = project('result()');
    mkdirSync(said.folder, { recursive: true });
    for (let at = 0; at < 12; at += 1) {
      writeFileSync(join(said.folder, `old-${at}.jsonl`), '');
      utimesSync(join(said.folder, `old-${at}.jsonl`), at, at);
    }
    await admit(said.dataRoot);
    expect(said.entries()).toMatchObject([{ kind: 'admitted', machineType: 'pump', parameters: { epochs: 7 } }]);
    const kept = readdirSync(said.folder);
    expect(kept).toHaveLength(10);
    expect(kept).toContain(`${RUN}.jsonl`);
    expect(kept).not.toContain('old-2.jsonl');
  });
});
