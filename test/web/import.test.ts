import { existsSync, readdirSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { Imported, Upload } from '../../contracts/api/imports.js';
import type { Problem } from '../../contracts/api/problem.js';
import type { RowsAccount } from '../../contracts/rows-account.js';
import { rowsImportOf, importArgs } from '../../manager/recorded-rows.js';
import { receiveUpload, uploadPath } from '../../manager/uploads.js';
import { PROJECT_ROOT } from '../support/python.js';
import { TestRoutes } from './support/routes.js';

let routes: TestRoutes;

beforeEach(() => {
  routes = new TestRoutes();
});
afterEach(() => {
  routes.close();
});

/** Three runs of hourly rows, weeks apart, in which the flow falls. */
function recorded(): string {
  const runs = [1, 2, 3].flatMap((run) =>
    Array.from({ length: 30 }, (_, at) => {
      const day = String(1 + Math.floor(at / 24)).padStart(2, '0');
      const hour = String(at % 24).padStart(2, '0');
      return `2025-0${run}-${day}T${hour}:00:00Z,${run},${50 - at + run / 8}`;
    }),
  );
  return ['Time,Pump no,Q [m3/h]', ...runs].join('\n');
}

async function sent(name = 'rows.csv', content = recorded()): Promise<Upload> {
  const { status, body } = await routes.send<Upload>(`/api/uploads?name=${encodeURIComponent(name)}`, content);
  expect(status).toBe(200);
  return body;
}

function project() {
  return { settings: routes.settings, projectRoot: PROJECT_ROOT };
}

function uploads(): string[] {
  const folder = join(routes.settings.stateDir, 'uploads');
  return existsSync(folder) ? readdirSync(folder) : [];
}

describe('an upload', () => {
  it('is kept outside the data root, under a name that leads nowhere', async () => {
    const { id, name, bytes } = await sent('../../fleet/evil.csv', 'a,b\n1,2\n');
    expect({ name, bytes }).toEqual({ name: '../../fleet/evil.csv', bytes: 8 });
    expect(await uploadPath(project(), id)).toBe(join(routes.settings.stateDir, 'uploads', id, '_.._fleet_evil.csv'));
    expect(existsSync(routes.settings.dataRoot)).toBe(false);
  });

  it('leaves nothing when it is larger than allowed', async () => {
    const content = Readable.from([Buffer.alloc(600), Buffer.alloc(600)]);
    const { signal } = new AbortController();
    await expect(receiveUpload(project(), 'rows.csv', content, { signal, most: 1000 })).rejects.toThrow('larger than');
    expect(uploads()).toEqual([]);
  });

  it('leaves nothing when its sender gives up', async () => {
    const control = new AbortController();
    const content = new Readable({ read: () => undefined });
    const received = receiveUpload(project(), 'rows.csv', content, { signal: control.signal });
    content.push(Buffer.alloc(100));
    setImmediate(() => {
      control.abort();
    });
    await expect(received).rejects.toThrow();
    expect(uploads()).toEqual([]);
  });

  it('is removed a day later, with the next one', async () => {
    const { id } = await sent();
    const old = Date.now() / 1000 - 25 * 3600;
    utimesSync(join(routes.settings.stateDir, 'uploads', id), old, old);
    const next = await sent();
    expect(uploads()).toEqual([next.id]);
  });

  it('must be sent as what it is', async () => {
    const { status } = await routes.post<Problem>('/api/uploads?name=a.csv', {});
    expect(status).toBe(415);
  });
});

describe('recorded rows', () => {
  it('are looked at without a change, then imported, and the upload goes', async () => {
    const upload = await sent();
    const request = { upload: upload.id, options: { map: { run_id: 'Pump no' } } };
    const { body } = await routes.post<RowsAccount>('/api/machines/pump_own/import/check', request);
    expect(body.refused).toBeNull();
    expect(body.runs?.count).toBe(3);
    expect(body.columns.map(({ role, sensor }) => sensor ?? role)).toEqual(['timestamp', 'run_id', 'q']);
    expect(existsSync(join(routes.settings.dataRoot, 'recorded'))).toBe(false);

    const { status, body: done } = await routes.post<Imported>('/api/machines/pump_own/import', request);
    expect(status).toBe(200);
    expect(done).toEqual({ machineId: 'pump_own', summary: 'imported 90 rows in 3 runs' });
    expect(existsSync(join(routes.settings.dataRoot, 'recorded/pump_own.csv'))).toBe(true);
    expect(uploads()).toEqual([]);
  });

  it('that are refused say why and what helps, and the upload stays for another attempt', async () => {
    const upload = await sent('notes.csv', 'word,other\none,two\nthree,four\n');
    const request = { upload: upload.id };
    const { body } = await routes.post<RowsAccount>('/api/machines/pump_own/import/check', request);
    expect(body.refused).not.toBeNull();
    const { status, body: problem } = await routes.post<Problem>('/api/machines/pump_own/import', request);
    expect(status).toBe(400);
    expect(problem).toMatchObject({ detail: body.refused?.message, hint: body.refused?.hint });
    expect(uploads()).toEqual([upload.id]);
  });

  it('whose upload has gone are not found', async () => {
    const request = { upload: '00000000-0000-4000-8000-000000000000' };
    const { status, body } = await routes.post<Problem>('/api/machines/pump_own/import/check', request);
    expect(status).toBe(404);
    expect(body.hint).toBe('choose it again');
  });

  it('are read as asked, and no name in the request is taken for a file or a flag', () => {
    const options = { map: { flow: '/etc/rows.json' }, drop: ['a,b'], gapHours: 24, delimiter: '--', noFailures: true };
    expect(importArgs('pump_own', rowsImportOf('/u/rows.csv', options)).slice(4)).toEqual([
      '--map={"flow":"/etc/rows.json"}',
      '--gap_hours=24',
      '--delimiter=--',
      '--drop=["a,b"]',
      '--no_failures',
    ]);
  });
});
