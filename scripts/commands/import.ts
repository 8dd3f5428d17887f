import { ApplicationFailure } from '@temporalio/common';
import type { FailureDetail } from '../../contracts/failures.js';
import { MachineId } from '../../contracts/parameters.js';
import { check } from '../../manager/check.js';
import type { RowsAccount } from '../../contracts/rows-account.js';
import { ManagerError, REFUSAL } from '../../manager/errors.js';
import { RowsImport, checkRows, importRows } from '../../manager/recorded-rows.js';
import { print } from '../output.js';
import { accountText } from '../views/rows.js';
import { callersPath, control, currentProject } from '../project.js';

/** What commander makes of the options that scripts/syntax/import.ts declares. */
type ImportOptions = Record<string, string | boolean | undefined> & { csv: string; json?: boolean };

export async function importSeed(machineId: string, options: ImportOptions): Promise<void> {
  const id = check(MachineId, machineId);
  const { signal, note } = control();
  const told = (line: string) => {
    note(inCliFlags(line));
  };
  const request = importRequest(options);
  if (request.dryRun === true) {
    const account = await checkRows(currentProject(), id, request, { signal, note: told });
    const { refused } = account;
    if (refused !== null) throw dryRunRefused(refused);
    print(account, options.json, () => accountText(account));
    return;
  }
  const result = await importRows(currentProject(), id, request, { signal, note: told }).catch((error: unknown) => {
    throw refusedHere(error);
  });
  print(result, options.json, () => `${id}: ${result.summary}\nnext: npm run gan -- machine run ${id}`);
}

/** What a dry run refuses, as the import itself would. */
function dryRunRefused({ message, hint }: NonNullable<RowsAccount['refused']>): ManagerError {
  return new ManagerError(REFUSAL.invalidInput, inCliFlags(message), hint === null ? null : inCliFlags(hint));
}

/** The script's refusal, with its flags named as they are here. */
export function refusedHere(error: unknown): unknown {
  if (!(error instanceof ApplicationFailure)) return error;
  const detail = error.details?.[0] as FailureDetail | undefined;
  return ApplicationFailure.create({
    ...(error.type == null ? {} : { type: error.type }),
    message: inCliFlags(error.message),
    nonRetryable: error.nonRetryable ?? false,
    details: detail === undefined ? [] : [{ ...detail, hint: detail.hint === null ? null : inCliFlags(detail.hint) }],
  });
}

/** `--time_unit` is `--time-unit` here. Names of columns and sensors stay as they are. */
function inCliFlags(text: string): string {
  return text
    .replaceAll(/(?:argument )?--[a-z]+(?:_[a-z]+)+/g, (flag) => flag.replace('argument ', '').replaceAll('_', '-'))
    .replaceAll('import_seed.py --help', 'npm run gan -- machine import --help');
}

/** What the options ask for. The path of a file of pairs is relative to the caller's folder, not to the script's. */
export function importRequest({ csv, failures, ...options }: ImportOptions): RowsImport {
  const fields = Object.entries(options).filter(([name]) => name !== 'json');
  const resolved = fields.map(([name, value]) => [name, isFile(value) ? callersPath(value) : value]);
  // Commander gives `--no-failures` as failures: false.
  return check(RowsImport, { csv: callersPath(csv), noFailures: failures === false, ...Object.fromEntries(resolved) });
}

function isFile(value: string | boolean | undefined): value is string {
  return typeof value === 'string' && value.endsWith('.json');
}
