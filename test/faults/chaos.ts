import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Rig } from './rig.js';
import { ended, kill, until } from './rig.js';

/** What chaos kills, and how often in a hundred times. */
const VICTIMS = {
  'Python SIGKILL': 35,
  'Python SIGTERM': 10,
  'worker SIGKILL': 20,
  'worker SIGTERM': 15,
  'server SIGKILL': 15,
  everything: 5,
} as const;
export type Victim = keyof typeof VICTIMS;
const BETWEEN_MS = { least: 1_000, most: 6_000 };
const WORKERS = 2;

/** Numbers from 0 to 1, the same for the same random seed (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Kills the processes of a rig at random, one after another. */
export class Chaos {
  readonly kills = new Map<Victim, number>();

  constructor(
    private readonly rig: Rig,
    private readonly random: () => number,
  ) {}

  get injected(): number {
    return [...this.kills.values()].reduce((sum, count) => sum + count, 0);
  }

  describe(): string {
    return [...this.kills].map(([victim, count]) => `${count} × ${victim}`).join(', ');
  }

  /** Keeps killing until the work has ended or the time is up. */
  async during<T>(work: Promise<T>, deadline: number): Promise<T> {
    const over = new AbortController();
    const watched = work.finally(() => {
      over.abort();
    });
    watched.catch(() => undefined);
    for (;;) {
      const ms = BETWEEN_MS.least + this.random() * (BETWEEN_MS.most - BETWEEN_MS.least);
      const waited = await delay(ms, true, { signal: over.signal }).catch(() => false);
      if (!waited || Date.now() > deadline) break;
      await this.strike(this.choose());
    }
    return await watched;
  }

  private choose(): Victim {
    let left = this.random() * 100;
    for (const [victim, weight] of Object.entries(VICTIMS)) {
      left -= weight;
      if (left < 0) return victim as Victim;
    }
    return 'everything';
  }

  private async strike(victim: Victim): Promise<void> {
    if (await this.hit(victim)) this.kills.set(victim, (this.kills.get(victim) ?? 0) + 1);
  }

  private async hit(victim: Victim): Promise<boolean> {
    const signal = victim.endsWith('SIGTERM') ? 'SIGTERM' : 'SIGKILL';
    if (victim.startsWith('Python')) return kill(this.pick(this.rig.pythons()), signal);
    if (victim.startsWith('worker')) return await this.replaceWorker(signal);
    if (victim.startsWith('server')) return await this.killServer();
    for (const pid of [...this.rig.workers.map((worker) => worker.pid), ...this.rig.pythons()]) kill(pid);
    await this.rig.killServerForGood();
    await Promise.all(this.rig.workers.map((worker) => ended(worker)));
    await this.rig.startServer();
    await Promise.all(Array.from({ length: WORKERS }, () => this.rig.startWorker()));
    return true;
  }

  private async replaceWorker(signal: NodeJS.Signals): Promise<boolean> {
    const worker = this.pick(this.rig.workers);
    worker?.kill(signal);
    await this.rig.startWorker();
    return worker !== undefined;
  }

  /** The guard restarts it; if it was killed too often in too short a time, this starts it anew as a user would. */
  private async killServer(): Promise<boolean> {
    const before = this.rig.serverPids();
    const hit = before.map((pid) => kill(pid)).some(Boolean);
    await until('the server to be back', () =>
      this.rig.serverPids().some((pid) => !before.includes(pid)) || this.rig.guardPids().length === 0 ? true : null,
    );
    if (this.rig.guardPids().length === 0) await this.rig.startServer();
    return hit;
  }

  private pick<T>(from: readonly T[]): T | undefined {
    return from[Math.floor(this.random() * from.length)];
  }
}

/** Removes everything a fleet run made, so that the next one starts from nothing. */
export function clear(rig: Rig): void {
  for (const folder of ['metadata', 'seed_data', 'models', 'data', 'manifests'])
    rmSync(join(rig.dataRoot, folder), { recursive: true, force: true });
}
