import type { WorkerOptions } from '@temporalio/worker';

/**
 * Errors that end a workflow with a failure. Otherwise Temporal would retry the same code for ever, and the run would
 * hang. What other code can repair (nondeterminism, after a deployment) is not among them.
 */
export const FAILING_ERRORS: NonNullable<WorkerOptions['workflowFailureErrorTypes']> = {
  '*': ['TypeError', 'RangeError', 'ReferenceError', 'SyntaxError', 'EvalError', 'URIError'],
};
