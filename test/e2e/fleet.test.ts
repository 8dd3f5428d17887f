import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import type { WholeFleet } from '../../manager/fleet-account.js';
import { PROJECT_ROOT } from '../support/python.js';
import { freePort } from '../support/ports.js';
import { machineConfig } from '../support/profiles.js';

/** The command line as a person uses it, with a real dev server, a real worker and the real Python. */
const SMALL = ['--epochs', '3', '--seed-samples', '1500', '--samples', '2000'];
const root = mkdtempSync(join(tmpdir(), 'fleet-e2e-'));
const dataRoot = join(root, 'GAN');
let env: Record<string, string>;

function gan(...args: string[]) {
  return execa(process.execPath, ['scripts/gan.mjs', ...args], {
    cwd: PROJECT_ROOT,
    env,
    reject: false,
    all: true,
    stdin: 'ignore',
  });
}

function addMachine(machineId: string, changes: Record<string, unknown> = {}): void {
  mkdirSync(join(dataRoot, 'fleet'), { recursive: true });
  writeFileSync(join(dataRoot, 'fleet', `${machineId}.json`), JSON.stringify(machineConfig(machineId, changes)));
}

beforeAll(async () => {
  env = {
    GAN_ROOT: dataRoot,
    GAN_STATE_DIR: join(root, 'state'),
    GAN_TEMPORAL_PORT: String(await freePort()),
    GAN_TEMPORAL_UI_PORT: String(await freePort()),
    TEMPORAL_ADDRESS: '',
    GAN_HEARTBEAT_TIMEOUT_MS: '3000',
  };
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
    const report = JSON.parse(stdout) as WholeFleet;
    expect(exitCode).toBe(1);
    expect(report.machines.map((machine) => [machine.machineId, machine.status])).toEqual([
      ['pump_a', 'succeeded'],
      ['pump_b', 'succeeded'],
      ['pump_broken', 'failed'],
    ]);
    expect(report.machines[0]).toMatchObject({ rows: 2000 });
    expect(report).toMatchObject({ total: 3, counts: { succeeded: 2, failed: 1 }, totals: { rows: 4000 } });
    expect(report.machines[2]?.failure).toMatchObject({ type: 'InvalidInput' });
    expect(report.machines[2]?.failure?.message).toContain('sensors: must be a list of 1 to 200 (got a list of 0)');
    for (const split of ['train', 'val', 'test'])
      expect(existsSync(join(dataRoot, `data/synthetic/pump_a/${split}.parquet`))).toBe(true);
  });

  it('skips what is up to date, and says so', async () => {
    const { exitCode, stdout } = await gan('fleet', 'run', '--machines', 'pump_a', ...SMALL);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('up to date');
  });

  it('trains on rows that were imported, and never makes a seed of its own for them, forced or not', async () => {
    const rows = Array.from({ length: 200 }, (_, at) => {
      const time = new Date(Date.UTC(2025, 0, 1) + at * 3_600_000).toISOString();
      const vibration = 2 + ((at % 40) / 20) ** 2 + Math.sin(at) / 9;
      return `${Math.floor(at / 40)},${time},${vibration.toFixed(4)}`;
    });
    writeFileSync(join(root, 'rows.csv'), ['unit,time,vibration', ...rows].join('\n'));
    const imported = await gan('machine', 'import', 'pump_own', '--csv', join(root, 'rows.csv'));
    expect(imported).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('200 rows in 5 runs') as string });
    const seed = readFileSync(join(dataRoot, 'seed_data/pump_own_temporal_seed.csv'), 'utf8');
    // Whether five such runs make a good data set is not the question here.
    await gan('fleet', 'run', '--machines', 'pump_own', ...SMALL, '--force');
    const { steps } = JSON.parse(readFileSync(join(dataRoot, 'manifests/pump_own.json'), 'utf8')) as {
      steps: Record<string, { summary: string }>;
    };
    expect(steps['generateSeed']?.summary).toContain('imported seed');
    expect(steps['trainTvae']?.summary).toContain('3 epochs');
    expect(readFileSync(join(dataRoot, 'seed_data/pump_own_temporal_seed.csv'), 'utf8')).toBe(seed);
  });

  it('refuses a data set whose splits hold no whole run before it trains for it, forced or not', async () => {
    for (const force of [[], ['--force']]) {
      const refused = await gan('machine', 'run', 'pump_own', '--samples', '100', '--epochs', '50', ...force);
      expect(refused.exitCode).toBe(2);
      expect(refused.all).toContain('15 rows of val are 0.38 runs of 40 rows');
      expect(refused.all).toMatch(/--samples \d+\) gives each split 3 runs/);
    }
    const manifest = readFileSync(join(dataRoot, 'manifests/pump_own.json'), 'utf8');
    expect(manifest).not.toContain('"epochs": 50');
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

describe('a machine that failed and has left the fleet', () => {
  it('is left out of what is run again, and that is said', async () => {
    addMachine('pump_gone', { sensors: [] });
    await gan('fleet', 'run', '--machines', 'pump_broken,pump_gone', ...SMALL);
    rmSync(join(dataRoot, 'fleet/pump_gone.json'));
    for (const again of [
      ['fleet', 'retry'],
      ['fleet', 'run', '--only', 'failed', '--plan'],
    ]) {
      const { stdout, stderr } = await gan(...again, '--json');
      expect(stderr).toContain('no longer in the fleet, left out: pump_gone');
      const ids = (JSON.parse(stdout) as WholeFleet).machines.map((machine) => machine.machineId);
      expect(ids).toContain('pump_broken');
      expect(ids).not.toContain('pump_gone');
    }
  });
});

describe('other commands', () => {
  it.each([
    [['machine', 'run', '../x'], 2, 'machineId: must be lower-case letters'],
    [['machine', 'run', 'pump_nowhere'], 2, 'no machine pump_nowhere in the fleet'],
    [['machine', 'create', '--config', '/nowhere.json'], 2, 'config: no file /nowhere.json'],
    [['machine', 'status', 'pump_nowhere'], 3, 'npm run gan -- machine run pump_nowhere'],
    [['validate', 'pump_nowhere'], 2, 'no machine pump_nowhere in the fleet'],
    [['fleet', 'pause'], 3, 'no fleet run is under way'],
    [['logs', 'pump_nowhere'], 3, 'pump_nowhere has no running step'],
    [['machine', 'retire', 'pump_nowhere'], 2, 'no machine pump_nowhere in the fleet'],
    [['nonsense'], 2, "unknown command 'nonsense'"],
  ])('%j exits with %i and says why', async (args, code, words) => {
    const { exitCode, stderr } = await gan(...args);
    expect(exitCode).toBe(code);
    expect(stderr).toContain(words);
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  it('validate tells every check, what was measured and what is allowed', async () => {
    const { exitCode, stdout } = await gan('validate', 'pump_a');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/pass +Timestamp sorted +True/);
  });

  it('logs shows what a run printed that is over', async () => {
    const { exitCode, stdout } = await gan('logs', 'pump_a');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/info +train TVAE: attempt 1, worker \d+@/);
  });

  it('health tells which machines are ready', async () => {
    const { stdout } = await gan('health', '--json');
    const machines = JSON.parse(stdout) as { machineId: string; data: boolean }[];
    expect(machines.find((machine) => machine.machineId === 'pump_a')).toMatchObject({
      metadata: true,
      model: true,
      data: true,
    });
    expect(machines.find((machine) => machine.machineId === 'pump_broken')).toMatchObject({ data: false });
  });

  it('machine status shows every step', async () => {
    const { exitCode, stdout } = await gan('machine', 'status', 'pump_a');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/train TVAE +done/);
  });

  it('retire takes a machine out of the fleet, and restore brings it back, up to date', async () => {
    const retired = await gan('machine', 'retire', 'pump_a');
    expect(retired.stdout).toContain('pump_a has left the fleet');
    expect((await gan('machine', 'run', 'pump_a')).stderr).toContain('no machine pump_a in the fleet');
    expect((await gan('machine', 'restore')).stdout).toContain('pump_a');
    expect((await gan('machine', 'restore', 'pump_a')).exitCode).toBe(0);
    expect((await gan('machine', 'run', 'pump_a', ...SMALL)).stdout).toContain('up to date, nothing to do');
  });

  it('every command has help', async () => {
    for (const command of [[], ['fleet', 'run'], ['machine', 'create'], ['health'], ['worker']]) {
      const { exitCode, stdout } = await gan(...command, '--help');
      expect(exitCode).toBe(0);
      expect(stdout).toContain('Usage: gan');
    }
  });
});

