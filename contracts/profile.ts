import { z } from 'zod';
import { DEGRADATIONS, MACHINE_TYPES } from './machine-types.js';
import { MachineId, MachineType } from './parameters.js';
import { CONTROL } from './printable.js';

/**
 * A machine's configuration, as a person writes it in GAN/fleet/{machine_id}.json: what is measured, within which
 * limits, what wears and what that does to the sensors. This is its definition: Python checks it with the JSON Schema
 * that `npm run schema` exports, and with the same rules between fields (GAN/gan/machine/validation.py).
 * test/contracts/configurations.json holds both to the same answers.
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

export const Sensor = z.strictObject({
  name: SensorName,
  unit: text(32),
  type: z.literal('numerical').default('numerical'),
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
});

const Degradation = z.enum(DEGRADATIONS);

export const Wear = z.strictObject({
  max_rul_hours: z.number().gt(0).max(1e9).optional(),
  degradation: Degradation.optional(),
  life_cv: z.number().min(0.01).max(0.6).optional(),
});

const Effect = z.strictObject({
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

export const Profile = z
  .strictObject({
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
  })
  .superRefine((profile, context) => {
    for (const { path, message } of brokenRules(profile)) context.addIssue({ code: 'custom', path, message });
  });

export type Profile = z.infer<typeof Profile>;
type Sensor = z.infer<typeof Sensor>;

interface Broken {
  path: (string | number)[];
  message: string;
}

/** The rules between fields, which JSON Schema cannot express. GAN/gan/machine/validation.py has the same. */
function brokenRules(profile: Profile): Broken[] {
  const sensors = profile.sensors.map((sensor) => sensor.name);
  return [
    ...profile.sensors.flatMap((sensor, at) => limitsOutOfOrder(sensor, ['sensors', at])),
    ...twins(sensors, 'sensors'),
    ...nothingMeasured(profile.sensors),
    ...twins(
      profile.failure_modes.map((mode) => mode.name),
      'failure_modes',
    ),
    ...profile.failure_modes.flatMap((mode, at) =>
      mode.effects.flatMap(({ sensor }, effect) =>
        sensors.includes(sensor)
          ? []
          : [{ path: ['failure_modes', at, 'effects', effect, 'sensor'], message: 'must be one of the sensors' }],
      ),
    ),
    ...controlInKeys(Object.keys(profile.operational_parameters)),
    ...tooManyRows(profile),
  ];
}

/** A limit is passed on the way from normal to trip, up or down: first the warning, then the trip. */
function limitsOutOfOrder(sensor: Sensor, at: (string | number)[]): Broken[] {
  const { physical_min: min, physical_max: max, normal, warning, trip, resolution } = sensor;
  if (min >= max) return [{ path: [...at, 'physical_min'], message: `must be below physical_max ${max}` }];
  if (normal < min || normal > max) return [{ path: [...at, 'normal'], message: `must lie in ${min} to ${max}` }];
  if ((resolution ?? 0) > max - min)
    return [{ path: [...at, 'resolution'], message: 'must be at most physical_max − physical_min' }];
  if (warning == null || trip == null) return [];
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

function nothingMeasured(sensors: Sensor[]): Broken[] {
  const set = sensors.every(({ role }) => role === 'setting');
  return set ? [{ path: ['sensors', 0, 'role'], message: 'must be left out of one sensor: nothing is measured' }] : [];
}

const KEY = new RegExp(`^[^${CONTROL}]{1,64}$`, 'u');

function controlInKeys(keys: string[]): Broken[] {
  const message = 'must have a name of 1 to 64 characters, without control characters';
  return keys.filter((key) => !KEY.test(key)).map((key) => ({ path: ['operational_parameters', key], message }));
}

function tooManyRows({ machine_type, sampling_interval_minutes, wear }: Profile): Broken[] {
  const hours = wear?.max_rul_hours ?? MACHINE_TYPES[machine_type].maxRulHours;
  if ((hours * 60) / sampling_interval_minutes <= MAX_RUN_ROWS) return [];
  const path = wear?.max_rul_hours === undefined ? ['sampling_interval_minutes'] : ['wear', 'max_rul_hours'];
  const message =
    `must leave ${MAX_RUN_ROWS} rows in the longest run at most: ` +
    `${hours} h of a row every ${sampling_interval_minutes} min are more`;
  return [{ path, message }];
}
