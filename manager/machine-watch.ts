import { setTimeout as delay } from 'node:timers/promises';
import type { Client, WorkflowHandle } from '@temporalio/client';
import { stepState } from '../scripts/views/fleet.js';
import { readLiveStep } from './live-step.js';
import { awaitEnd } from './workflow-end.js';

const EVERY_MS = 1_000;

/** Writes a line whenever the machine's running step has moved on, until the pipeline ends or the signal aborts. */
export async function watchMachine(
  client: Client,
  machineId: string,
  handle: WorkflowHandle,
  write: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const ended = awaitEnd(client, handle);
  const either = AbortSignal.any([signal, ended.signal]);
  let said = '';
  while (!either.aborted) {
    const live = await readLiveStep(client, machineId).catch(() => null);
    const line = live === null ? said : stepState(live);
    if (line !== said) write(`${machineId}: ${line}`);
    said = line;
    await delay(EVERY_MS, undefined, { signal: either }).catch(() => undefined);
  }
  await ended.stop();
}
