import { z } from 'zod';
import { DEGRADATIONS, MACHINE_TYPES } from './machine-types.js';
import { MachineId, MachineType } from './parameters.js';
import { CONTROL } from './printable.js';

/**
 * A machine's profile: what is measured, within which limits, what wears and what that does to the sensors. In a
 * configuration (configuration.ts), which a person writes, much of it may be missing. This is the definition of both:
 * Python checks them with the JSON Schemas that `npm run schema` exports, and with the same rules between fields
 * (GAN/gan/machine/validation.py). test/contracts/configurations.json holds both to the same answers.
 */
const RESERVED = ['timestamp', 'rul', 'failure_mode', 'run_id'];
const NAME = '[a-z][a-z0-9_]{0,63}';
const NAME_WORDS =
  'a name of lower-case letters, digits and underscores, beginning with a letter, 64 characters at most';

/** More rows in a run than this no model could learn from, nor memory hold for many sensors. */
export const MAX_RUN_ROWS = 1_000_000;

/** Physical quantities: anything beyond is a mistake, and would overflow when squared. */
const quantity = () => z.number().min(-1e15).max(1e15).meta({ allowed: 'a number within ±1e15' });
const spread = () => z.number().min(0).max(1e15).meta({ allowed: 'a number of at least 0, at most 1e15' });
const step = () => z.number().min(1e-12).max(1e15).meta({ allowed: 'a number of at least 1e-12, at most 1e15' });
/** A share is relative to the others of its list. */
const share = () => z.number().min(1e-6).max(1e6);

/** Text a person wrote: one line, no control characters. Its length counts characters, not UTF-16 code units. */
const text = (most: number, least = 0) =>
  z
    .string()
    .regex(new RegExp(`^[^${CONTROL}]{${least},${most}}$`, 'u'))
    .meta({
      allowed:
        `text of ${least === 0 ? `${most} characters at most` : `${least} to ${most} characters`}, ` +
        'without control characters',
    });

const name = () =>
  z
    .string()
    .regex(new RegExp(`^${NAME}$`))
    .meta({ allowed: NAME_WORDS });

const SensorName = z
  .string()
  .regex(new RegExp(`^(?!(?:${RESERVED.join('|')})$)${NAME}$`))
  .meta({ allowed: `${NAME_WORDS}, and not ${RESERVED.join(', ')}`, reserved: RESERVED });

/** boolean: 0 and 1. categorical: the index of a category. Both are coded: their numbers are codes. */
export const SENSOR_TYPES = ['numerical', 'integer', 'boolean', 'categorical'] as const;

/** Which fields nobody gave, and what the values proposed for them rest on. */
const Assumed = z.record(z.string(), text(2000)).optional();

export const Sensor = z.strictObject({
  name: SensorName,
  unit: text(32),
  type: z.enum(SENSOR_TYPES).default('numerical'),
  description: text(2000).default(''),
  physical_min: quantity(),
  physical_max: quantity(),
  normal: quantity(),
  warning: quantity().nullish(),
  trip: quantity().nullish(),
  noise_std: spread(),
  drift_std: spread().default(0),
  load_gain: quantity().default(0),
  ambient_gain: quantity().default(0),
  limit_basis: text(2000).nullish(),
  /** Values are whole multiples of it; none: they are continuous. */
  resolution: step().nullish(),
  /** setting: it is set and not measured, such as a speed or a recipe; the other sensors follow it. */
  role: z.literal('setting').nullish(),
  /** What a categorical sensor says, in an order that load and wear may move it through. */
  categories: z.array(text(64, 1)).min(2).max(50).optional(),
  /** It never changes: the value that it has in every row. */
  constant: quantity().optional(),
  assumed: Assumed,
});

const Degradation = z.enum(DEGRADATIONS);

export const Wear = z.strictObject({
  max_rul_hours: z.number().gt(0).max(1e9).optional(),
  degradation: Degradation.optional(),
  life_cv: z.number().min(0.01).max(0.6).optional(),
});

