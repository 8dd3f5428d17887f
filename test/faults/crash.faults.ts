import { outcomeOf, whole } from './outcome.js';
import { Rig, TRAINING } from './rig.js';

/** Kill anything at any moment: the run goes on by itself and ends with the bytes it would have had. */
let rig: Rig;
afterEach(async () => {
  expect(await rig.close()).toEqual([]);
});

describe('a worker that is killed', () => {
  it('has its training go on elsewhere within the heartbeat time-out and two seconds', async () => {
    rig = await Rig.running(['pump_a'], 1);
    await rig.startFleet('r');
    await rig.untilEpoch('pump_a', 70);
    const [first] = rig.workers;
    await rig.startWorker();
    const pids = rig.pythons();
    const killedAt = Date.now();
    first?.kill('SIGKILL');
    const next = await rig.untilStarted('pump_a', TRAINING, killedAt);
    rig.note(`take-over ${next.at - killedAt} ms`);
    const outcome = await outcomeOf(rig, 'r', 'worker SIGKILL');
    expect(outcome).toEqual(whole(rig));
    expect(pids).toHaveLength(1);
    expect(next.at - killedAt).toBeLessThan(3_000 + 2_000);
  });
});
