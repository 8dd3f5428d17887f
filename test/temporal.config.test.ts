import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadSettings } from '../temporal.config.js';

const folder = mkdtempSync(join(tmpdir(), 'settings-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('settings', () => {
  it.each(['GAN_ROOT', 'GAN_STATE_DIR', 'GAN_PYTHON'])('%s may begin with ~, which no shell has seen', (name) => {
    const { dataRoot, stateDir, python } = loadSettings({ [name]: '~/x' }, '/checkout');
    expect([dataRoot, stateDir, python]).toContain(join(homedir(), 'x'));
    expect(() => loadSettings({ [name]: '~someone/x' }, '/checkout')).toThrow(`${name}=~someone/x`);
  });

  it.each([
    [{ TEMPORAL_API_KEY: 'key_of_the_test' }, 'TEMPORAL_API_KEY'],
    [{ TEMPORAL_TLS_SERVER_NAME: 'temporal.internal' }, 'TLS'],
  ])('%j without an address is refused, and no key is shown', (env, words) => {
    const load = () => loadSettings({ TEMPORAL_CONFIG_FILE: join(folder, 'none.toml'), ...env }, '/checkout');
    expect(load).toThrow(words);
    expect(load).toThrow('set TEMPORAL_ADDRESS');
    expect(load).not.toThrow('key_of_the_test');
  });

  it('remark on a key file that others can read, and refuse one that anybody can write', () => {
    const file = join(folder, 'payload.keys');
    writeFileSync(file, `k1:${randomBytes(32).toString('base64')}\n`);
    const load = (mode: number) => {
      chmodSync(file, mode);
      return loadSettings({ GAN_PAYLOAD_KEY_FILE: file }, '/checkout').warnings;
    };
    expect(load(0o600)).toEqual([]);
    expect(load(0o644)).toEqual([expect.stringContaining('chmod 600')]);
    expect(() => load(0o666)).toThrow('anybody can write to it');
  });
});
