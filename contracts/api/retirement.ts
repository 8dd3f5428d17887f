import { z } from 'zod';
import { MachineId } from '../parameters.js';

/** A machine that left the fleet, with all that was its own. */
export const RetiredMachine = z.object({
  machineId: MachineId,
  machineType: z.string(),
  manufacturer: z.string(),
  model: z.string(),
  /** ISO 8601. */
  retiredAt: z.string(),
  /** Where its files are. */
  where: z.string(),
});
export type RetiredMachine = z.infer<typeof RetiredMachine>;

export const RetiredMachines = z.object({ machines: z.array(RetiredMachine) }).meta({ id: 'RetiredMachines' });
export type RetiredMachines = z.infer<typeof RetiredMachines>;

/** Its id again: nobody takes a machine out of the fleet by mistake. */
export const RetireRequest = z.strictObject({ confirm: MachineId }).meta({ id: 'RetireRequest' });

/** Which files were moved, by their keys, and where they are. */
export const Moved = z
  .object({ summary: z.string(), files: z.array(z.string()), where: z.string() })
  .meta({ id: 'Moved' });
export type Moved = z.infer<typeof Moved>;
