import { FAILURES } from '../contracts/failures.js';

/** Exit statuses of the command line: those of the scripts (contract 1). */
export const EXIT = {
  ok: 0,
  failed: FAILURES.crashed.exitStatus,
  invalid: FAILURES.invalidInput.exitStatus,
  missing: FAILURES.missingPrerequisite.exitStatus,
  validation: FAILURES.validationFailed.exitStatus,
  resource: FAILURES.resource.exitStatus,
  interrupted: FAILURES.interrupted.exitStatus,
} as const;
