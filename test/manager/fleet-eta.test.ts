import { fleetEta } from '../../manager/fleet-eta.js';
import { machine, made, snapshot, training } from '../support/fleet.js';

it('the fleet’s ETA comes from its finished machines', () => {
  const machines = [made('a', 10), machine('b', 'running', { startedAt: 0 }), machine('c', 'queued')];
  expect(fleetEta(snapshot(machines, { now: 4000 }))).toBe((10 + 6) / 2);
  expect(fleetEta(snapshot(machines.slice(1), { now: 4000 }))).toBeNull();
});

it('before a machine has finished, the fleet’s ETA comes from what its trainings expect', () => {
  const live = new Map([['b', training]]);
  const machines = [machine('b', 'running', { startedAt: 0 }), machine('c', 'queued')];
  expect(fleetEta(snapshot(machines, { live, now: 6000 }))).toBe((6 + 4 + 4) / 2);
  expect(fleetEta(snapshot(machines.slice(0, 1), { live, now: 6000 }))).toBe(4);
});
