import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { Context, Hono } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { Ui } from '../build-ui.mjs';

const TYPES: Record<string, string> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.map': 'application/json',
};
const FOR_EVER = 'public, max-age=31536000, immutable';

type Env = { Variables: { nonce: string } };

/** The pages: one document for every path that is no file and no API, and the files that it loads. */
export function addPages(app: Hono<Env>, ui: Ui): void {
  app.get('/assets/:file', async (c) => {
    const file = c.req.param('file');
    // The build's own list: no path is made of what a browser asks for.
    if (!ui.files.includes(file)) throw new HTTPException(404, { message: `there is no file ${file}` });
    const content = await readFile(join(ui.folder, file));
    const headers = { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream', 'cache-control': FOR_EVER };
    return c.body(content, 200, headers);
  });
  app.get('*', (c) => page(c, ui));
}

function page(c: Context<Env>, ui: Ui): Response {
  const html = ui.page.replaceAll('{{nonce}}', c.get('nonce'));
  return c.body(html, 200, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' });
}
