/**
 * Failure types: the `type` of every ApplicationFailure this project raises. Each says who must act.
 * Plain data: workflow code imports this module, so it must import nothing.
 */
export const FAILURE = {
  /** The input is wrong; a person corrects it. Never retried. */
  invalidInput: 'InvalidInput',
  /** An earlier step's output, a script, Python or its packages are missing; the hint names the command. Never retried. */
  missingPrerequisite: 'MissingPrerequisite',
  /** The data did not pass validation; what was published stays. Never retried. */
  validationFailed: 'ValidationFailed',
  /** Memory, disk or the accelerator failed; retried with back-off. */
  resource: 'ResourceFailed',
  /** The process died or broke its contract; retried with back-off. */
  crashed: 'ProcessCrashed',
  /** The worker or the activity was asked to stop; a checkpoint is saved and the next attempt goes on from it. */
  interrupted: 'Interrupted',
  /** The same step of several attempts ended at the same point. Never retried. */
  noProgress: 'NoProgress',
  /** Another workflow holds the machine. */
  machineBusy: 'MachineBusy',
} as const;

export type FailureType = (typeof FAILURE)[keyof typeof FAILURE];

/** What an ApplicationFailure of this project carries in its first detail. */
export interface FailureDetail {
  code: string;
  hint: string | null;
  field: string | null;
}
