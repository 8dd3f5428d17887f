import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { DataConverter, Payload, PayloadCodec } from '@temporalio/common';
import proto from '@temporalio/proto';
import { PayloadKeyError } from './keys.js';
import type { PayloadKeys } from './keys.js';

const { Payload: PayloadMessage } = proto.temporal.api.common.v1;
const ENCODING = 'binary/encrypted';
const CIPHER = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;

export const FAILURE_CONVERTER = fileURLToPath(new URL('failure-converter.cjs', import.meta.url));

/**
 * Encrypts payloads with AES-256-GCM, each with an IV of its own; the key's id goes along and is authenticated.
 * Data is IV, tag and ciphertext, one after another. A payload that is not encrypted is read as it is: histories from
 * before the key was set stay readable.
 */
class EncryptionCodec implements PayloadCodec {
  constructor(private readonly keys: PayloadKeys) {}

  encode(payloads: Payload[]): Promise<Payload[]> {
    return Promise.resolve(payloads.map((payload) => this.encrypt(payload)));
  }

  // Async, so that an unreadable payload rejects instead of throwing.
  async decode(payloads: Payload[]): Promise<Payload[]> {
    return await Promise.resolve(payloads.map((payload) => this.decrypt(payload)));
  }

  private encrypt(payload: Payload): Payload {
    const [id, key] = this.keys.first;
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv(CIPHER, key, iv).setAAD(Buffer.from(id));
    const hidden = Buffer.concat([cipher.update(PayloadMessage.encode(payload).finish()), cipher.final()]);
    return {
      metadata: { encoding: Buffer.from(ENCODING), 'encryption-key-id': Buffer.from(id) },
      data: Buffer.concat([iv, cipher.getAuthTag(), hidden]),
    };
  }

  private decrypt(payload: Payload): Payload {
    if (text(payload.metadata?.['encoding']) !== ENCODING) return payload;
    const id = text(payload.metadata?.['encryption-key-id']);
    const data = payload.data ?? new Uint8Array();
    const key = this.keys.of(id);
    try {
      // The tag's length is set: a shorter one, which GCM allows, would be easier to forge.
      const decipher = createDecipheriv(CIPHER, key, data.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES })
        .setAAD(Buffer.from(id))
        .setAuthTag(data.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
      return PayloadMessage.decode(
        Buffer.concat([decipher.update(data.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]),
      );
    } catch {
      throw new PayloadKeyError(
        `a payload cannot be decrypted with the key ${id}: the key of that id here is a different one, ` +
          'or the payload was changed',
      );
    }
  }
}

function text(bytes: Uint8Array | null | undefined): string {
  return Buffer.from(bytes ?? []).toString('utf8');
}

/** For use without keys: says that a payload is encrypted, instead of failing on an unknown encoding. */
const REFUSING: PayloadCodec = {
  encode: (payloads) => Promise.resolve(payloads),
  decode: async (payloads) => {
    for (const payload of payloads) refuseEncrypted(payload);
    return await Promise.resolve(payloads);
  },
};

/** @throws PayloadKeyError when it is encrypted */
function refuseEncrypted({ metadata }: Payload): void {
  if (text(metadata?.['encoding']) !== ENCODING) return;
  throw new PayloadKeyError(
    `a payload is encrypted with the key ${text(metadata?.['encryption-key-id'])}, and no key is given here: ` +
      'set GAN_PAYLOAD_KEY_FILE',
  );
}

/** What a client or worker needs to encrypt payloads, messages and stack traces, or to refuse encrypted ones. */
export function dataConverterOf(keys: PayloadKeys | null): { dataConverter: DataConverter } {
  return keys === null
    ? { dataConverter: { payloadCodecs: [REFUSING] } }
    : { dataConverter: { payloadCodecs: [new EncryptionCodec(keys)], failureConverterPath: FAILURE_CONVERTER } };
}
