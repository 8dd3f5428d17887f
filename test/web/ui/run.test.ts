import type { RunEntry } from '../../../contracts/run-record.js';
import { laterAttempts } from '../../../web/ui/run/attempts.js';
import { bestOf, lossesOf, rateOf } from '../../../web/ui/run/losses.js';

const of = { step: 'trainTvae', attempt: 1 } as const;
const begins: RunEntry = { ...of, kind: 'attempt', at: 0, worker: '1@host' };

function epoch(current: number, loss: number, at = current * 1000): RunEntry {
  const progress = { total: 100, unit: 'epochs', etaSeconds: null, device: 'cpu' };
  return { ...of, ...progress, kind: 'progress', at, current, metrics: { loss, heldOutLoss: null } };
}

describe('the losses of a run', () => {
  it('are those of each epoch, the repeated ones after a resume once, and the resume marked', () => {
    const losses = lossesOf([begins, epoch(1, 9), epoch(3, 7), begins, epoch(2, 8, 9000), epoch(3, 7, 10_000)]);
    expect(losses).toMatchObject({
      ...{ epochs: [1, 2, 3], loss: [9, 8, 7], at: [1000, 9000, 10_000], trained: 3 },
      resumes: [{ index: 1, attempt: 2 }],
    });
  });

  it('have a best one, and a rate of the attempt under way', () => {
    expect(bestOf([9, null, 7, 8])).toEqual({ value: 7, index: 2 });
    expect(bestOf([null])).toBeNull();
    expect(rateOf([begins, epoch(1, 9), epoch(5, 9, 3000)])).toBe(2);
    expect(rateOf([epoch(1, 9), epoch(5, 9), begins])).toBeNull();
  });
});

describe('a later attempt', () => {
  it.each([
    [{ ...of, kind: 'stopped', at: 2, reason: 'request' }, 'a pause'],
    [{ ...of, kind: 'stopped', at: 2, reason: 'shutdown' }, 'the worker shut down'],
    [{ ...of, kind: 'log', at: 2, text: 'the last words' }, 'a lost worker'],
  ] as [RunEntry, string][])('says why there was one: %j', (last, reason) => {
    const [attempt] = laterAttempts([begins, epoch(5, 9), last, begins, epoch(4, 9)]);
    expect(attempt).toMatchObject({ number: 2, text: `train TVAE, attempt 2 after ${reason}, resumed at epoch 4` });
  });
});
