import type { RowsAccount } from '../../contracts/rows-account.js';
import { table } from './format.js';

/** What was understood of recorded rows. */
export function accountText({ rows, columns, runs, notes }: RowsAccount): string {
  const lines = columns.map(({ column, role, sensor, unit, leftOut }) => [
    column,
    sensor ?? role ?? 'left out',
    unit ?? '',
    leftOut ?? '',
  ]);
  const failed = runs === null ? '' : `, ${runs.count} runs (${runs.failed} to a failure), `;
  const interval = runs === null ? '' : `a row every ${Number(runs.intervalMinutes.toPrecision(6))} min`;
  const said = `${rows ?? 0} rows${failed}${interval}`;
  return [table(['column', 'is', 'unit', 'why'], lines), '', ...notes, said].join('\n');
}
