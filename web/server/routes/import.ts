import { Readable } from 'node:stream';
import { HTTPException } from 'hono/http-exception';
import { z } from 'zod';
import { ImportRequest, Imported, Upload } from '../../../contracts/api/imports.js';
import { MachineId } from '../../../contracts/parameters.js';
import { RowsAccount } from '../../../contracts/rows-account.js';
import { checkRows, importRows, rowsImportOf } from '../../../manager/recorded-rows.js';
import { MOST_BYTES, receiveUpload, removeUpload, uploadPath } from '../../../manager/uploads.js';
import { answers, body, createRoute } from '../api.js';
import type { Api } from '../api.js';
import { untilClosing } from '../context.js';
import type { Console } from '../context.js';

const BINARY = 'application/octet-stream';
const ofMachine = { params: z.object({ machineId: MachineId }), body: body(ImportRequest) };

/** Recorded rows: a file is sent, looked at as often as its sender changes how it is read, and imported. */
export function addImport(api: Api, console: Console): void {
  addUploads(api, console);
  const check = createRoute({
    method: 'post',
    path: '/api/machines/{machineId}/import/check',
    summary: 'What is understood of recorded rows, or why they are refused; nothing is changed',
    request: ofMachine,
    responses: answers(RowsAccount, 'columns, runs, what is left out, what is refused'),
  });
  api.openapi(check, async (c) => {
    const { upload, options } = c.req.valid('json');
    const rows = rowsImportOf(await uploadPath(console, upload), options);
    const signal = AbortSignal.any([c.req.raw.signal, console.closing]);
    const { machineId } = c.req.valid('param');
    return c.json(await checkRows(console, machineId, rows, { signal, note: () => undefined }), 200);
  });

  const bring = createRoute({
    method: 'post',
    path: '/api/machines/{machineId}/import',
    summary: 'Recorded rows become a machine’s seed',
    request: ofMachine,
    responses: answers(Imported, 'they are imported'),
  });
  api.openapi(bring, async (c) => {
    const { upload, options } = c.req.valid('json');
    const { machineId } = c.req.valid('param');
    const rows = rowsImportOf(await uploadPath(console, upload), options);
    // Once it is asked for it goes on, whether or not somebody watches.
    const control = untilClosing(console);
    const { summary } = await importRows(console, machineId, rows, control);
    await removeUpload(console, upload);
    return c.json({ machineId, summary }, 200);
  });
}

function addUploads(api: Api, console: Console): void {
  const send = createRoute({
    method: 'post',
    path: '/api/uploads',
    summary: 'Send a file of recorded rows, CSV or parquet',
    request: {
      query: z.object({ name: z.string().min(1).max(255) }),
      body: { required: true, content: { [BINARY]: { schema: z.string().meta({ format: 'binary' }) } } },
    },
    responses: answers(Upload, 'the file is here for a day'),
  });
  api.openapi(send, async (c) => {
    const { body: content, signal } = c.req.raw;
    if (c.req.header('content-type') !== BINARY || content === null)
      throw new HTTPException(415, { message: `a file is sent as ${BINARY}` });
    if (Number(c.req.header('content-length') ?? 0) > MOST_BYTES)
      throw new HTTPException(413, { message: `${MOST_BYTES / 1024 ** 3} GiB at most are read` });
    const stream = Readable.fromWeb(content);
    const stopped = AbortSignal.any([signal, console.closing]);
    return c.json(await receiveUpload(console, c.req.valid('query').name, stream, { signal: stopped }), 200);
  });

  const remove = createRoute({
    method: 'delete',
    path: '/api/uploads/{id}',
    summary: 'Remove a file that was sent',
    request: { params: z.object({ id: z.uuid() }) },
    responses: answers(z.object({ removed: z.literal(true) }), 'it is gone'),
  });
  api.openapi(remove, async (c) => {
    await removeUpload(console, c.req.valid('param').id);
    return c.json({ removed: true as const }, 200);
  });
}
