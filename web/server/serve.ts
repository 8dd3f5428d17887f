import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { join } from 'node:path';
import { getRequestListener } from '@hono/node-server';
import { MachineFilter } from '../../contracts/api/machines.js';
import { ManagerError, REFUSAL } from '../../manager/errors.js';
import { FleetOverview } from '../../manager/fleet-overview.js';
import { FleetWatches } from '../../manager/fleet-watch.js';
import type { Connected } from '../../manager/project.js';
import { ensureUi } from '../build-ui.mjs';
import { createApp } from './app.js';
import { Topics } from './topics.js';

/** Access to Temporal, as manager/embedded/session.ts opens it. */
interface Session extends Connected {
  webUi: (workflowId: string, runId?: string) => string | null;
}

export interface ServedConsole {
  /** Its address, for a browser. */
  url: string;
  close: () => Promise<void>;
}

/** Ports that are tried when none is set, one after another. */
const PORTS = 50;

/**
 * Serves the console until it is closed.
 * @throws ManagerError when the port that is set is taken, or when others could reach it without a token
 */
export async function serveConsole(session: Session, log: (error: unknown) => void): Promise<ServedConsole> {
  const { console: settings } = session.settings;
  const closing = new AbortController();
  const { version } = JSON.parse(readFileSync(join(session.projectRoot, 'package.json'), 'utf8')) as {
    version: string;
  };
  const watches = new FleetWatches(session);
  const overview = new FleetOverview(session, closing.signal);
  const app = createApp(
    { ...session, version, watches, overview, topics: new Topics(), closing: closing.signal },
    await ensureUi(session.projectRoot),
    { hosts: settings.hosts, token: settings.token },
    log,
  );
  const listener = getRequestListener(app.fetch.bind(app));
  const server = createServer((request, response) => void listener(request, response));
  const port = await listen(server, settings);
  // The first look at a large fleet takes a moment: better now than when somebody waits for it.
  void overview.page(MachineFilter.parse({})).catch(() => undefined);
  const close = async () => {
    closing.abort();
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
    await overview.settled();
  };
  return { url: `http://${settings.host === '127.0.0.1' ? 'localhost' : settings.host}:${port}`, close };
}

async function listen(server: Server, { host, port, portGiven }: Connected['settings']['console']): Promise<number> {
  for (let shift = 0; shift < (portGiven ? 1 : PORTS); shift += 1) {
    const error = await attempt(server, host, port + shift);
    if (error === null) return port + shift;
    if (error.code !== 'EADDRINUSE') throw error;
  }
  throw new ManagerError(
    REFUSAL.invalidInput,
    `the console cannot listen on ${host}:${port}: the port is taken`,
    'set GAN_CONSOLE_PORT to another one',
  );
}

function attempt(server: Server, host: string, port: number): Promise<NodeJS.ErrnoException | null> {
  return new Promise((resolve) => {
    const failed = (error: NodeJS.ErrnoException) => {
      server.off('listening', ready);
      resolve(error);
    };
    const ready = () => {
      server.off('error', failed);
      resolve(null);
    };
    server.once('error', failed).once('listening', ready).listen(port, host);
  });
}
