import { z } from 'zod';
import { addBrokenRules, Effect, FailureMode, PROFILE_FIELDS, Sensor } from './profile.js';

/**
 * A machine's configuration, as a person writes it in GAN/fleet/{machine_id}.json: a profile that may lack what can be
 * proposed. A sensor's range, for example, is proposed from its name and unit (GAN/gan/machine/proposals/).
 */
const ConfiguredSensor = z.strictObject({
  ...Sensor.partial().shape,
  name: Sensor.shape.name,
});

const ConfiguredMode = z.strictObject({
  ...FailureMode.shape,
  effects: z
    .array(z.strictObject({ ...Effect.partial().shape, sensor: Effect.shape.sensor }))
    .max(200)
    .optional(),
});

export const Configuration = z
  .strictObject({
    ...PROFILE_FIELDS,
    sampling_interval_minutes: PROFILE_FIELDS.sampling_interval_minutes.optional(),
    sensors: z.array(ConfiguredSensor).min(1).max(200),
    failure_modes: z.array(ConfiguredMode).max(50).default([]),
  })
  .superRefine(addBrokenRules);
export type Configuration = z.infer<typeof Configuration>;

/** Other words that people use for the fields of a configuration, and for a sensor's type. Python reads this too. */
export const ALIASES = {
  profile: {
    id: 'machine_id',
    type: 'machine_type',
    maker: 'manufacturer',
    vendor: 'manufacturer',
    interval_minutes: 'sampling_interval_minutes',
    sampling_minutes: 'sampling_interval_minutes',
    failures: 'failure_modes',
    operating_parameters: 'operational_parameters',
    parameters: 'operational_parameters',
  },
  sensor: {
    sensor: 'name',
    units: 'unit',
    data_type: 'type',
    dtype: 'type',
    desc: 'description',
    min: 'physical_min',
    minimum: 'physical_min',
    min_value: 'physical_min',
    max: 'physical_max',
    maximum: 'physical_max',
    max_value: 'physical_max',
    nominal: 'normal',
    typical: 'normal',
    baseline: 'normal',
    normal_value: 'normal',
    warn: 'warning',
    alarm: 'warning',
    warning_limit: 'warning',
    critical: 'trip',
    trip_limit: 'trip',
    shutdown: 'trip',
    noise: 'noise_std',
    drift: 'drift_std',
    values: 'categories',
    levels: 'categories',
    states: 'categories',
    options: 'categories',
  },
  failureMode: {
    mode: 'name',
    failure_mode: 'name',
    type: 'name',
    desc: 'description',
    share: 'probability',
    weight: 'probability',
    sensors: 'effects',
  },
  /** A list of the lowest and the highest value. */
  range: ['range', 'physical_range', 'valid_range'],
  types: {
    numeric: 'numerical',
    number: 'numerical',
    float: 'numerical',
    double: 'numerical',
    real: 'numerical',
    continuous: 'numerical',
    analog: 'numerical',
    int: 'integer',
    count: 'integer',
    counter: 'integer',
    bool: 'boolean',
    binary: 'boolean',
    digital: 'boolean',
    flag: 'boolean',
    switch: 'boolean',
    category: 'categorical',
    enum: 'categorical',
    nominal: 'categorical',
    state: 'categorical',
    string: 'categorical',
  },
} as const;

type Fields = Record<string, unknown>;

/**
 * A configuration in the contract's own words: without nulls, which say no more than a missing field, and with the
 * aliases replaced. Whatever it does not understand stays, for the schema to refuse.
 * GAN/gan/machine/written.py does the same.
 */
export function inOwnWords(given: object): Fields {
  const { sensors, failure_modes, ...rest } = renamed(withoutNulls(given) as Fields, ALIASES.profile);
  return {
    ...rest,
    ...(sensors === undefined ? {} : { sensors: listOf(sensors, (each) => sensorInOwnWords(each)) }),
    ...(failure_modes === undefined ? {} : { failure_modes: listOf(failure_modes, (each) => modeInOwnWords(each)) }),
  };
}

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isFields(value)) return value;
  const kept = Object.entries(value).filter(([, item]) => item !== null);
  return Object.fromEntries(kept.map(([key, item]) => [key, withoutNulls(item)]));
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An alias stays as it is where its field is given too: one of the two would be lost. */
function renamed(fields: Fields, aliases: Readonly<Record<string, string>>): Fields {
  const taken = new Set(Object.keys(fields));
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => {
      const name = Object.hasOwn(aliases, key) ? (aliases[key] ?? key) : key;
      if (name === key || taken.has(name)) return [key, value];
      taken.add(name);
      return [name, value];
    }),
  );
}

/** Each of a list. An object is a list of things by name. */
function listOf(value: unknown, each: (item: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map(each);
  if (!isFields(value)) return value;
  return Object.entries(value).map(([name, item]) =>
    each(isFields(item) ? { name, ...item } : { name, description: item }),
  );
}

function sensorInOwnWords(given: unknown): unknown {
  if (!isFields(given)) return given;
  const sensor = renamed(given, ALIASES.sensor);
  for (const name of ALIASES.range) {
    const range = sensor[name];
    if (!Array.isArray(range) || range.length !== 2 || 'physical_min' in sensor || 'physical_max' in sensor) continue;
    [sensor['physical_min'], sensor['physical_max']] = range as unknown[];
    Reflect.deleteProperty(sensor, name);
  }
  if (typeof sensor['type'] === 'string') sensor['type'] = typeOf(sensor['type']);
  const code = codeOf(sensor['normal'], sensor);
  return code === null ? sensor : { ...sensor, normal: code };
}

function typeOf(word: string): string {
  const plain = word.trim().toLowerCase();
  const types: Readonly<Record<string, string>> = ALIASES.types;
  return Object.hasOwn(types, plain) ? (types[plain] ?? plain) : plain;
}

/** The code of a word of a boolean or categorical sensor; null where it is none. */
function codeOf(value: unknown, { type, categories }: Fields): number | null {
  if (type === 'boolean' && typeof value === 'boolean') return Number(value);
  if (type !== 'categorical' || typeof value !== 'string' || !Array.isArray(categories)) return null;
  const code = categories.indexOf(value);
  return code < 0 ? null : code;
}

/** A failure mode may be just its name, in any words: they become its description. */
function modeInOwnWords(given: unknown): unknown {
  const mode: unknown = typeof given === 'string' ? { name: given } : given;
  if (!isFields(mode)) return mode;
  const { name, ...rest } = renamed(mode, ALIASES.failureMode);
  // The names of the sensors that it moves say enough: how far is proposed.
  if (Array.isArray(rest['effects']))
    rest['effects'] = rest['effects'].map(
      (effect) => (typeof effect === 'string' ? { sensor: effect } : effect) as unknown,
    );
  const slug = typeof name === 'string' ? slugOf(name) : name;
  if (slug === name) return { ...(name === undefined ? {} : { name }), ...rest };
  return { name: slug, ...(rest['description'] === undefined ? { description: name } : {}), ...rest };
}

/** Words as a name; text that gives none, or is one, stays as it is. */
function slugOf(text: string): string {
  if (/^[a-z][a-z0-9_]*$/.test(text) || !/^[A-Za-z][A-Za-z0-9 _/&,.()-]*$/.test(text)) return text;
  return text
    .replaceAll(/([a-z0-9])(?=[A-Z])/g, '$1_')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_')
    .replaceAll(/^_+|_+$/g, '');
}
