import type { FleetRunInput, MachinePipelineInput } from '../../contracts/parameters.js';
import { differences } from '../../manager/differences.js';
import type { Difference, NotApplied } from '../../manager/differences.js';

/** Options whose field in a run's input has another name. */
const FIELDS: Record<string, string> = { machines: 'machineIds', type: 'machineType' };
const OPTIONS = Object.fromEntries(Object.entries(FIELDS).map(([option, field]) => [field, option]));
/** Options of the command, not of a run. */
const COMMANDS_OWN = ['plan', 'json', 'worker'];

/** The fields of a run's input that a command's options give. */
export function givenFields(options: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(options).flatMap(([option, value]) =>
      value === undefined || COMMANDS_OWN.includes(option) ? [] : [[FIELDS[option] ?? option, value as unknown]],
    ),
  );
}

/** One line that names the options which do not apply, or null where there are none. */
export function notAppliedLine(notApplied: NotApplied): string | null {
  if (notApplied === 'unknown')
    return 'it keeps the options that it was started with, whatever is given here (no worker answers to compare them)';
  return notApplied.length === 0
    ? null
    : `ignored, because it keeps the options that it was started with: ${notApplied.map(optionText).join(', ')}`;
}

/** Each option given with another value than the run has, as `--epochs 10 (it has 300)`. */
export function differingOptions(options: object, input: FleetRunInput | MachinePipelineInput): string[] {
  return differences(givenFields(options), input).map(optionText);
}

function optionText({ field, given, has }: Difference): string {
  const name = (OPTIONS[field] ?? field).replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return `--${name}${given === true ? '' : ` ${shown(given)}`} (it has ${shown(has)})`;
}

function shown(value: unknown): string {
  if (value === null || value === undefined || value === false) return 'none';
  if (Array.isArray(value)) return value.join(',');
  return typeof value === 'string' ? value : JSON.stringify(value);
}
