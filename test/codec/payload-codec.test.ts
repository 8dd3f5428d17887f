import { randomBytes } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { defaultPayloadConverter } from '@temporalio/common';
import type { Payload, PayloadCodec } from '@temporalio/common';
import { PayloadKeyError, PayloadKeys } from '../../codec/keys.js';
import { dataConverterOf } from '../../codec/payload-codec.js';
import { ConfigError, loadSettings } from '../../temporal.config.js';

const SECRET = randomBytes(32).toString('base64');
const OTHER = randomBytes(32).toString('base64');

function codec(...lines: string[]): PayloadCodec {
  const [found] = dataConverterOf(PayloadKeys.parse(lines.join('\n'))).dataConverter.payloadCodecs ?? [];
  if (found === undefined) throw new Error('no codec');
  return found;
}

function payload(value: unknown): Payload {
  return defaultPayloadConverter.toPayload<unknown>(value);
}

describe('payload codec', () => {
  it('returns what went in, and reveals nothing of it', async () => {
    const [hidden] = await codec(`k1:${SECRET}`).encode([payload({ machine: 'pump_of_the_test' })]);
    expect(Buffer.from(hidden?.data ?? []).toString('latin1')).not.toContain('pump_of_the_test');
    expect(Buffer.from(hidden?.metadata?.['encryption-key-id'] ?? []).toString()).toBe('k1');
    const [shown] = await codec(`k1:${SECRET}`).decode([hidden as Payload]);
    expect(defaultPayloadConverter.fromPayload(shown as Payload)).toEqual({ machine: 'pump_of_the_test' });
  });

  it('encrypts the same payload differently each time', async () => {
    const both = await codec(`k1:${SECRET}`).encode([payload('x'), payload('x')]);
    expect(both[0]?.data).not.toEqual(both[1]?.data);
  });

  it('encrypts with the first key and reads with all of them', async () => {
    const old = await codec(`k1:${SECRET}`).encode([payload('old')]);
    const rotated = codec(`k2:${OTHER}`, `k1:${SECRET}`);
    const [now] = await rotated.encode([payload('new')]);
    expect(Buffer.from(now?.metadata?.['encryption-key-id'] ?? []).toString()).toBe('k2');
    expect((await rotated.decode(old)).map((shown) => defaultPayloadConverter.fromPayload(shown))).toEqual(['old']);
  });

  it('reads what was written before there was a key', async () => {
    expect(await codec(`k1:${SECRET}`).decode([payload('plain')])).toEqual([payload('plain')]);
  });

  it('says which key is missing', async () => {
    const hidden = await codec(`k1:${SECRET}`).encode([payload('x')]);
    await expect(codec(`k2:${OTHER}`).decode(hidden)).rejects.toThrow(/encrypted with the key k1, and only k2/);
  });

  it('refuses another key of the same id, and a payload that was changed', async () => {
    const [hidden] = await codec(`k1:${SECRET}`).encode([payload('x')]);
    await expect(codec(`k1:${OTHER}`).decode([hidden as Payload])).rejects.toThrow(PayloadKeyError);
    const data = Uint8Array.from(hidden?.data ?? []);
    data[data.length - 1] = (data.at(-1) ?? 0) ^ 1;
    await expect(codec(`k1:${SECRET}`).decode([{ ...hidden, data }])).rejects.toThrow(PayloadKeyError);
    await expect(codec(`k1:${SECRET}`).decode([{ ...hidden, data: new Uint8Array(3) }])).rejects.toThrow(
      PayloadKeyError,
    );
  });
});

describe('payload keys', () => {
  const folder = mkdtempSync(join(tmpdir(), 'keys-'));

  function fromFile(text: string) {
    const path = join(folder, 'keys');
    writeFileSync(path, text);
    return loadSettings({ GAN_PAYLOAD_KEY_FILE: path }, folder);
  }

  it('come from a file or from the environment', () => {
    expect(fromFile(`# of the tests\nk2:${OTHER}\nk1:${SECRET}\n`).payloadKeys?.first[0]).toBe('k2');
    expect(loadSettings({ GAN_PAYLOAD_KEYS: `k1:${SECRET},k2:${OTHER}` }, folder).payloadKeys?.first[0]).toBe('k1');
    expect(loadSettings({}, folder).payloadKeys).toBeNull();
  });

  it.each([
    ['nothing', ''],
    ['a short key', 'k1:c2hvcnQ='],
    ['an id twice', `k1:${SECRET}\nk1:${OTHER}`],
    ['no id', SECRET],
  ])('refuse %s without showing it', (_, text) => {
    let error: unknown = null;
    try {
      fromFile(text);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(ConfigError);
    expect(String(error)).not.toContain(SECRET);
  });

  it('name a file that is not there', () => {
    expect(() => loadSettings({ GAN_PAYLOAD_KEY_FILE: '/nowhere/keys' }, folder)).toThrow(/nowhere/);
  });

  it('are not in anything that prints the settings', () => {
    const settings = fromFile(`k1:${SECRET}\n`);
    const hex = Buffer.from(SECRET, 'base64').toString('hex');
    for (const shown of [JSON.stringify(settings), inspect(settings, { depth: 10, showHidden: true })]) {
      expect(shown).not.toContain(SECRET);
      expect(shown).not.toContain(hex);
    }
  });
});