export const Effect = z.strictObject({
  sensor: text(64),
  direction: z.enum(['up', 'down']),
  strength: z.number().gt(0).max(1.5),
  onset: z.number().min(0).max(0.95).default(0),
});

export const FailureMode = z.strictObject({
  name: name(),
  description: text(2000).default(''),
  probability: share().default(1),
  degradation: Degradation.nullish(),
  effects: z.array(Effect).max(200),
  assumed: Assumed,
});

export const Regime = z.strictObject({
  name: text(64),
  load: z.number().min(0).max(100),
  share: share(),
  mean_dwell_hours: z.number().min(1e-6).max(1e6),
});

const Operating = z.strictObject({
  regimes: z
    .array(Regime)
    .min(1)
    .max(6)
    .default([{ name: 'rated', load: 1, share: 1, mean_dwell_hours: 24 }]),
  ambient_mean_c: z.number().min(-273.15).max(2000).default(20),
  ambient_daily_swing_c: z.number().min(0).max(1000).default(3),
});

/** The profile's fields, without the rules between them. */
export const PROFILE_FIELDS = {
  machine_id: MachineId,
  machine_type: MachineType,
  manufacturer: text(200).default(''),
  model: text(200).default(''),
  description: text(2000).default(''),
  sampling_interval_minutes: z.number().min(1e-7).max(1e6),
  sensors: z.array(Sensor).min(1).max(200),
  operational_parameters: z.record(z.string(), z.union([quantity(), text(2000)])).default({}),
  failure_modes: z.array(FailureMode).max(50).default([]),
  operating: Operating.optional(),
  wear: Wear.optional(),
  assumed: Assumed,
};

export const Profile = z.strictObject(PROFILE_FIELDS).superRefine(addBrokenRules);

export type Profile = z.infer<typeof Profile>;

/** What the rules between fields look at: of a profile, or of a configuration that lacks some of it. */
interface Ruled {
  machine_type: Profile['machine_type'];
  sampling_interval_minutes?: number | undefined;
  sensors: { [Field in keyof z.infer<typeof Sensor>]?: z.infer<typeof Sensor>[Field] | undefined }[];
  failure_modes?: { name: string; effects?: { sensor: string }[] | undefined }[] | undefined;
  operational_parameters?: Record<string, unknown> | undefined;
  wear?: z.infer<typeof Wear> | undefined;
}

interface Broken {
  path: (string | number)[];
  message: string;
}

export function addBrokenRules(given: Ruled, context: z.RefinementCtx): void {
  for (const { path, message } of brokenRules(given)) context.addIssue({ code: 'custom', path, message });
}

/** The rules between fields, which JSON Schema cannot express. GAN/gan/machine/validation.py has the same. */
function brokenRules(profile: Ruled): Broken[] {
  const sensors = profile.sensors.map((sensor) => sensor.name ?? '');
  const modes = profile.failure_modes ?? [];
  return [
    ...profile.sensors.flatMap((sensor, at) => [
      ...notOfItsType(sensor, ['sensors', at]),
      ...limitsOutOfOrder(sensor, ['sensors', at]),
    ]),
    ...twins(sensors, 'sensors'),
    ...nothingMeasured(profile.sensors),
    ...twins(
      modes.map((mode) => mode.name),
      'failure_modes',
    ),
    ...modes.flatMap((mode, at) =>
      (mode.effects ?? []).flatMap(({ sensor }, effect) =>
        sensors.includes(sensor)
          ? []
          : [{ path: ['failure_modes', at, 'effects', effect, 'sensor'], message: 'must be one of the sensors' }],
      ),
    ),
    ...controlInKeys(Object.keys(profile.operational_parameters ?? {})),
    ...tooManyRows(profile),
  ];
}

type RuledSensor = Ruled['sensors'][number];

