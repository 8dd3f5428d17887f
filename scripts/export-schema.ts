import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { ScriptEvent } from '../contracts/events.js';

/** The scripts' events as JSON Schema, for the Python tests. `npm run schema` writes it; a test checks that it is current. */
export function eventsSchema(): string {
  return `${JSON.stringify(z.toJSONSchema(ScriptEvent), null, 2)}\n`;
}

if (process.argv[1]?.endsWith('export-schema.ts') === true) {
  writeFileSync(join(import.meta.dirname, '../contracts/events.schema.json'), eventsSchema());
}
