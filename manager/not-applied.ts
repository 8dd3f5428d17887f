import type { WorkflowHandle } from '@temporalio/client';
import type { ZodType } from 'zod';
import type { FleetRunInput, MachinePipelineInput } from '../contracts/parameters.js';
import { QUERY } from '../contracts/runs.js';

/** What a run's input calls an option, where that is not the option's own name. */
const FIELDS: Record<string, string> = { machines: 'machineIds', type: 'machineType' };
/** Options of the command, not of a run. */
const COMMANDS_OWN = ['plan', 'json', 'worker'];

/**
 * One line that names the options of a command that goes on with a run which has others, or null where there are none:
 * a run keeps the input that it was started with.
 */
export async function notApplied(
  given: object,
  handle: WorkflowHandle,
  schema: ZodType<FleetRunInput | MachinePipelineInput>,
): Promise<string | null> {
  if (optionsOf(given).length === 0) return null;
  const input = await handle.query(QUERY.input).catch(() => null);
  if (input === null)
    return 'it keeps the options that it was started with, whatever is given here (no worker says which)';
  const options = differingOptions(given, schema.parse(input));
  return options.length === 0
    ? null
    : `not applied, it keeps the options that it was started with: ${options.join(', ')}`;
}

/** Each option that was given and that the run has otherwise, as `--epochs 10 (it has 300)`. */
export function differingOptions(given: object, input: FleetRunInput | MachinePipelineInput): string[] {
  const has: Record<string, unknown> = { ...input, ...input.parameters };
  return optionsOf(given).flatMap(([option, value]) => {
    const own = shown(has[FIELDS[option] ?? option]);
    return own === shown(value) ? [] : [`${flag(option, value)} (it has ${own})`];
  });
}

function optionsOf(given: object): [string, unknown][] {
  return Object.entries(given).filter(([option, value]) => value !== undefined && !COMMANDS_OWN.includes(option));
}

function flag(option: string, value: unknown): string {
  const name = option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return value === true ? `--${name}` : `--${name} ${shown(value)}`;
}

function shown(value: unknown): string {
  if (value === null || value === undefined || value === false) return 'none';
  if (Array.isArray(value)) return value.join(',');
  return typeof value === 'string' ? value : JSON.stringify(value);
}
