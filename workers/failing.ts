import type { WorkerOptions } from '@temporalio/worker';

/**
 * What a workflow that meets it cannot get over: the run fails and says so. Otherwise Temporal would try the same code
 * again for ever, and the run would hang. What can be mended by other code of the same run (nondeterminism, after a
 * deployment) is not among them.
 */
export const FAILING_ERRORS: NonNullable<WorkerOptions['workflowFailureErrorTypes']> = {
  '*': ['TypeError', 'RangeError', 'ReferenceError', 'SyntaxError', 'EvalError', 'URIError'],
};
