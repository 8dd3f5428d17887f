import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { Readable } from 'node:stream';
import type { Context } from 'hono';
import { z } from 'zod';
import { DataOverview, DataRows, DataSeries, DataSource } from '../../../contracts/api/data.js';
import { artifactKey } from '../../../contracts/artifacts.js';
import { MachineId } from '../../../contracts/parameters.js';
import { artifactPath } from '../../../manager/artifacts.js';
import { readDataOverview } from '../../../manager/data-overview.js';
import { readAsCsv, readLatestRows, readSeries } from '../../../manager/data-series.js';
import { exportCmapss } from '../../../manager/data-sets.js';
import { ManagerError, REFUSAL } from '../../../manager/errors.js';
import { pathOf } from '../../../manager/run-table.js';
import { answers, createRoute } from '../api.js';
import type { Api } from '../api.js';
import { untilClosing } from '../context.js';
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
  addCmapss(api, console);
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
    const control = untilClosing(console);
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

/** The file as it lies, parquet of a split or CSV of the seed; `?format=csv` gives a split as CSV. */
function addDownload(api: Api, console: Console): void {
  api.get('/api/machines/:id/data/:source/file', async (c) => {
    const given = source.safeParse(c.req.param());
    if (!given.success) throw new ManagerError(REFUSAL.notFound, 'there is no such file');
    const { id, source: from } = given.data;
    if (from !== 'seed' && c.req.query('format') === 'csv') {
      const text = await readAsCsv(console, id, from);
      return c.body(text, 200, attachment(`${id}_${from}.csv`, Buffer.byteLength(text)));
    }
    const name = from === 'seed' ? `${id}_seed.csv` : `${id}_${from}.parquet`;
    return await sendFile(c, pathOf(console, id, from), name);
  });
}

/** The data set in the format of C-MAPSS: written on request, then fetched file by file. */
function addCmapss(api: Api, console: Console): void {
  const route = createRoute({
    method: 'post',
    path: '/api/machines/{id}/data/cmapss',
    summary: 'Writes the published data set in the format of C-MAPSS',
    request: { params: machine },
    responses: answers(z.object({ files: z.array(z.string()) }), 'names of the files'),
  });
  api.openapi(route, async (c) => {
    const control = untilClosing(console);
    const { outputs } = await exportCmapss(console, c.req.valid('param').id, control);
    return c.json({ files: outputs.map(({ path }) => basename(path)) }, 200);
  });
  api.get('/api/machines/:id/data/cmapss/:file', async (c) => {
    const given = machine.extend({ file: z.enum(CMAPSS_FILES) }).safeParse(c.req.param());
    if (!given.success) throw new ManagerError(REFUSAL.notFound, 'there is no such file');
    const { id, file } = given.data;
    return await sendFile(c, artifactPath(console, `${artifactKey('cmapss', id)}${file}`), `${id}_${file}`);
  });
}

/** What GAN/gan/data/cmapss.py writes. */
const CMAPSS_FILES = ['train.txt', 'test.txt', 'RUL.txt', 'columns.txt'];

async function sendFile(c: Context, path: string, name: string): Promise<Response> {
  const found = await stat(path).catch(() => null);
  if (found === null) throw new ManagerError(REFUSAL.notFound, `there is no ${name} yet`);
  return c.body(Readable.toWeb(createReadStream(path)) as ReadableStream, 200, attachment(name, found.size));
}

function attachment(name: string, bytes: number): Record<string, string> {
  return {
    'content-type': 'application/octet-stream',
    'content-length': String(bytes),
    'content-disposition': `attachment; filename="${name}"`,
  };
}
