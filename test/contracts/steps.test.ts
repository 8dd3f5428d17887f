import { STEPS, isForced } from '../../contracts/steps.js';

describe('which steps a run does even if they are up to date', () => {
  const forced = (given: Parameters<typeof isForced>[0]) => STEPS.filter((step) => isForced(given, step));

  it('none, unless it is asked for', () => {
    expect(forced({ force: false })).toEqual([]);
  });

  it('every step of a forced run', () => {
    expect(forced({ force: true })).toEqual(STEPS);
  });

  it('from a step on, but not publishing: what is clearly worse must not be published because of it', () => {
    expect(forced({ force: false, from: 'trainTvae' })).toEqual(['trainTvae', 'generateDataset', 'validateDataset']);
  });

  it('publishing, where a run begins with it', () => {
    expect(forced({ force: false, from: 'publishDataset' })).toEqual(['publishDataset']);
  });
});
