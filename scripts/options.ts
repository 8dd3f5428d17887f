import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import { SYNTHESIZERS } from '../contracts/parameters.js';

/** The flags that set a step's parameters, the same on every command that has them. */
export interface ParameterOptions {
  epochs?: number;
  batchSize?: number;
  synthesizer?: string;
  patience?: number;
  timeLimit?: number;
  seedSamples?: number;
  samples?: number;
  split?: number[];
  seed?: number;
}

export function addParameterOptions(command: Command): Command {
  return command
    .option('--epochs <n>', 'training epochs (default 300)', number)
    .option('--batch-size <n>', 'rows a training step sees at once (default 500)', number)
    .option('--synthesizer <name>', `what learns: ${SYNTHESIZERS.join(', ')} (default temporal-tvae)`)
    .option('--patience <n>', 'end training after so many epochs without a better loss (default 0: never)', number)
    .option(
      '--time-limit <seconds>',
      'end training after so long; the bytes then depend on the machine’s speed (default 0: no limit)',
      number,
    )
    .option('--seed-samples <n>', 'rows of the seed (default 10000)', number)
    .option('--samples <n>', 'rows of the data set over its splits (default 50000)', number)
    .option('--split <train,val,test>', 'shares of the splits (default 0.7,0.15,0.15)', numbers)
    .option('--seed <n>', 'random seed: same inputs and seed, same bytes (default 0)', number);
}

/** The parameters that were given; the schema adds the defaults. */
export function parametersOf({
  epochs,
  batchSize,
  synthesizer,
  patience,
  timeLimit,
  seedSamples,
  samples,
  split,
  seed,
}: ParameterOptions): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries({ epochs, batchSize, synthesizer, patience, timeLimit, seedSamples, samples, split, seed }).filter(
      ([, value]) => value !== undefined,
    ),
  );
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
