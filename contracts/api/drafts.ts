import { z } from 'zod';
import { MachineId, MachineType, StepParameters } from '../parameters.js';

/** A machine's configuration as it was written: a form may not know all of its fields. */
export const Configuration = z.record(z.string(), z.unknown()).meta({ id: 'Configuration' });
export type Configuration = z.infer<typeof Configuration>;

/** What is asked about a draft. */
export const DraftQuestion = z
  .object({
    draft: Configuration,
    /** Whether to simulate some runs too. */
    preview: z.boolean().default(false),
  })
  .meta({ id: 'DraftQuestion' });
export type DraftQuestion = z.input<typeof DraftQuestion>;

/** Whether a machine may have this id. */
export const IdCheck = z
  .object({
    id: z.string(),
    /** Why not; null: it may. */
    problem: z.string().nullable(),
    /** Whether a machine of the fleet has it. */
    taken: z.boolean(),
  })
  .meta({ id: 'IdCheck' });
export type IdCheck = z.infer<typeof IdCheck>;

/** A machine of the fleet whose configuration another one can start from. */
export const Template = z
  .object({
    machineId: MachineId,
    machineType: MachineType,
    manufacturer: z.string(),
    model: z.string(),
    sensors: z.array(z.string()),
    failureModes: z.array(z.string()),
  })
  .meta({ id: 'Template' });
export type Template = z.infer<typeof Template>;
export const Templates = z.object({ templates: z.array(Template) }).meta({ id: 'Templates' });
export type Templates = z.infer<typeof Templates>;

export const NewMachine = z
  .object({
    configuration: Configuration,
    /** Replace the machine of that id. */
    replace: z.boolean().default(false),
  })
  .meta({ id: 'NewMachine' });
export type NewMachine = z.input<typeof NewMachine>;

export const CreatedMachine = z.object({ machineId: MachineId }).meta({ id: 'CreatedMachine' });
export type CreatedMachine = z.infer<typeof CreatedMachine>;

export const EstimateQuestion = z
  .object({
    parameters: StepParameters.prefault({}),
    /** How many sensors the machine has; null: as many as the others. */
    sensors: z.number().int().positive().nullable().default(null),
  })
  .meta({ id: 'EstimateQuestion' });
export type EstimateQuestion = z.input<typeof EstimateQuestion>;

/** How long a machine's steps may take, from how long those of others took. */
export const Estimate = z
  .object({
    /** Null: no machine has a history yet. */
    seconds: z.number().nullable(),
    /** How many machines it rests on. */
    machines: z.number().int(),
    steps: z.array(z.object({ step: z.string(), seconds: z.number() })),
  })
  .meta({ id: 'Estimate' });
export type Estimate = z.infer<typeof Estimate>;
