import { Command } from 'commander';
import { StepParameters } from '../../contracts/parameters.js';
import { check } from '../../manager/check.js';
import { addParameterOptions, parametersOf } from '../../scripts/options.js';

function parsed(...flags: string[]): StepParameters {
  const command = addParameterOptions(new Command()).parse(flags, { from: 'user' });
  return check(StepParameters, parametersOf(command.opts()));
}

describe('the flags of a step’s parameters', () => {
  it('set the parameter of their name, every one', () => {
    const flags =
      '--epochs 9 --batch-size 8 --synthesizer temporal-tvae --patience 20 --time-limit 90 ' +
      '--seed-samples 700 --samples 600 --runs 40 --failure-mode a=0.6,b=0.4 ' +
      '--life-hours 200..800 --condition speed=1500 --rul-cap 90 --split 0.5,0.3,0.2 --seed 4';
    const wanted = {
      epochs: 9,
      batchSize: 8,
      synthesizer: 'temporal-tvae',
      patience: 20,
      timeLimit: 90,
      seedSamples: 700,
      samples: 600,
      runs: 40,
      failureMode: 'a=0.6,b=0.4',
      lifeHours: '200..800',
      condition: 'speed=1500',
      rulCap: 90,
      split: [0.5, 0.3, 0.2],
      seed: 4,
    };
    expect(parsed(...flags.split(' '))).toEqual(wanted);
    expect(Object.keys(wanted).sort()).toEqual(Object.keys(StepParameters.parse({})).sort());
  });

  it('leave what is not given at its default', () => {
    expect(parsed()).toEqual(StepParameters.parse({}));
  });

  it('are refused with their name and what is allowed', () => {
    expect(() => parsed('--patience', '-1')).toThrow(/^patience: must be a whole number of 0 to 100000 \(got -1\)$/);
  });
});
