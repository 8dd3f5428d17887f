import type { ZodType } from 'zod';
import { describeProblems } from '../contracts/problems.js';
import { ManagerError, REFUSAL } from './errors.js';

/** @throws ManagerError naming every field that is wrong, its value and what is allowed */
export function check<T>(schema: ZodType<T>, given: unknown): T {
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new ManagerError(REFUSAL.invalidInput, describeProblems(parsed.error, given, schema).join('\n       '));
}