describe('a fleet run that is under way', () => {
  it('is gone on with by whoever starts it again, also when who had started server and worker is killed', async () => {
    rmSync(join(dataRoot, 'models/pump_b_tvae_temporal.pkl'));
    const run = ['fleet', 'run', '--machines', 'pump_b', ...SMALL, '--epochs', '1000'];
    const first = gan(...run);
    await said(first, 'train TVAE');
    const second = gan(...run, '--json', '--epochs', '7', '--concurrency', '3');
    await said(
      second,
      'ignored, because it keeps the options that it was started with: ' +
        '--epochs 7 (it has 1000), --concurrency 3 (it has none)',
    );
    first.kill('SIGKILL');
    const [machine] = (JSON.parse((await second).stdout) as WholeFleet).machines;
    // So many epochs over so few rows may well give data that fails validation; what counts is the finished training.
    expect(machine?.finishedAt).toEqual(expect.any(Number));
    expect(existsSync(join(dataRoot, 'models/pump_b_tvae_temporal.pkl'))).toBe(true);
  });

  it('stops in order on Ctrl-C, and says how to go on and how to give up', async () => {
    const run = gan('fleet', 'run', '--machines', 'pump_a', ...SMALL, '--epochs', '5000');
    await said(run, 'train TVAE');
    run.kill('SIGINT');
    const { exitCode, stderr } = await run;
    expect(exitCode).toBe(75);
    expect(stderr).toMatch(/npm run fleet.*npm run gan -- fleet cancel --name/);
    const cancelled = await gan('fleet', 'cancel');
    expect(cancelled).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('cancelled') as string });
    expect((await gan('machine', 'status', 'pump_a')).stdout).toMatch(/pump_a: cancelled[^]*train TVAE +pending/);
  });
});

/** Waits until a command has said this. */
async function said({ all }: ReturnType<typeof gan>, text: string): Promise<void> {
  let heard = '';
  await new Promise<void>((resolve, reject) => {
    all.on('data', (chunk: Buffer) => {
      heard += chunk.toString();
      if (heard.includes(text)) resolve();
    });
    all.once('end', () => {
      reject(new Error(`it ended without saying ${text}: ${heard}`));
    });
  });
}
