import { z } from 'zod';

/** What GAN/scripts/validate_all_models.py gives. */
export const HealthData = z.object({
  machines: z.array(z.object({ machineId: z.string(), metadata: z.boolean(), model: z.boolean(), data: z.boolean() })),
});
