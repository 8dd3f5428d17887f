import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import type { FleetReport } from '../../contracts/runs.js';
import { PROJECT_ROOT } from '../support/python.js';
import { freePort } from '../support/ports.js';
import { machineConfig } from '../support/profiles.js';

/** The command line as a person uses it, with a real dev server, a real worker and the real Python. */
const SMALL = ['--epochs', '3', '--seed-samples', '1500', '--samples', '2000'];
const root = mkdtempSync(join(tmpdir(), 'fleet-e2e-'));
const dataRoot = join(root, 'GAN');
let env: Record<string, string>;

function gan(...args: string[]) {
  return execa(process.execPath, ['scripts/gan.mjs', ...args], { cwd: PROJECT_ROOT, env, reject: false, stdin: 'ignore' });
}

function addMachine(machineId: string, changes: Record<string, unknown> = {}): void {
  mkdirSync(join(dataRoot, 'fleet'), { recursive: true });
  writeFileSync(join(dataRoot, 'fleet', `${machineId}.json`), JSON.stringify(machineConfig(machineId, changes)));
}

beforeAll(async () => {
  env = { GAN_ROOT: dataRoot, GAN_STATE_DIR: join(root, 'state'), GAN_TEMPORAL_PORT: String(await freePort()), GAN_TEMPORAL_UI_PORT: String(await freePort()), TEMPORAL_ADDRESS: '' };
  addMachine('pump_a');
  addMachine('pump_b');
  addMachine('pump_broken', { sensors: [] });
});

afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

describe('fleet run', () => {
  const machines = ['--machines', 'pump_a,pump_b,pump_broken'];

  it('makes every machine’s data set, and accounts for the one that cannot', async () => {
    const { exitCode, stdout } = await gan('fleet', 'run', ...machines, ...SMALL, '--json');
    const report = JSON.parse(stdout) as FleetReport;
    expect(exitCode).toBe(1);
    expect(report.machines.map((machine) => [machine.machineId, machine.status])).toEqual([
      ['pump_a', 'succeeded'],
      ['pump_b', 'succeeded'],
      ['pump_broken', 'failed'],
    ]);
    expect(report.machines[0]?.result).toMatchObject({ rows: 2000 });
    expect(report.machines[2]?.failure).toMatchObject({ type: 'InvalidInput' });
    expect(report.machines[2]?.failure?.message).toContain('at least one sensor');
    for (const split of ['train', 'val', 'test']) expect(existsSync(join(dataRoot, `data/synthetic/pump_a/${split}.parquet`))).toBe(true);
  });

  it('skips what is up to date, and says so', async () => {
    const { exitCode, stdout } = await gan('fleet', 'run', '--machines', 'pump_a', ...SMALL);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('up to date');
  });

  it('plans without changing anything', async () => {
    const before = readFileSync(join(dataRoot, 'manifests/pump_a.json'), 'utf8');
    const { exitCode, stdout } = await gan('fleet', 'run', '--machines', 'pump_a', ...SMALL, '--epochs', '4', '--plan');
    expect(exitCode).toBe(0);
    expect(stdout).toContain('epochs changed from 3 to 4');
    expect(readFileSync(join(dataRoot, 'manifests/pump_a.json'), 'utf8')).toBe(before);
  });

  it.each([
    [['--machines', '../x'], 'machineIds'],
    [['--epochs', '0'], 'epochs'],
    [['--split', '0.9,0.2,0.2'], 'sum to 1'],
    [['--type', 'spaceship'], 'machineType'],
    [['--only', 'sometimes'], 'only'],
  ])('refuses %j before any work, naming the field', async (flags, field) => {
    const { exitCode, stderr } = await gan('fleet', 'run', ...flags);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(field);
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  it('refuses a machine that is not in the fleet', async () => {
    const { exitCode, stderr } = await gan('fleet', 'run', '--machines', 'pump_nowhere');
    expect(exitCode).toBe(2);
    expect(stderr).toContain('pump_nowhere');
  });
});

describe('other commands', () => {
  it('health tells which machines are ready', async () => {
    const { stdout } = await gan('health', '--json');
    const machines = JSON.parse(stdout) as { machineId: string; data: boolean }[];
    expect(machines.find((machine) => machine.machineId === 'pump_a')).toMatchObject({ metadata: true, model: true, data: true });
    expect(machines.find((machine) => machine.machineId === 'pump_broken')).toMatchObject({ data: false });
  });

  it('machine status shows every step', async () => {
    const { exitCode, stdout } = await gan('machine', 'status', 'pump_a');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/train TVAE +skipped/);
  });

  it('every command has help', async () => {
    for (const command of [[], ['fleet', 'run'], ['machine', 'create'], ['health'], ['worker']]) {
      const { exitCode, stdout } = await gan(...command, '--help');
      expect(exitCode).toBe(0);
      expect(stdout).toContain('Usage: gan');
    }
  });
});
