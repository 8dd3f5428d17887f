import type { StepRecord } from '../../contracts/manifest.js';
import { parametersMade } from '../../manager/machine-detail.js';

function record(parameters: Record<string, unknown>): StepRecord {
  return {
    ...{ parameters, outputs: [], metrics: {}, verdict: null, summary: '', finishedAt: '', durationSeconds: 1 },
    fleetRun: null,
  };
}

describe('the parameters that a machine was made with', () => {
  it('have the names that a person gives them, though the scripts’ flags are called otherwise', () => {
    const steps = {
      createProfile: record({ config: '0123' }),
      generateSeed: record({ num_samples: 3_000, seed: 7 }),
      trainTvae: record({ epochs: 60, batch_size: 500, seed: 7, time_limit: 0 }),
      generateDataset: record({ num_samples: 5_000, split_ratio: [0.7, 0.15, 0.15] }),
      validateDataset: null,
    };
    expect(parametersMade(steps)).toEqual({
      ...{ seedSamples: 3_000, samples: 5_000, split: [0.7, 0.15, 0.15], seed: 7 },
      ...{ epochs: 60, batchSize: 500, timeLimit: 0 },
    });
  });
});
