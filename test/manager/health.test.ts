import { healthState } from '../../manager/health.js';

it.each([
  [{ metadata: true, model: true, data: true }, 'ready'],
  [{ metadata: true, model: true, data: false }, 'dataMissing'],
  [{ metadata: true, model: false, data: true }, 'modelMissing'],
  [{ metadata: false, model: false, data: false }, 'modelMissing'],
])('a machine with %j is %s', (artifacts, state) => {
  expect(healthState({ machineId: 'a', ...artifacts })).toBe(state);
});