/** What follows from a sensor's type. */
function notOfItsType(sensor: RuledSensor, at: (string | number)[]): Broken[] {
  const { type = 'numerical', categories, resolution, physical_min: min, physical_max: max } = sensor;
  const broken = (field: string, message: string) => [{ path: [...at, field], message }];
  if (type === 'categorical' && categories === undefined) return broken('categories', 'missing');
  if (type !== 'categorical' && categories !== undefined)
    return broken('categories', 'must be left out where the type is not categorical');
  if (categories !== undefined && new Set(categories).size < categories.length)
    return broken('categories', 'must have each word once');
  if (type === 'integer' && resolution != null && !Number.isInteger(resolution))
    return broken('resolution', 'must be whole for integers');
  if (type === 'numerical' || type === 'integer') return [];
  const last = (categories?.length ?? 2) - 1;
  if (resolution != null && resolution !== 1) return broken('resolution', 'must be 1 for codes');
  if ((min ?? 0) !== 0) return broken('physical_min', 'must be 0 for codes');
  return (max ?? last) === last ? [] : broken('physical_max', `must be ${last}, the last code`);
}

/** A limit is passed on the way from normal to trip, up or down: first the warning, then the trip. */
function limitsOutOfOrder(sensor: RuledSensor, at: (string | number)[]): Broken[] {
  const { physical_min: min = -Infinity, physical_max: max = Infinity } = sensor;
  const { normal, warning, trip, resolution, constant } = sensor;
  const outside = (value: number | undefined) => value !== undefined && (value < min || value > max);
  if (min >= max) return [{ path: [...at, 'physical_min'], message: `must be below physical_max ${max}` }];
  if (outside(normal)) return [{ path: [...at, 'normal'], message: `must lie in ${min} to ${max}` }];
  if (outside(constant)) return [{ path: [...at, 'constant'], message: `must lie in ${min} to ${max}` }];
  if ((resolution ?? 0) > max - min)
    return [{ path: [...at, 'resolution'], message: 'must be at most physical_max − physical_min' }];
  if (normal === undefined || warning == null || trip == null) return [];
  const up = normal <= warning && warning <= trip;
  const down = normal >= warning && warning >= trip;
  if ((up || down) && trip !== normal) return [];
  return [{ path: [...at, 'warning'], message: `must lie between normal ${normal} and trip ${trip}` }];
}

function twins(names: string[], field: string): Broken[] {
  return names.flatMap((name, at) =>
    names.indexOf(name) < at ? [{ path: [field, at, 'name'], message: 'stands twice; names must be unique' }] : [],
  );
}

function nothingMeasured(sensors: RuledSensor[]): Broken[] {
  const set = sensors.every(({ role }) => role === 'setting');
  return set ? [{ path: ['sensors', 0, 'role'], message: 'must be left out of one sensor: nothing is measured' }] : [];
}

const KEY = new RegExp(`^[^${CONTROL}]{1,64}$`, 'u');

function controlInKeys(keys: string[]): Broken[] {
  const message = 'must have a name of 1 to 64 characters, without control characters';
  return keys.filter((key) => !KEY.test(key)).map((key) => ({ path: ['operational_parameters', key], message }));
}

function tooManyRows({ machine_type, sampling_interval_minutes, wear }: Ruled): Broken[] {
  if (sampling_interval_minutes === undefined) return [];
  const hours = wear?.max_rul_hours ?? MACHINE_TYPES[machine_type].maxRulHours;
  if ((hours * 60) / sampling_interval_minutes <= MAX_RUN_ROWS) return [];
  const path = wear?.max_rul_hours === undefined ? ['sampling_interval_minutes'] : ['wear', 'max_rul_hours'];
  const message =
    `must leave ${MAX_RUN_ROWS} rows in the longest run at most: ` +
    `${hours} h of a row every ${sampling_interval_minutes} min are more`;
  return [{ path, message }];
}
