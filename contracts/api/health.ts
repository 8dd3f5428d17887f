import { z } from 'zod';
import { HealthData } from '../health.js';

/** Which of each machine's artifacts exist and are valid: each was read and checked. */
export const HealthReport = HealthData.extend({ checkedAt: z.number() }).meta({ id: 'HealthReport' });
export type HealthReport = z.infer<typeof HealthReport>;
