import schema from '../../../contracts/generated/parameters.schema.json' with { type: 'json' };
import type { Configuration } from '../../../contracts/api/drafts.js';
import type { StepParameters } from '../../../contracts/parameters.js';

/** What a field holds: a number, or any text that is none (yet). Empty: not given. */
export type Value = string | number;

/** Fields that the form does not show stay as they were: a clone has them too. */
type Others = Record<string, unknown>;

export interface SensorDraft extends Others {
  /** Tells the sensors of the form apart, whatever they are called. */
  key: string;
  name: string;
  unit: string;
  type: string;
  description: string;
}

export interface EffectDraft extends Others {
  sensor: string;
  direction: 'up' | 'down';
  strength: Value;
  onset: Value;
}

export interface ModeDraft extends Others {
  key: string;
  name: string;
  description: string;
  probability: Value;
  degradation: string;
  /** Null: nobody said, and it is proposed. */
  effects: EffectDraft[] | null;
}

export interface RegimeDraft extends Others {
  name: string;
  load: Value;
  share: Value;
  mean_dwell_hours: Value;
}

/** What the wizard's form holds. */
export interface Draft extends Others {
  machine_id: string;
  machine_type: string;
  manufacturer: string;
  model: string;
  description: string;
  sampling_interval_minutes: Value;
  sensors: SensorDraft[];
  failure_modes: ModeDraft[];
  operational_parameters: { name: string; value: Value }[];
  operating: Others & { regimes: RegimeDraft[]; ambient_mean_c: Value; ambient_daily_swing_c: Value };
  wear: Others & { max_rul_hours: Value; degradation: string; life_cv: Value };
  parameters: ParametersDraft;
}

/** The steps' parameters; the split in percent, as people say it. */
export interface ParametersDraft {
  seedSamples: Value;
  epochs: Value;
  batchSize: Value;
  samples: Value;
  train: Value;
  val: Value;
  test: Value;
  seed: Value;
  patience: Value;
}

const { properties } = schema;
const [train = 0, val = 0, test = 0] = properties.split.default.map((share) => share * 100);

/** The parameters that are one number each, with their limits. */
export const NUMBERS = (({ seedSamples, epochs, batchSize, samples, seed, patience }) => ({
  seedSamples,
  epochs,
  batchSize,
  samples,
  seed,
  patience,
}))(properties);

const PARAMETERS: ParametersDraft = {
  ...(Object.fromEntries(Object.entries(NUMBERS).map(([name, { default: value }]) => [name, value])) as Record<
    keyof typeof NUMBERS,
    number
  >),
  ...{ train, val, test },
};

let keys = 0;
/** A key that no other part of this page's forms has. */
export function newKey(): string {
  keys += 1;
  return `${Date.now().toString(36)}-${keys}`;
}

export function newSensor(): SensorDraft {
  return { key: newKey(), name: '', unit: '', type: 'numerical', description: '' };
}

export function newMode(): ModeDraft {
  return { key: newKey(), name: '', description: '', probability: '', degradation: '', effects: null };
}

export function newEffect(sensor: string): EffectDraft {
  return { sensor, direction: 'up', strength: 1, onset: 0.3 };
}

export function newRegime(): RegimeDraft {
  return { name: '', load: 1, share: 1, mean_dwell_hours: 24 };
}

/** A configuration as the form holds it; without one, an empty form. */
export function draftOf(configuration: Configuration = {}): Draft {
  const given = withoutNulls(configuration) as Others;
  const { sensors = [], failure_modes: modes = [], operational_parameters: pairs = {}, operating, wear } = given;
  return {
    ...{ machine_id: '', machine_type: '', manufacturer: '', model: '', description: '' },
    sampling_interval_minutes: '',
    ...given,
    sensors: (sensors as Others[]).map((sensor) => ({ ...newSensor(), ...sensor })),
    failure_modes: (modes as Others[]).map((mode) => ({ ...newMode(), ...mode })),
    operational_parameters: Object.entries(pairs as Record<string, Value>).map(([name, value]) => ({ name, value })),
    operating: { regimes: [], ambient_mean_c: '', ambient_daily_swing_c: '', ...(operating as Others | undefined) },
    wear: { max_rul_hours: '', degradation: '', life_cv: '', ...(wear as Others | undefined) },
    parameters: { ...PARAMETERS },
  };
}

/** The configuration that a form's content is: what was left empty is left out. */
export function configurationOf(draft: Draft): Configuration {
  const { operational_parameters: pairs, ...rest } = draft;
  const filled = filledIn({ ...rest, parameters: null }) as Configuration;
  const parameters = pairs.filter(({ name }) => name.trim() !== '').map(({ name, value }) => [name, numberIn(value)]);
  return {
    ...filled,
    sensors: filled['sensors'] ?? [],
    ...(parameters.length === 0 ? {} : { operational_parameters: Object.fromEntries(parameters) as Others }),
  };
}

/** The steps' parameters of a form's content. */
export function parametersOf({ parameters }: Draft): Partial<StepParameters> {
  const { train, val, test, ...numbers } = parameters;
  const given = Object.entries(numbers).map(([name, value]) => [name, numberIn(value)]);
  const split = [train, val, test].map((part) => Number(numberIn(part)) / 100);
  return { ...(Object.fromEntries(given) as Partial<StepParameters>), split: split as StepParameters['split'] };
}

/** What is wrong with a parameter; null: nothing. */
export function parameterProblem(name: keyof typeof NUMBERS, value: Value): string | null {
  const { minimum, maximum, allowed } = NUMBERS[name];
  const number = numberIn(value);
  const good = typeof number === 'number' && Number.isInteger(number) && number >= minimum && number <= maximum;
  return good ? null : `must be ${allowed}`;
}

export function splitProblem({ train, val, test }: ParametersDraft): string | null {
  const parts = [train, val, test].map(numberIn);
  if (!parts.every((part) => typeof part === 'number' && part > 0)) return 'each share must be above 0';
  const sum = (parts as number[]).reduce((total, part) => total + part, 0);
  return Math.abs(sum - 100) < 1e-6 ? null : `the shares must add up to 100 %, not ${Number(sum.toFixed(4))} %`;
}

/** The number that a text is; text that is none stays text. */
export function numberIn(value: Value): Value {
  if (typeof value === 'number') return value;
  const text = value.trim();
  const number = Number(text);
  return text === '' || !Number.isFinite(number) ? text : number;
}

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([, item]) => item !== null);
  return Object.fromEntries(kept.map(([key, item]) => [key, withoutNulls(item)]));
}

/** Fields whose text is no number, whatever it looks like. */
const WORDS = ['name', 'unit', 'type', 'description', 'sensor', 'machine_id', 'manufacturer', 'model', 'limit_basis'];

/** Without keys of the form, and without empty fields. */
function filledIn(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(filledIn);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).flatMap(([key, item]): [string, unknown][] => {
    if (key === 'key') return [];
    const filled = typeof item === 'string' && !WORDS.includes(key) ? numberIn(item) : filledIn(item);
    // A list of effects that somebody emptied says something; the form holds null otherwise.
    const said = key === 'effects' && Array.isArray(item);
    return isEmpty(filled) && !said ? [] : [[key, filled]];
  });
  return Object.fromEntries(kept);
}

function isEmpty(value: unknown): boolean {
  if (value === '' || value === null || value === undefined) return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}
