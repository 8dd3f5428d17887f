import { createSecretKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

const LINE = /^([A-Za-z0-9._-]{1,64}):([A-Za-z0-9+/]{43}=)$/;

/** A payload was encrypted with a key that is missing here, or it was changed. */
export class PayloadKeyError extends Error {
  override readonly name = 'PayloadKeyError';
}

/**
 * Keys of the payload codec: the first encrypts, all of them decrypt. KeyObject keeps the bytes out of whatever prints
 * or serialises the settings.
 */
export class PayloadKeys {
  private constructor(private readonly keys: ReadonlyMap<string, KeyObject>) {}

  /**
   * Reads keys, one a line: `<id>:<32 bytes in base64>`. Empty lines, and those that begin with #, are ignored.
   * @throws RangeError saying which line is wrong, never what it holds
   */
  static parse(text: string): PayloadKeys {
    const keys = new Map<string, KeyObject>();
    for (const [at, line] of text.split(/\r?\n/).entries()) {
      if (line.trim() === '' || line.startsWith('#')) continue;
      const [, id, secret] = LINE.exec(line.trim()) ?? [];
      if (id === undefined || secret === undefined)
        throw new RangeError(`line ${at + 1} is not <id>:<32 bytes in base64>`);
      if (keys.has(id)) throw new RangeError(`line ${at + 1}: the id ${id} appears twice`);
      keys.set(id, createSecretKey(secret, 'base64'));
    }
    if (keys.size === 0) throw new RangeError('there is no key in it');
    return new PayloadKeys(keys);
  }

  /** The key that encrypts, and its id. */
  get first(): [string, KeyObject] {
    for (const entry of this.keys) return entry;
    throw new RangeError('no key');
  }

  /** @throws PayloadKeyError when the key is not here */
  of(id: string): KeyObject {
    const key = this.keys.get(id);
    if (key !== undefined) return key;
    throw new PayloadKeyError(
      `a payload is encrypted with the key ${id}, and only ${[...this.keys.keys()].join(', ')} is known here: ` +
        'add it to GAN_PAYLOAD_KEY_FILE',
    );
  }
}
