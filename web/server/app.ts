import { compress } from 'hono/compress';
import { setCookie } from 'hono/cookie';
import { HTTPException } from 'hono/http-exception';
import { Hono } from 'hono';
import type { Ui } from '../build-ui.mjs';
import { newApi } from './api.js';
import type { Console } from './context.js';
import { addEvents } from './events.js';
import { sendProblem } from './problems.js';
import { addData } from './routes/data.js';
import { addDrafts } from './routes/drafts.js';
import { addFleetRuns } from './routes/fleet-runs.js';
import { addHealth } from './routes/health.js';
import { addImport } from './routes/import.js';
import { addMachine } from './routes/machine.js';
import { addMachines } from './routes/machines.js';
import { addRetirement } from './routes/retirement.js';
import { addRuns } from './routes/runs.js';
import { addSystem } from './routes/system.js';
import { TOKEN_COOKIE, authenticated, headers, isToken, sameSite } from './security.js';
import type { Access } from './security.js';
import { addPages } from './static.js';

type Log = (error: unknown) => void;

/** The console: an API over manager/, and the pages that use it. */
export function createApp(console: Console, ui: Ui, access: Access, log: Log): Hono {
  const app = new Hono<{ Variables: { nonce: string } }>();
  app.onError((error, c) => {
    const answer = sendProblem(c, error);
    if (answer.status === 500) log(error);
    return answer;
  });
  app.use(headers(), sameSite(access));
  app.use('/assets/*', compress());
  // Not the live events: compression would hold them back.
  app.use('/api/:part{(?!events$).+}', compress());
  addSignIn(app, access);
  app.use('/api/*', authenticated(access));
  addEvents(app as unknown as Hono, console);
  app.route('/', apiOf(console));
  app.all('/api/*', (c) => {
    throw new HTTPException(404, { message: `there is no ${c.req.method} ${c.req.path}` });
  });
  addPages(app, ui);
  return app as unknown as Hono;
}

function apiOf(console: Console) {
  const api = newApi();
  addSystem(api, console);
  addData(api, console);
  addDrafts(api, console);
  addImport(api, console);
  addMachines(api, console);
  addRuns(api, console);
  addMachine(api, console);
  addRetirement(api, console);
  addFleetRuns(api, console);
  addHealth(api, console);
  api.doc31('/api/openapi.json', {
    openapi: '3.1.0',
    info: { title: 'GAN Manager', version: console.version, description: 'What the console does, for programs.' },
  });
  return api;
}

/** Exchanges the token for a cookie that scripts cannot read. */
function addSignIn(app: Hono<{ Variables: { nonce: string } }>, { token }: Access): void {
  app.post('/api/sign-in', async (c) => {
    const given = (await c.req.json<{ token?: unknown }>()).token;
    if (token === null || typeof given !== 'string' || !isToken(given, token))
      throw new HTTPException(401, { message: 'that is not the console’s token' });
    setCookie(c, TOKEN_COOKIE.name, given, TOKEN_COOKIE.options);
    return c.json({ signedIn: true });
  });
}
