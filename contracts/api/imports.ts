import { z } from 'zod';
import { MachineId, MachineType } from '../parameters.js';

const text = (most: number) => z.string().max(most).optional();
const flag = z.boolean().optional();
const amount = z.number().positive().max(1e9).optional();
const names = z.array(z.string().max(1000)).max(1000).optional();
const pairs = z.record(z.string().max(1000), z.string().max(1000)).optional();

/** How recorded rows are read. Each field is a flag of import_seed.py, which says what its value may be. */
export const ImportOptions = z
  .strictObject({
    /** Sensor, or role such as timestamp, run_id, rul, failure_mode, cycle → column. */
    map: pairs,
    /** Sensor → unit. */
    units: pairs,
    format: text(20),
    delimiter: text(4),
    columns: names,
    drop: names,
    decimal: text(1),
    missing: text(1000),
    gapHours: amount,
    intervalMinutes: amount,
    resample: amount,
    timeUnit: text(20),
    dateOrder: text(3),
    timeZone: text(60),
    censored: names,
    /** Names of sensors, a,b,…, or none. */
    settings: text(2000),
    failureMode: text(200),
    noFailures: flag,
    splitAtFailures: flag,
    machineType: MachineType.optional(),
    manufacturer: text(200),
    model: text(200),
    description: text(2000),
    /** Make the profile from the rows even if the machine has one. */
    newProfile: flag,
    /** Replace rows that were imported before. */
    replace: flag,
  })
  .meta({ id: 'ImportOptions' });
export type ImportOptions = z.infer<typeof ImportOptions>;

/** A file that was sent to be imported. It is kept for a day. */
export const Upload = z
  .object({ id: z.uuid(), name: z.string(), bytes: z.number().int().nonnegative() })
  .meta({ id: 'Upload' });
export type Upload = z.infer<typeof Upload>;

export const ImportRequest = z
  .object({ upload: z.uuid(), options: ImportOptions.prefault({}) })
  .meta({ id: 'ImportRequest' });
export type ImportRequest = z.input<typeof ImportRequest>;

export const Imported = z.object({ machineId: MachineId, summary: z.string() }).meta({ id: 'Imported' });
export type Imported = z.infer<typeof Imported>;
