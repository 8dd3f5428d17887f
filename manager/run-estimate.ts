import type { Estimate } from '../contracts/api/drafts.js';
import type { StepRecord } from '../contracts/manifest.js';
import type { StepParameters } from '../contracts/parameters.js';
import type { PlannedMachine } from '../contracts/plan.js';
import { STEPS } from '../contracts/steps.js';
import type { Step } from '../contracts/steps.js';
import type { KnownMachine } from './overview/artifact-index.js';

/** Bytes of a row of a data set where none has been made yet, and of all else that a machine's run leaves. */
const ROW_BYTES = 110;
const OTHER_BYTES = 2_000_000;
/** An estimate by other machines rests on so many of them, the most similar. */
const SIMILAR = 9;
/** Sensors of a machine where no machine is known. */
const USUAL_SENSORS = 8;

type Fleet = ReadonlyMap<string, KnownMachine>;

/** How large a machine's steps are: what their durations grow with. */
interface Size {
  sensors: number;
  seedRows: number;
  epochs: number;
  rows: number;
}

const WORK: Record<Step, (size: Size) => number> = {
  createProfile: () => 1,
  generateSeed: ({ seedRows, sensors }) => seedRows * sensors,
  validateSeed: ({ seedRows, sensors }) => seedRows * sensors,
  trainTvae: ({ seedRows, epochs }) => seedRows * epochs,
  generateDataset: ({ rows, sensors }) => rows * sensors,
  validateDataset: ({ rows, seedRows, sensors }) => (rows + seedRows) * sensors,
  publishDataset: () => 1,
};

/** How long a new machine's steps may take. @param sensors null: as many as the others have */
export function estimateRun(fleet: Fleet, parameters: StepParameters, sensors: number | null): Estimate {
  const size = sizeFor(parameters, sensors ?? usualSensors(fleet));
  const steps = STEPS.flatMap((step) => {
    const seconds = bySimilar(step, size, fleet);
    return seconds === null ? [] : [{ step, seconds }];
  });
  // Without a training nothing is known of what takes longest.
  const known = steps.some(({ step }) => step === 'trainTvae');
  const total = steps.reduce((sum, { seconds }) => sum + seconds, 0);
  const machines = [...fleet.values()].filter(({ manifest }) => Object.values(manifest.steps).some((each) => each));
  return { seconds: known ? total : null, machines: machines.length, steps };
}

/** The plan with how long each step will take: as last time, or else as in the machines most like it. */
export function estimated(machine: PlannedMachine, fleet: Fleet, parameters: StepParameters): PlannedMachine {
  const own = fleet.get(machine.machineId)?.manifest.steps ?? {};
  const size = sizeFor(parameters, sensorsOf(own) ?? usualSensors(fleet));
  const steps = machine.steps.map((planned) => {
    const { step } = planned;
    const lastSeconds = inProportion(own, step, size)?.seconds ?? bySimilar(step, size, fleet);
    return { ...planned, lastSeconds };
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

type Steps = KnownMachine['manifest']['steps'];

/** How long a step would take at this size, from how long it took, and how many times as large it was. */
function inProportion(steps: Steps, step: Step, size: Size): { seconds: number; times: number } | null {
  const record = steps[step];
  if (record == null) return null;
  const times = WORK[step](sizeOf(steps, size)) / WORK[step](size);
  return times > 0 ? { seconds: record.durationSeconds / times, times } : null;
}

const KNOWN = new WeakMap<Fleet, Map<string, number | null>>();

/** The median of the machines in which the step was most nearly as large; of a fleet each answer is kept. */
function bySimilar(step: Step, size: Size, fleet: Fleet): number | null {
  const known = KNOWN.get(fleet) ?? new Map<string, number | null>();
  KNOWN.set(fleet, known);
  const key = JSON.stringify([step, size]);
  const answer = known.get(key);
  if (answer !== undefined) return answer;
  const far = ({ times }: { times: number }) => Math.abs(Math.log(times));
  const similar = [...fleet.values()]
    .flatMap(({ manifest }) => inProportion(manifest.steps, step, size) ?? [])
    .sort((a, b) => far(a) - far(b))
    .slice(0, SIMILAR);
  const seconds = median(similar.map((each) => each.seconds));
  known.set(key, seconds);
  return seconds;
}

function median(values: number[]): number | null {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? null;
}

function sizeFor({ seedSamples, epochs, samples }: StepParameters, sensors: number): Size {
  return { sensors, seedRows: seedSamples, epochs, rows: samples };
}

/** How large a machine's steps were; what its records do not say counts as it is here. */
function sizeOf(steps: Steps, otherwise: Size): Size {
  const parameter = (record: StepRecord | null | undefined, name: string) => {
    const value = record?.parameters[name];
    return typeof value === 'number' ? value : null;
  };
  return {
    sensors: sensorsOf(steps) ?? otherwise.sensors,
    seedRows: steps.generateSeed?.metrics['rows'] ?? parameter(steps.generateSeed, 'num_samples') ?? otherwise.seedRows,
    epochs: parameter(steps.trainTvae, 'epochs') ?? otherwise.epochs,
    rows: parameter(steps.generateDataset, 'num_samples') ?? otherwise.rows,
  };
}

function sensorsOf(steps: Steps): number | null {
  return steps.createProfile?.metrics['sensors'] ?? null;
}

const USUAL = new WeakMap<Fleet, number>();

function usualSensors(fleet: Fleet): number {
  const known = USUAL.get(fleet);
  if (known !== undefined) return known;
  const sensors = median([...fleet.values()].flatMap(({ manifest }) => sensorsOf(manifest.steps) ?? []));
  USUAL.set(fleet, sensors ?? USUAL_SENSORS);
  return sensors ?? USUAL_SENSORS;
}
