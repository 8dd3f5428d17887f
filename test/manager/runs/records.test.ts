import { appendFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunEntry } from '../../../contracts/run-record.js';
import { RecordDigest } from '../../../manager/runs/digest.js';
import { readRecord, recordedRuns } from '../../../manager/runs/records.js';
import { loadSettings } from '../../../temporal.config.js';
import { PROJECT_ROOT } from '../../support/python.js';

const RUN = 'b6f1c3de-0000-4000-8000-000000000001';
const training = { at: 5, step: 'trainTvae', attempt: 1 } as const;
const begins: RunEntry = { ...training, kind: 'attempt', worker: '1@host' };
const failed: RunEntry = {
  ...training,
  kind: 'failure',
  ...{ type: 'ResourceFailed', code: 'DISK_FULL', message: 'no space', hint: null, field: null, final: true },
};

describe('reading a run’s record', () => {
  const dataRoot = mkdtempSync(join(tmpdir(), 'records-'));
  const project = { settings: loadSettings({ GAN_ROOT: dataRoot }, PROJECT_ROOT), projectRoot: PROJECT_ROOT };
  const path = join(dataRoot, 'runs/pump_a', `${RUN}.jsonl`);
  mkdirSync(join(dataRoot, 'runs/pump_a'), { recursive: true });
  afterAll(() => {
    rmSync(dataRoot, { recursive: true, force: true });
  });

  it('finds nothing where there is none', async () => {
    expect(await readRecord(project, 'pump_b', RUN, 0)).toEqual({ entries: [], next: 0, more: false });
    expect(await recordedRuns(project, 'pump_b')).toEqual([]);
  });

  it('leaves a line that is being written for the next time', async () => {
    const whole = `${JSON.stringify(begins)}\n`;
    appendFileSync(path, `${whole}{"kind":"log"`);
    const first = await readRecord(project, 'pump_a', RUN, 0);
    expect(first).toEqual({ entries: [begins], next: Buffer.byteLength(whole), more: false });
    appendFileSync(path, `,"at":6,"step":"trainTvae","attempt":1,"text":"é"}\n`);
    const { entries } = await readRecord(project, 'pump_a', RUN, first.next);
    expect(entries).toMatchObject([{ kind: 'log', text: 'é' }]);
    expect(await recordedRuns(project, 'pump_a')).toEqual([RUN]);
  });
});

describe('what a record says in short', () => {
  function digestOf(...entries: RunEntry[]): RecordDigest {
    const digest = new RecordDigest();
    digest.add(entries);
    return digest;
  }

  it('counts attempts, and forgets a failure that another attempt followed', () => {
    const digest = digestOf(begins, { ...failed, final: false }, begins);
    const step = digest.steps(null, true).find((one) => one.step === 'trainTvae');
    expect(step).toMatchObject({ attempts: 2, status: 'running' });
    expect(digest.lastFailure()).toBeNull();
  });

  it('knows how a run ended that nothing else remembers', () => {
    const published: RunEntry = {
      ...{ kind: 'result', at: 9, step: 'publishDataset', attempt: 1, skipped: false },
      ...{ summary: 'published', metrics: {}, rows: null, seconds: 1 },
    };
    expect(digestOf(begins, published).outcome().status).toBe('succeeded');
    expect(digestOf(begins, failed).outcome()).toMatchObject({ status: 'failed', failure: { code: 'DISK_FULL' } });
    expect(digestOf(begins, { ...training, kind: 'stopped', reason: 'request' }).outcome().status).toBe('cancelled');
    expect(digestOf(begins).outcome().failure?.message).toBe('its record ends without a result');
  });
});
