import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readLatestRows, readSeries, thinned } from '../../manager/data-series.js';
import { ManagerError } from '../../manager/errors.js';
import { loadSettings } from '../../temporal.config.js';

const root = mkdtempSync(join(tmpdir(), 'series-'));
const project = { projectRoot: root, settings: loadSettings({ GAN_ROOT: root }, root) };
const ALL = { source: 'seed' as const, sensors: [], runs: [], most: 10, points: 1_000 };

/** A seed of hourly rows: run after run of the given lengths. */
function seedOf(...lengths: number[]): void {
  let hour = 0;
  const rows = lengths.flatMap((length, run) =>
    Array.from({ length }, (_, at) => {
      const time = new Date(Date.UTC(2025, 0, 1) + hour++ * 3_600_000).toISOString();
      return `"${time}",${length - 1 - at},${at === 7 ? 99 : at},"wear, fast",${run + 1}`;
    }),
  );
  mkdirSync(join(root, 'seed_data'), { recursive: true });
  writeFileSync(
    join(root, 'seed_data/pump_a_temporal_seed.csv'),
    ['"timestamp","rul","vibration","failure_mode","run_id"', ...rows].join('\n') + '\n',
  );
}

beforeAll(() => {
  seedOf(5, 40, 20);
});
afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

describe('runs to draw', () => {
  it('begin at hour 0 and end at RUL 0, each with its failure mode', async () => {
    const { runs, drawn } = await readSeries(project, 'pump_a', ALL);
    expect(runs.map(({ run, rows, failureMode }) => [run, rows, failureMode])).toEqual([
      [1, 5, 'wear, fast'],
      [2, 40, 'wear, fast'],
      [3, 20, 'wear, fast'],
    ]);
    expect(runs[0]).toMatchObject({
      hours: [0, 1, 2, 3, 4],
      rul: [4, 3, 2, 1, 0],
      sensors: { vibration: [0, 1, 2, 3, 4] },
    });
    expect(drawn).toEqual({ rows: 65, of: 65, runs: 3, ofRuns: 3 });
  });

  it('are thinned without losing a spike, and say so', async () => {
    const { runs, drawn } = await readSeries(project, 'pump_a', { ...ALL, runs: [2], points: 12 });
    expect(Math.max(...(runs[0]?.sensors['vibration'] ?? []))).toBe(99);
    expect(drawn.rows).toBeLessThanOrEqual(12);
    expect(drawn).toMatchObject({ of: 65, runs: 1, ofRuns: 3 });
  });

  it('are an even selection where there are many', async () => {
    const { runs } = await readSeries(project, 'pump_a', { ...ALL, most: 2 });
    expect(runs.map(({ run }) => run)).toEqual([1, 3]);
  });

  it.each([
    ['pump_a', { sensors: ['speed'] }, 'there is no speed'],
    ['pump_a', { runs: [9] }, 'there is no run 9'],
    ['pump_b', {}, 'pump_b has no seed'],
    ['pump_a', { source: 'train' as const }, 'pump_a has no published data set'],
  ])('of %s with %j are refused: %s', async (machine, changes, message) => {
    const error: unknown = await readSeries(project, machine, { ...ALL, ...changes }).catch(
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(ManagerError);
    expect((error as ManagerError).message).toContain(message);
  });
});

describe('latest rows', () => {
  it('are the last ones, with their times', async () => {
    const { columns, rows, total } = await readLatestRows(project, 'pump_a', 'seed', 2);
    expect(columns).toEqual(['timestamp', 'rul', 'vibration', 'failure_mode', 'run_id']);
    expect(total).toBe(65);
    expect(rows.at(-1)).toEqual(['2025-01-03T16:00:00.000Z', 0, 19, 'wear, fast', 3]);
    expect(rows).toHaveLength(2);
  });
});

describe('thinning', () => {
  it('keeps first and last row, and never leaves the run', () => {
    const column = Float64Array.from({ length: 100 }, (_, at) => (at * 37) % 100);
    const rows = thinned([column], 20, 80, 10);
    expect([rows[0], rows.at(-1)]).toEqual([20, 79]);
    expect(rows.every((row) => row >= 20 && row < 80)).toBe(true);
  });
});
