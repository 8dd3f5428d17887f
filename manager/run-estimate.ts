import type { StepRecord } from '../contracts/manifest.js';
import type { StepParameters } from '../contracts/parameters.js';
import type { PlannedMachine } from '../contracts/plan.js';
import { STEPS } from '../contracts/steps.js';
import type { Step } from '../contracts/steps.js';
import type { KnownMachine } from './overview/artifact-index.js';

/** Bytes of a row of a data set where none has been made yet, and of all else that a machine's run leaves. */
const ROW_BYTES = 110;
const OTHER_BYTES = 2_000_000;

type Fleet = ReadonlyMap<string, KnownMachine>;

/** The plan with how long each step will take, in proportion to its work: as last time, or as on other machines. */
export function estimated(machine: PlannedMachine, fleet: Fleet, parameters: StepParameters): PlannedMachine {
  const own = fleet.get(machine.machineId)?.manifest.steps ?? {};
  const steps = machine.steps.map((planned) => {
    const { step } = planned;
    const rate = rateOf(step, own[step]) ?? meanRate(step, fleet);
    return {
      ...planned,
      lastSeconds: rate === null ? null : rate * amount(step, parameters.epochs, parameters.samples),
    };
  });
  return { ...machine, steps };
}

/** Bytes that a run of a machine leaves. */
export function estimatedBytes(machineId: string, fleet: Fleet, { samples }: StepParameters): number {
  const made = fleet.get(machineId)?.manifest.steps.generateDataset;
  const rows = made?.metrics['rows'] ?? 0;
  const bytes = made?.outputs.reduce((sum, output) => sum + output.bytes, 0) ?? 0;
  return OTHER_BYTES + samples * (rows > 0 ? bytes / rows : ROW_BYTES);
}

function rateOf(step: Step, record: StepRecord | null | undefined): number | null {
  if (record == null) return null;
  const { epochs, num_samples: samples } = record.parameters;
  const known = amount(step, typeof epochs === 'number' ? epochs : 1, typeof samples === 'number' ? samples : 1);
  return known > 0 ? record.durationSeconds / known : null;
}

/** What a step's time is proportional to. */
function amount(step: Step, epochs: number, samples: number): number {
  if (step === 'trainTvae') return epochs;
  return step === 'generateDataset' ? samples : 1;
}

const MEANS = new WeakMap<Fleet, Map<Step, number | null>>();

function meanRate(step: Step, fleet: Fleet): number | null {
  const known = MEANS.get(fleet) ?? new Map(STEPS.map((one) => [one, meanOf(one, fleet)]));
  MEANS.set(fleet, known);
  return known.get(step) ?? null;
}

function meanOf(step: Step, fleet: Fleet): number | null {
  const rates = [...fleet.values()].flatMap(({ manifest }) => rateOf(step, manifest.steps[step]) ?? []);
  return rates.length === 0 ? null : rates.reduce((sum, rate) => sum + rate, 0) / rates.length;
}
