import { table } from '../../scripts/views/format.js';
import type { Line } from './outcome.js';

/** The lines and their sum: the faults and their outcomes. */
export function faultTable(lines: readonly Line[]): string {
  const rows = lines.map((line) => [
    line.fault,
    String(line.injected),
    yes(line.survived),
    yes(line.bytesEqual),
    String(line.orphans),
    String(line.leftovers),
  ]);
  const sum = (of: (line: Line) => number) => String(lines.reduce((total, line) => total + of(line), 0));
  const share = (of: (line: Line) => boolean) => `${lines.filter(of).length} of ${lines.length}`;
  const total = [
    'total',
    sum((line) => line.injected),
    share((line) => line.survived),
    share((line) => line.bytesEqual),
    sum((line) => line.orphans),
    sum((line) => line.leftovers),
  ];
  return table(['fault', 'injected', 'survived', 'bytes equal', 'orphans', 'leftovers'], [...rows, total]);
}

/** Whether every line is as if nothing had happened. */
export function isClean(lines: readonly Line[]): boolean {
  return (
    lines.length > 0 &&
    lines.every((line) => line.survived && line.bytesEqual && line.orphans === 0 && line.leftovers === 0)
  );
}

function yes(value: boolean): string {
  return value ? 'yes' : 'NO';
}
