import { FAILURE } from '../contracts/failures.js';

/** Who must act on an error: a failure's type where it is one, or what only a person's request can run into. */
export const REFUSAL = {
  ...FAILURE,
  /** What is asked for is not there: no such run, no running step. */
  notFound: 'NotFound',
  /** What is to be started is under way already. */
  underWay: 'UnderWay',
  /** There is nothing to do: nobody's mistake. */
  nothingToDo: 'NothingToDo',
} as const;

/** An error that a person can act on: what, and what next. The skins make an exit or HTTP status of its type. */
export class ManagerError extends Error {
  override readonly name = 'ManagerError';

  /** @param type one of REFUSAL, or what another SDK or Temporal itself calls it */
  constructor(
    readonly type: string,
    message: string,
    readonly hint: string | null = null,
    /** The failure's own code, e.g. DISK_FULL, and the field that is wrong, where there is one. */
    readonly code: string | null = null,
    readonly field: string | null = null,
  ) {
    super(message);
  }
}
