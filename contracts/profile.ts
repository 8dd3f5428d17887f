import { z } from 'zod';
import { MachineId, MachineType } from './parameters.js';

/**
 * A machine's configuration, as a person writes it in GAN/fleet/{machine_id}.json: what is measured, within which
 * limits, what wears and what that does to the sensors. The Python side reads the same file by the same rules.
 */
const Name = z
  .string()
  .max(64, 'a name has 64 characters at most')
  .regex(/^[a-z][a-z0-9_]*$/, 'a name is lower-case letters, digits and underscores, beginning with a letter');

const RESERVED = ['timestamp', 'rul', 'failure_mode', 'run_id'];

export const Sensor = z
  .strictObject({
    name: Name.refine((name) => !RESERVED.includes(name), `a sensor may not be called ${RESERVED.join(', ')}`),
    unit: z.string().max(32),
    type: z.literal('numerical'),
    description: z.string().default(''),
    physical_min: z.number(),
    physical_max: z.number(),
    normal: z.number(),
    warning: z.number().nullish(),
    trip: z.number().nullish(),
    noise_std: z.number().nonnegative(),
    drift_std: z.number().nonnegative(),
    load_gain: z.number().default(0),
    ambient_gain: z.number().default(0),
    limit_basis: z.string().nullish(),
  })
  .superRefine((sensor, context) => {
    if (sensor.physical_min >= sensor.physical_max) {
      context.addIssue({
        code: 'custom',
        path: ['physical_min'],
        message: `must be below physical_max ${sensor.physical_max}`,
      });
    } else if (sensor.normal < sensor.physical_min || sensor.normal > sensor.physical_max) {
      context.addIssue({
        code: 'custom',
        path: ['normal'],
        message: `must lie in ${sensor.physical_min} to ${sensor.physical_max}`,
      });
    }
    refuseLimitsOutOfOrder(sensor, context);
  });

/** How damage grows; what each word means stands in GAN/gan/simulation/physics.py. */
const Degradation = z.enum(['slow', 'medium', 'fast', 'exponential']);

export const Wear = z.strictObject({
  max_rul_hours: z.number().positive().optional(),
  degradation: Degradation.optional(),
  life_cv: z.number().min(0.01).max(0.6).optional(),
});

/** A limit is passed on the way from normal to trip, whichever way that is: first the warning, then the trip. */
function refuseLimitsOutOfOrder(
  { normal, warning, trip }: { normal: number; warning?: number | null | undefined; trip?: number | null | undefined },
  context: z.RefinementCtx,
): void {
  if (warning == null || trip == null) return;
  const up = normal <= warning && warning <= trip;
  const down = normal >= warning && warning >= trip;
  if ((up || down) && trip !== normal) return;
  context.addIssue({
    code: 'custom',
    path: ['warning'],
    message: `must lie between normal ${normal} and trip ${trip}`,
  });
}

export const FailureMode = z.strictObject({
  name: Name,
  description: z.string().default(''),
  probability: z.number().positive(),
  degradation: Degradation.nullish(),
  effects: z.array(
    z.strictObject({
      sensor: z.string(),
      direction: z.enum(['up', 'down']),
      strength: z.number().positive().max(1.5),
      onset: z.number().min(0).max(0.95),
    }),
  ),
});

export const Regime = z.strictObject({
  name: z.string(),
  load: z.number().min(0),
  share: z.number().positive(),
  mean_dwell_hours: z.number().positive(),
});

export const Profile = z
  .strictObject({
    machine_id: MachineId,
    machine_type: MachineType,
    manufacturer: z.string().default(''),
    model: z.string().default(''),
    description: z.string().default(''),
    sampling_interval_minutes: z.number().positive(),
    sensors: z
      .array(Sensor)
      .min(1, 'a profile needs at least one sensor')
      .max(200, 'a profile has 200 sensors at most'),
    operational_parameters: z.record(z.string(), z.union([z.number(), z.string()])).default({}),
    failure_modes: z.array(FailureMode).default([]),
    operating: z
      .strictObject({
        regimes: z.array(Regime).min(1).max(6),
        ambient_mean_c: z.number(),
        ambient_daily_swing_c: z.number().nonnegative(),
      })
      .optional(),
    wear: Wear.optional(),
  })
  .superRefine((profile, context) => {
    const sensors = profile.sensors.map((sensor) => sensor.name);
    refuseTwins(sensors, 'sensors', context);
    refuseTwins(
      profile.failure_modes.map((mode) => mode.name),
      'failure_modes',
      context,
    );
    for (const [at, mode] of profile.failure_modes.entries()) {
      for (const [effectAt, effect] of mode.effects.entries()) {
        if (!sensors.includes(effect.sensor)) {
          context.addIssue({
            code: 'custom',
            path: ['failure_modes', at, 'effects', effectAt, 'sensor'],
            message: 'is not one of the sensors',
          });
        }
      }
    }
  });

export type Profile = z.infer<typeof Profile>;

function refuseTwins(names: string[], field: string, context: z.RefinementCtx): void {
  for (const [at, name] of names.entries()) {
    if (names.indexOf(name) < at)
      context.addIssue({ code: 'custom', path: [field, at, 'name'], message: 'stands twice; names must be unique' });
  }
}
