import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
// As JSON, not as zod's schema that it is made of: --help needs it, and should not have to load zod.
import schema from '../contracts/generated/parameters.schema.json' with { type: 'json' };
import type { StepParameters } from '../contracts/parameters.js';

/** The flags that set a step's parameters, the same on every command that has them. */
export type ParameterOptions = Partial<StepParameters>;

/** What the contract says of a parameter. */
interface Parameter {
  description: string;
  default: unknown;
  type: string;
  enum?: string[];
}

/** How each parameter's value is written on the command line. The contract says what it means, and its default. */
const ARGUMENTS: Record<keyof StepParameters, string> = {
  epochs: '<n>',
  batchSize: '<n>',
  synthesizer: '<name>',
  patience: '<n>',
  timeLimit: '<seconds>',
  seedSamples: '<n>',
  samples: '<n>',
  runs: '<n>',
  failureMode: '<name, or a=0.6,b=0.4, or balanced>',
  lifeHours: '<low..high>',
  condition: '<setting=value,…>',
  rulCap: '<rows>',
  split: '<train,val,test>',
  seed: '<n>',
};

export function addParameterOptions(command: Command): Command {
  const properties: Record<keyof StepParameters, Parameter> = schema.properties;
  for (const [name, argument] of Object.entries(ARGUMENTS) as [keyof StepParameters, string][]) {
    const { description, default: value, type, enum: words } = properties[name];
    const help = `${description}${words === undefined ? '' : `: ${words.join(', ')}`} (default ${String(value)})`;
    const flag = `--${kebab(name)} ${argument}`;
    if (type === 'string') command.option(flag, help);
    else if (type === 'array') command.option(flag, help, numbers);
    else command.option(flag, help, number);
  }
  return command;
}

/** A name as options write it: `batch-size`. */
export function kebab(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** The parameters that were given; the schema adds the defaults. */
export function parametersOf(options: ParameterOptions): Record<string, unknown> {
  const given = Object.entries(options).filter(([name]) => name in ARGUMENTS);
  return Object.fromEntries(given);
}

export function number(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || Number.isNaN(value)) throw new InvalidArgumentError('expected a number');
  return value;
}

export function numbers(text: string): number[] {
  return text.split(',').map(number);
}

export function list(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}
