import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ScriptEvent } from '../../contracts/events.js';
import { eventsSchema } from '../../scripts/export-schema.js';

it('the exported JSON Schema is current (npm run schema)', () => {
  expect(readFileSync(join(import.meta.dirname, '../../contracts/events.schema.json'), 'utf8')).toBe(eventsSchema());
});

it('an event with a field too many is no event', () => {
  const warning = { event: 'warning', step: 's', machineId: null, time: 't', code: 'C', message: 'm' };
  expect(ScriptEvent.safeParse(warning).success).toBe(true);
  expect(ScriptEvent.safeParse({ ...warning, more: 1 }).success).toBe(false);
});
