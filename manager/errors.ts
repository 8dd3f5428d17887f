import { FAILURE } from '../contracts/failures.js';

/** Types of errors: those of failures, and those that only a person's request can run into. */
export const REFUSAL = {
  ...FAILURE,
  /** What was asked for does not exist: no such run, no running step. */
  notFound: 'NotFound',
  /** What should be started is already under way. */
  underWay: 'UnderWay',
  /** There is nothing to do: nobody's mistake. */
  nothingToDo: 'NothingToDo',
} as const;

/** An error that a person can act on: what, and what next. The skins turn its type into an exit or HTTP status. */
export class ManagerError extends Error {
  override readonly name = 'ManagerError';

  /** @param type one of REFUSAL, or what another SDK or Temporal itself calls it */
  constructor(
    readonly type: string,
    message: string,
    readonly hint: string | null = null,
    /** The failure's own code, e.g. DISK_FULL, and the field that is wrong, if there is one. */
    readonly code: string | null = null,
    readonly field: string | null = null,
  ) {
    super(message);
  }
}
