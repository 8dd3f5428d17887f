/**
 * Failures, each defined once: what Temporal calls it, the code and exit status of the scripts, and who must act.
 * `npm run schema` writes them to contracts/generated/ for Python and into the documents' tables.
 * Plain data: workflow code imports this module, so it must import nothing.
 */
export const FAILURES = {
  /** The process died or broke its contract; retried with back-off. */
  crashed: { type: 'ProcessCrashed', code: 'FAILED', exitStatus: 1, retryable: true, meaning: 'something failed' },
  /** The input is wrong; a person corrects it. */
  invalidInput: {
    type: 'InvalidInput',
    code: 'INVALID_INPUT',
    exitStatus: 2,
    retryable: false,
    meaning: 'invalid input',
  },
  /** An earlier step's output, a script, Python or its packages are missing; the hint names the command. */
  missingPrerequisite: {
    type: 'MissingPrerequisite',
    code: 'MISSING_PREREQUISITE',
    exitStatus: 3,
    retryable: false,
    meaning: 'a prerequisite is missing (the message names the command that makes it)',
  },
  /** The data did not pass validation; what was published stays. */
  validationFailed: {
    type: 'ValidationFailed',
    code: 'VALIDATION_FAILED',
    exitStatus: 4,
    retryable: false,
    meaning: 'data did not pass validation',
  },
  /** Memory, disk or the accelerator failed; retried with back-off. */
  resource: {
    type: 'ResourceFailed',
    code: 'RESOURCE_FAILED',
    exitStatus: 5,
    retryable: true,
    meaning: 'a resource failed, a retry may help',
  },
  /** The worker or the activity was asked to stop; a checkpoint is saved and the next attempt goes on from it. */
  interrupted: {
    type: 'Interrupted',
    code: 'INTERRUPTED',
    exitStatus: 75,
    retryable: true,
    meaning: 'interrupted, checkpoints saved',
  },
  /** Several attempts at a step ended at the same point. No script raises it: it carries the last attempt's message. */
  noProgress: { type: 'NoProgress', code: 'NO_PROGRESS', exitStatus: null, retryable: false, meaning: null },
  /** Another workflow holds the machine. */
  machineBusy: { type: 'MachineBusy', code: 'MACHINE_BUSY', exitStatus: null, retryable: false, meaning: null },
} as const satisfies Record<string, Failure>;

interface Failure {
  /** The `type` of the ApplicationFailure. */
  type: string;
  /** What a failure of this type is called when it has no code of its own, as DISK_FULL is one. */
  code: string;
  /** Exit status of the scripts and of the command line; null: 1, and no script ends so. */
  exitStatus: number | null;
  retryable: boolean;
  meaning: string | null;
}

type Failures = typeof FAILURES;
export type FailureType = Failures[keyof Failures]['type'];

/** The failures' types by their short names. */
export const FAILURE = Object.fromEntries(Object.entries(FAILURES).map(([name, { type }]) => [name, type])) as {
  [Name in keyof Failures]: Failures[Name]['type'];
};

/** The definition of a failure by its type; undefined for what another SDK or Temporal itself raised. */
export function definitionOf(type: string | null | undefined): Failure | undefined {
  return Object.values<Failure>(FAILURES).find((failure) => failure.type === type);
}

/** Exit status of a command that ends with a failure of this type. */
export function exitStatusOf(type: string | null | undefined): number {
  return definitionOf(type)?.exitStatus ?? FAILURES.crashed.exitStatus;
}

/** A failure's own code where it has one, e.g. DISK_FULL; null where it says no more than the type does. */
export function ownCode({ type, code }: { type: string; code: string }): string | null {
  return code === type || code === definitionOf(type)?.code ? null : code;
}

/** What a person reads before a failure's message: its type, and its own code where it has one. */
export function failureName(failure: { type: string; code: string }): string {
  const code = ownCode(failure);
  return code === null ? failure.type : `${failure.type} (${code})`;
}

/** What an ApplicationFailure of this project carries in its first detail. */
export interface FailureDetail {
  code: string;
  hint: string | null;
  field: string | null;
}
