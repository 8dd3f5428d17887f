import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import type { FleetWatches } from '../../../manager/fleet-watch.js';
import { loadSettings } from '../../../temporal.config.js';
import { createApp } from '../../../web/server/app.js';
import type { Console } from '../../../web/server/context.js';
import { Topics } from '../../../web/server/topics.js';
import { PROJECT_ROOT } from '../../support/python.js';

interface Answer<T> {
  status: number;
  body: T;
}

/** The console's routes on a data root of their own, for those that need no Temporal. */
export class TestRoutes {
  readonly folder = mkdtempSync(join(tmpdir(), 'routes-'));
  readonly settings = loadSettings(
    { GAN_ROOT: join(this.folder, 'GAN'), GAN_STATE_DIR: join(this.folder, 'state') },
    PROJECT_ROOT,
  );
  private readonly closing = new AbortController();
  private readonly app = createApp(
    {
      settings: this.settings,
      projectRoot: PROJECT_ROOT,
      version: 'test',
      // A route that touches them belongs to the tests with a Temporal server.
      client: {} as unknown as Client,
      watches: {} as unknown as FleetWatches,
      overview: {} as unknown as Console['overview'],
      webUi: () => null,
      topics: new Topics(),
      closing: this.closing.signal,
    },
    { folder: this.folder, files: [], page: '' },
    { hosts: [], token: null },
    (error) => {
      throw error;
    },
  );

  async request(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = { host: 'localhost', ...(init.headers as Record<string, string> | undefined) };
    return await this.app.request(`http://localhost${path}`, { ...init, headers });
  }

  async get<T>(path: string): Promise<T> {
    return (await (await this.request(path)).json()) as T;
  }

  async post<T>(path: string, body: unknown): Promise<Answer<T>> {
    const headers = { 'content-type': 'application/json' };
    const answer = await this.request(path, { method: 'POST', headers, body: JSON.stringify(body) });
    return { status: answer.status, body: (await answer.json()) as T };
  }

  async send<T>(path: string, content: string): Promise<Answer<T>> {
    const headers = { 'content-type': 'application/octet-stream' };
    const answer = await this.request(path, { method: 'POST', headers, body: content });
    return { status: answer.status, body: (await answer.json()) as T };
  }

  close(): void {
    this.closing.abort();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
