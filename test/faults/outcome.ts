import { appendFileSync } from 'node:fs';
import type { WholeFleet } from '../../manager/fleet-account.js';
import { leftAfter } from '../support/processes.js';
import { undisturbed } from './artifacts.js';
import type { Rig } from './rig.js';

/** How a fleet run ended under faults. */
export interface Outcome {
  /** Machines by outcome; every machine of the rig once. */
  machines: Record<string, string>;
  /** Artifacts that differ from those of an undisturbed run, are missing, or should not exist. */
  different: string[];
  /** Python processes that still run. */
  orphans: number[];
  /** Temporary files and checkpoints that are left. */
  leftovers: string[];
}

/** Waits for a fleet run's end and looks at what it left. The line goes into the table of `npm run test:faults`. */
export async function outcomeOf(rig: Rig, run: string, fault: string, injected = 1): Promise<Outcome> {
  const outcome = await lookAt(rig, await rig.result(run));
  record({ fault, injected, ...summary(outcome) });
  return outcome;
}

export async function lookAt(rig: Rig, report: WholeFleet): Promise<Outcome> {
  const expected = await undisturbed(rig.machines);
  const made = rig.digests();
  const paths = new Set([...Object.keys(expected), ...Object.keys(made)]);
  return {
    machines: Object.fromEntries(
      report.machines.map((machine) => [
        machine.machineId,
        machine.failure === null ? machine.status : `${machine.status}: ${machine.failure.message}`,
      ]),
    ),
    different: [...paths].filter((path) => expected[path] !== made[path]).sort(),
    orphans: await leftAfter(rig.hosts(), 2_000),
    leftovers: rig.leftovers(),
  };
}

/** How an undisturbed run ends. */
export function whole(rig: Rig): Outcome {
  return {
    machines: Object.fromEntries(rig.machines.map((id) => [id, 'succeeded'])),
    different: [],
    orphans: [],
    leftovers: [],
  };
}

/** A line of the summary table. */
export interface Line {
  fault: string;
  injected: number;
  survived: boolean;
  bytesEqual: boolean;
  orphans: number;
  leftovers: number;
}

export function summary(outcome: Outcome): Omit<Line, 'fault' | 'injected'> {
  return {
    survived: Object.values(outcome.machines).every((status) => status === 'succeeded' || status === 'upToDate'),
    bytesEqual: outcome.different.length === 0,
    orphans: outcome.orphans.length,
    leftovers: outcome.leftovers.length,
  };
}

/** Adds a line to the table that run-suites.ts prints. */
export function record(line: Line): void {
  const file = process.env['GAN_FAULTS_TABLE'];
  if (file !== undefined) appendFileSync(file, `${JSON.stringify(line)}\n`);
}
