import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { planArgs } from '../../activities/plan-args.js';
import { SCRIPT } from '../../activities/python/scripts.js';
import { STEP_SCRIPTS, commonArgs, samplingArgs, trainingArgs, validationArgs } from '../../activities/steps.js';
import { PROJECT_ROOT } from '../support/python.js';

describe('the flags of a step', () => {
  const parameters = {
    epochs: 1,
    batchSize: 1,
    synthesizer: 'temporal-tvae' as const,
    patience: 20,
    timeLimit: 90,
    seedSamples: 100,
    samples: 100,
    runs: 0,
    failureMode: 'as-seen',
    lifeHours: 'as-seen',
    condition: 'as-seen',
    rulCap: 0,
    split: [0.5, 0.25, 0.25] as [number, number, number],
    seed: 7,
  };

  it('skip what is current', () => {
    expect(commonArgs({ machineId: 'a', parameters, seed: 7, force: false, fleetRun: 'r' })).toEqual([
      '--machine_id',
      'a',
      '--seed',
      '7',
      '--fleet_run',
      'r',
      '--skip_if_current',
    ]);
  });

  it('of training include everything that determines the model', () => {
    expect(trainingArgs(parameters).join(' ')).toBe(
      '--epochs 1 --batch_size 1 --synthesizer temporal-tvae --patience 20 --time_limit 90',
    );
    expect(planArgs(['pump_a'], parameters, false).join(' ')).toContain(trainingArgs(parameters).join(' '));
  });

  it('of generating name what is rare only when it is asked for', () => {
    const plain = '--num_samples 100 --split_ratio 0.5,0.25,0.25';
    expect(samplingArgs(parameters).join(' ')).toBe(plain);
    const rare = { ...parameters, runs: 30, failureMode: 'seal_leak', lifeHours: '200..800', condition: 'speed=1500' };
    expect(samplingArgs(rare).join(' ')).toBe(
      `${plain} --runs 30 --failure_mode seal_leak --life_hours 200..800 --condition speed=1500`,
    );
    expect(planArgs(['pump_a'], rare, false).join(' ')).toContain(samplingArgs(rare).join(' '));
  });

  it('of validating say where RUL is capped only when it is asked for', () => {
    const { flags } = STEP_SCRIPTS.validateDataset;
    const request = { machineId: 'a', seed: 7, force: false, fleetRun: null };
    expect(flags({ ...request, parameters }, { keepGenerations: 4 })).toEqual([]);
    const capped = { ...parameters, rulCap: 125 };
    expect(flags({ ...request, parameters: capped }, { keepGenerations: 4 })).toEqual(['--rul_cap', '125']);
    expect(planArgs(['pump_a'], capped, false).join(' ')).toContain(validationArgs(capped).join(' '));
  });

  it('do not when forced', () => {
    expect(commonArgs({ machineId: 'a', parameters, seed: 7, force: true, fleetRun: null })).not.toContain(
      '--skip_if_current',
    );
  });

  it('of publishing say how many generations to keep, and whether a worse one may pass', () => {
    const { flags } = STEP_SCRIPTS.publishDataset;
    const request = { machineId: 'a', parameters, seed: 7, force: false, fleetRun: null };
    expect(flags(request, { keepGenerations: 4 })).toEqual(['--keep', '4']);
    expect(flags({ ...request, force: true }, { keepGenerations: 4 })).toEqual(['--keep', '4', '--force']);
  });

  it('belong to a script that exists', () => {
    const scripts = [...Object.values(STEP_SCRIPTS).map(({ script }) => script), ...Object.values(SCRIPT)];
    expect(scripts.filter((script) => !existsSync(join(PROJECT_ROOT, script)))).toEqual([]);
  });
});
