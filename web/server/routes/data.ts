import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { z } from 'zod';
import { DataOverview, DataRows, DataSeries, DataSource } from '../../../contracts/api/data.js';
import { MachineId } from '../../../contracts/parameters.js';
import { readDataOverview } from '../../../manager/data-overview.js';
import { readLatestRows, readSeries } from '../../../manager/data-series.js';
import { ManagerError, REFUSAL } from '../../../manager/errors.js';
import { pathOf } from '../../../manager/run-table.js';
import { answers, createRoute } from '../api.js';
import type { Api } from '../api.js';
import type { Console } from '../context.js';

const machine = z.object({ id: MachineId });
const source = machine.extend({ source: DataSource });
const list = z
  .string()
  .max(20_000)
  .default('')
  .transform((text) => text.split(',').filter((word) => word !== ''));
const count = (most: number, usual: number) => z.coerce.number().int().min(1).max(most).default(usual);

/** A machine's rows: aggregates, runs to draw, the latest rows, and the files themselves. */
export function addData(api: Api, console: Console): void {
  addOverview(api, console);
  addSeries(api, console);
  addRows(api, console);
  addDownload(api, console);
}

function addOverview(api: Api, console: Console): void {
  const route = createRoute({
    method: 'get',
    path: '/api/machines/{id}/data',
    summary: 'Aggregates of the seed beside the published data set',
    request: { params: machine },
    responses: answers(DataOverview, 'figures to draw'),
  });
  api.openapi(route, async (c) => {
    // Others may wait for the same figures: one that leaves does not stop them.
    const control = { signal: console.closing, note: () => undefined };
    return c.json(await readDataOverview(console, c.req.valid('param').id, control), 200);
  });
}

function addSeries(api: Api, console: Console): void {
  const query = z.object({ sensors: list, runs: list, most: count(200, 20), points: count(50_000, 1_000) });
  const route = createRoute({
    method: 'get',
    path: '/api/machines/{id}/data/{source}/series',
    summary: 'Runs of the seed or of a split, to draw',
    request: { params: source, query },
    responses: answers(DataSeries, 'runs, thinned to minima and maxima'),
  });
  api.openapi(route, async (c) => {
    const { id, source } = c.req.valid('param');
    const { runs, ...rest } = c.req.valid('query');
    return c.json(await readSeries(console, id, { ...rest, source, runs: runs.map(Number) }), 200);
  });
}

function addRows(api: Api, console: Console): void {
  const route = createRoute({
    method: 'get',
    path: '/api/machines/{id}/data/{source}/rows',
    summary: 'The latest rows of the seed or of a split',
    request: { params: source, query: z.object({ count: count(10_000, 100) }) },
    responses: answers(DataRows, 'rows, the newest last'),
  });
  api.openapi(route, async (c) => {
    const { id, source } = c.req.valid('param');
    return c.json(await readLatestRows(console, id, source, c.req.valid('query').count), 200);
  });
}

/** The file as it lies: parquet of a split, CSV of the seed. */
function addDownload(api: Api, console: Console): void {
  api.get('/api/machines/:id/data/:source/file', async (c) => {
    const given = source.safeParse(c.req.param());
    if (!given.success) throw new ManagerError(REFUSAL.notFound, 'there is no such file');
    const { id, source: from } = given.data;
    const path = pathOf(console, id, from);
    const found = await stat(path).catch(() => null);
    if (found === null) throw new ManagerError(REFUSAL.notFound, `${id} has no ${from}`);
    const name = from === 'seed' ? `${id}_seed.csv` : `${id}_${from}.parquet`;
    return c.body(Readable.toWeb(createReadStream(path)) as ReadableStream, 200, {
      'content-type': 'application/octet-stream',
      'content-length': String(found.size),
      'content-disposition': `attachment; filename="${name}"`,
    });
  });
}
