import { setTimeout as delay } from 'node:timers/promises';
import { UPDATE } from '../../contracts/runs.js';
import { fleetWorkflowId, machineWorkflowId } from '../../contracts/steps.js';
import { leftAfter } from '../support/processes.js';
import { outcomeOf, whole } from './outcome.js';
import { Rig, TRAINING, ended, until } from './rig.js';

/** Cancel and pause, by the project's own updates and by Temporal's API, as its Web UI uses it. */
let rig: Rig;
afterEach(async () => {
  expect(await rig.close()).toEqual([]);
});

describe('cancelled', () => {
  /** Cancels, and looks at the moment that the workflow reports it. */
  async function cancelled(workflowId: string, how: 'update' | 'request'): Promise<{ ms: number; left: number[] }> {
    const handle = (await rig.connect()).workflow.getHandle(workflowId);
    const at = Date.now();
    await (how === 'update' ? handle.executeUpdate(UPDATE.cancel) : handle.cancel());
    await expect(handle.result()).rejects.toThrow();
    const left = rig.pythons();
    return { ms: Date.now() - at, left };
  }

  it.each(['update', 'request'] as const)(
    'a fleet run, by %s: no process is left when it says so, and the next run goes on',
    async (how) => {
      rig = await Rig.running(['pump_a', 'pump_b']);
      await rig.startFleet('first');
      await rig.untilEpoch('pump_a', 40);
      const { ms, left } = await cancelled(fleetWorkflowId('first'), how);
      expect(left).toEqual([]);
      expect(ms).toBeLessThan(5_000);
      rig.note(`cancel ${ms}`);
      const status = (await rig.report('first')).machines.map((machine) => machine.status);
      expect(status).toEqual(['cancelled', 'cancelled']);
      await rig.startFleet('second');
      expect(await outcomeOf(rig, 'second', `fleet run cancelled by ${how}`)).toEqual(whole(rig));
      expect(rig.repeatedEpochs('pump_a')).toBe(0);
    },
  );

  it.each([
    ['train_tvae_machine.py', 300],
    ['generate_seed_from_profile.py', 150],
    ['generate_synthetic_data.py', 400],
  ])('a machine, in %s %i ms after its start', async (script, ms) => {
    rig = await Rig.running(['pump_a']);
    await rig.startFleet('first');
    await rig.untilStarted('pump_a', script);
    await delay(ms);
    expect((await cancelled(machineWorkflowId('pump_a'), 'request')).left).toEqual([]);
    expect((await rig.result('first')).machines[0]?.status).toBe('cancelled');
    await rig.startFleet('second');
    expect(await outcomeOf(rig, 'second', `machine cancelled in ${script}`)).toEqual(whole(rig));
  });

  it('while it is paused', async () => {
    rig = await Rig.running(['pump_a']);
    await rig.startFleet('first');
    await rig.untilEpoch('pump_a', 20);
    await (await rig.machine('pump_a')).executeUpdate(UPDATE.pause);
    await cancelled(machineWorkflowId('pump_a'), 'update');
    await rig.startFleet('second');
    expect(await outcomeOf(rig, 'second', 'machine cancelled while paused')).toEqual(whole(rig));
    expect(rig.repeatedEpochs('pump_a')).toBe(0);
  });
});

describe('paused', () => {
  it('a machine: its training ends at a checkpoint, frees its slot for another, and goes on where it was', async () => {
    rig = await Rig.running(['pump_a', 'pump_b'], 1, { GAN_TRAINING_SLOTS: '1' });
    await rig.startFleet('r');
    await rig.untilEpoch('pump_a', 40);
    await (await rig.machine('pump_a')).executeUpdate(UPDATE.pause);
    expect(
      await leftAfter(
        rig.pythons(TRAINING).filter((pid) => pid === rig.epochs('pump_a')[0]?.pid),
        10_000,
      ),
    ).toEqual([]);
    await rig.untilEpoch('pump_b', 20);
    await (await rig.machine('pump_a')).executeUpdate(UPDATE.resume);
    expect(await outcomeOf(rig, 'r', 'machine paused and resumed')).toEqual(whole(rig));
    expect(rig.repeatedEpochs('pump_a')).toBe(0);
  });

  it('a fleet run, from the command line, over a restart of everything', async () => {
    rig = await Rig.running(['pump_a', 'pump_b']);
    await rig.startFleet('r');
    await rig.untilEpoch('pump_a', 40);
    expect(await ended(rig.gan('fleet', 'pause'))).toBe(0);
    expect(await leftAfter(rig.pythons(), 10_000)).toEqual([]);
    expect((await rig.report('r')).status).toBe('paused');
    for (const worker of rig.workers) {
      worker.kill('SIGKILL');
      await ended(worker);
    }
    await rig.killServerForGood();
    await rig.startServer();
    await rig.startWorker();
    expect((await rig.report('r')).status).toBe('paused');
    expect(rig.pythons()).toEqual([]);
    expect(await ended(rig.gan('fleet', 'resume'))).toBe(0);
    expect(await outcomeOf(rig, 'r', 'fleet run paused, everything restarted, resumed')).toEqual(whole(rig));
    expect(rig.repeatedEpochs('pump_a')).toBe(0);
  });

  it('a fleet run, at a moment when its machines are being started', async () => {
    rig = await Rig.running(['pump_a', 'pump_b']);
    const handle = await rig.startFleet('r');
    await until('the plan', async () =>
      (await rig.report('r').catch(() => null))?.machines.length === 2 ? true : null,
    );
    await handle.executeUpdate(UPDATE.pause);
    await until('both to be paused or not yet begun', async () => {
      const statuses = await Promise.all(
        rig.machines.map(async (id) =>
          (await rig.machine(id)).query<{ status: string }>('status').then(
            (report) => report.status,
            () => 'none',
          ),
        ),
      );
      return statuses.includes('running') ? null : true;
    });
    expect(await leftAfter(rig.pythons(), 10_000)).toEqual([]);
    await handle.executeUpdate(UPDATE.resume);
    expect(await outcomeOf(rig, 'r', 'fleet run paused as it starts')).toEqual(whole(rig));
  });

  it('an activity, by Temporal’s API: paused, unpaused and reset', async () => {
    rig = await Rig.running(['pump_a']);
    await rig.startFleet('r');
    await rig.untilEpoch('pump_a', 30);
    const { workflowService } = await rig.connect();
    const which = {
      namespace: rig.settings.connect.namespace,
      execution: { workflowId: machineWorkflowId('pump_a') },
      identity: 'test',
      type: 'trainTvae',
    };
    await workflowService.pauseActivity({ ...which, reason: 'a test' });
    expect(await leftAfter(rig.pythons(), 10_000)).toEqual([]);
    const at = Date.now();
    await workflowService.unpauseActivity(which);
    await rig.untilStarted('pump_a', TRAINING, at);
    await rig.untilEpoch('pump_a', 70);
    await workflowService.resetActivity(which);
    await until(
      'the training to start anew',
      () => rig.trace('pump_a', TRAINING).filter((line) => line.what === 'start')[2] ?? null,
    );
    expect(await outcomeOf(rig, 'r', 'activity paused, unpaused and reset', 2)).toEqual(whole(rig));
    expect(rig.repeatedEpochs('pump_a')).toBe(0);
  });
});
