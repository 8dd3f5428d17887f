import { ApplicationFailure } from '@temporalio/workflow';
import { FAILURE } from '../contracts/failures.js';
import type { FailureDetail } from '../contracts/failures.js';

/**
 * A field that a workflow needs before an activity can check its whole input, because it names the account. Anyone may
 * start a workflow with anything: a type guarantees nothing here.
 * @throws ApplicationFailure InvalidInput
 */
export function requiredText(input: unknown, field: string, workflow: string): string {
  const value = typeof input === 'object' && input !== null ? (input as Record<string, unknown>)[field] : undefined;
  if (typeof value === 'string' && value !== '') return value;
  const detail: FailureDetail = { code: FAILURE.invalidInput, hint: null, field };
  throw ApplicationFailure.create({
    type: FAILURE.invalidInput,
    message: `${workflow}: ${field}: must be text (got ${shown(input, value)})`,
    nonRetryable: true,
    details: [detail],
  });
}

function shown(input: unknown, value: unknown): string {
  if (typeof input !== 'object' || input === null) return `${String(input).slice(0, 40)} as its whole input`;
  return value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 40);
}
