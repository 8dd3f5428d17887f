import { ScriptEvent } from '../../contracts/events.js';

it('an event with a field too many is no event', () => {
  const warning = { event: 'warning', step: 's', machineId: null, time: 't', code: 'C', message: 'm' };
  expect(ScriptEvent.safeParse(warning).success).toBe(true);
  expect(ScriptEvent.safeParse({ ...warning, more: 1 }).success).toBe(false);
});
