import type { FailureReport } from '../contracts/runs.js';

/** A placeholder for the machine's id: a character that never appears raw in JSON. */
const ID = '\u0001';
const TEXT_BYTES = 400;
const TABLE_BYTES = 96 * 1024;

/**
 * Why machines failed, each reason once: one mistake in a thousand machines is one text. Its size is bounded: once full
 * of different texts, only the type and step of further ones are kept.
 */
export class FailureTexts {
  private readonly known: Map<string, number>;
  private bytes: number;

  constructor(private readonly texts: string[] = []) {
    this.known = new Map(texts.map((text, at) => [text, at]));
    this.bytes = texts.reduce((sum, text) => sum + bytesOf(text), 0);
  }

  /** @returns the number under which it can be read */
  add(failure: FailureReport, machineId: string): number {
    const text = templateOf(cut(failure), machineId);
    const fits = this.known.has(text) || this.bytes + bytesOf(text) <= TABLE_BYTES;
    return this.number(fits ? text : templateOf(leftOut(failure, machineId), machineId));
  }

  read(number: number, machineId: string): FailureReport {
    return JSON.parse((this.texts[number] ?? 'null').replaceAll(ID, machineId)) as FailureReport;
  }

  /** What a run carries over when it continues as new. */
  carried(): string[] {
    return this.texts;
  }

  private number(text: string): number {
    const known = this.known.get(text);
    if (known !== undefined) return known;
    this.known.set(text, this.texts.length);
    this.bytes += bytesOf(text);
    return this.texts.push(text) - 1;
  }
}

function templateOf(failure: FailureReport, machineId: string): string {
  return JSON.stringify(failure).replaceAll(machineId, ID);
}

function leftOut({ type, code, step }: FailureReport, machineId: string): FailureReport {
  const hint = `npm run gan -- machine status ${machineId}`;
  return {
    type: cutText(type),
    code: cutText(code),
    step,
    message: 'the machine’s own status says why',
    hint,
    field: null,
  };
}

function cut(failure: FailureReport): FailureReport {
  const entries = Object.entries(failure).map(([key, value]) => [
    key,
    typeof value === 'string' ? cutText(value) : (value as unknown),
  ]);
  return Object.fromEntries(entries) as FailureReport;
}

function cutText(text: string): string {
  if (bytesOf(text) <= TEXT_BYTES) return text;
  let length = 0;
  let bytes = 0;
  for (const character of text) {
    bytes += bytesOf(character);
    if (bytes > TEXT_BYTES) break;
    length += character.length;
  }
  return `${text.slice(0, length)}…`;
}

/** Bytes of a text as JSON in UTF-8, or a few more. */
export function bytesOf(text: string): number {
  let bytes = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    bytes += code < 0x20 ? 6 : code < 0x80 ? 1 : 3;
  }
  return bytes;
}
