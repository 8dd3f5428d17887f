import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { artifactKey } from '../../../contracts/artifacts.js';
import { ArtifactIndex } from '../../../manager/overview/artifact-index.js';
import { loadSettings } from '../../../temporal.config.js';
import { machineConfig } from '../../support/profiles.js';

let root: string;
let index: ArtifactIndex;

/** Writes as everything here does: beside, then renamed. */
function put(key: string, content: unknown): void {
  const path = join(root, 'data', key);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.tmp`, typeof content === 'string' ? content : JSON.stringify(content));
  renameSync(`${path}.tmp`, path);
}

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'index-'));
  // A checkout without machines of its own.
  index = new ArtifactIndex({
    settings: loadSettings({ GAN_ROOT: join(root, 'data') }, root),
    projectRoot: join(root, 'checkout'),
  });
  put(artifactKey('configuration', 'pump_a'), machineConfig('pump_a'));
  put(artifactKey('configuration', 'pump_b'), 'not JSON');
});

afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

describe('the index of artifacts', () => {
  it('knows every machine that has a configuration, also one that cannot be read', async () => {
    const machines = await index.scan();
    expect([...machines.keys()]).toEqual(['pump_a', 'pump_b']);
    expect(machines.get('pump_a')).toMatchObject({
      identity: { machine_type: 'pump', manufacturer: 'Test', model: 'T1' },
      ...{ profile: false, model: false, published: null, manifest: { steps: {} } },
    });
    expect(machines.get('pump_b')?.identity.machine_type).toBe('unknown');
  });

  it('knows what each has: profile, model, what the manifest records, and the published generation', async () => {
    put(artifactKey('profile', 'pump_a'), '{}');
    put(artifactKey('model', 'pump_a'), '');
    const record = { parameters: {}, outputs: [], metrics: {}, verdict: null, summary: 's', durationSeconds: 1 };
    const steps = { createProfile: { ...record, finishedAt: 't', fleetRun: null }, trainTvae: { damaged: true } };
    put(artifactKey('manifest', 'pump_a'), { steps });
    mkdirSync(join(root, 'data/data/synthetic'), { recursive: true });
    symlinkSync('../generations/pump_a/abc', join(root, 'data', artifactKey('publication', 'pump_a')));
    expect((await index.scan()).get('pump_a')).toMatchObject({
      ...{ profile: true, model: true, published: 'abc' },
      manifest: { steps: { createProfile: { summary: 's' }, trainTvae: null } },
    });
  });

  it('gives the same machine again as long as nothing of it has changed', async () => {
    const before = await index.scan();
    put(artifactKey('model', 'pump_b'), '');
    const after = await index.scan();
    expect(after.get('pump_a')).toBe(before.get('pump_a'));
    expect(after.get('pump_b')).not.toBe(before.get('pump_b'));
    expect(after.get('pump_b')?.model).toBe(true);
  });

  it('forgets a machine that has left the fleet', async () => {
    await index.scan();
    rmSync(join(root, 'data', artifactKey('configuration', 'pump_b')));
    expect([...(await index.scan()).keys()]).toEqual(['pump_a']);
  });
});
