import type { WorkflowHandle } from '@temporalio/client';
import type { ZodType } from 'zod';
import type { FleetRunInput, MachinePipelineInput } from '../contracts/parameters.js';
import { QUERY } from '../contracts/runs.js';

/** A field that was given with another value than the run has. */
export interface Difference {
  field: string;
  given: unknown;
  has: unknown;
}

/** What part of a request does not apply to a run that is under way; unknown while no worker answers. */
export type NotApplied = Difference[] | 'unknown';

/**
 * What was given and does not apply: a run keeps the input that it was started with.
 * @param given by the names that the fields have in the input or its parameters; undefined counts as not given
 */
export async function notApplied(
  given: Record<string, unknown>,
  handle: WorkflowHandle,
  schema: ZodType<FleetRunInput | MachinePipelineInput>,
): Promise<NotApplied> {
  if (Object.values(given).every((value) => value === undefined)) return [];
  const input = await handle.query(QUERY.input).catch(() => null);
  return input === null ? 'unknown' : differences(given, schema.parse(input));
}

/** Each field that was given with another value than the input has. */
export function differences(given: Record<string, unknown>, input: FleetRunInput | MachinePipelineInput): Difference[] {
  const has: Record<string, unknown> = { ...input, ...input.parameters };
  return Object.entries(given).flatMap(([field, value]) =>
    value === undefined || text(value) === text(has[field]) ? [] : [{ field, given: value, has: has[field] }],
  );
}

/** A switch that is off equals one that is not given. */
function text(value: unknown): string {
  return JSON.stringify(value === undefined || value === false ? null : value);
}
