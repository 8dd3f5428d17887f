import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import { dataConverterOf } from '../../codec/payload-codec.js';
import { startEmbeddedServer } from '../../manager/embedded/server.js';
import { loadSettings } from '../../temporal.config.js';
import type { Settings } from '../../temporal.config.js';
import { freePort } from './ports.js';
import { PROJECT_ROOT } from './python.js';

/** The embedded server as people have it, on free ports and with a state of its own. */
export class DevServer {
  private readonly closing: (() => Promise<void>)[] = [];

  private constructor(
    readonly root: string,
    readonly env: Record<string, string>,
  ) {}

  static async start(): Promise<DevServer> {
    const root = mkdtempSync(join(tmpdir(), 'dev-server-'));
    const ports = { GAN_TEMPORAL_PORT: String(await freePort()), GAN_TEMPORAL_UI_PORT: String(await freePort()) };
    const env = { ...ports, GAN_STATE_DIR: join(root, 'state'), GAN_ROOT: join(root, 'GAN') };
    const server = await startEmbeddedServer(loadSettings(env, PROJECT_ROOT));
    const started = new DevServer(root, { ...env, TEMPORAL_ADDRESS: `127.0.0.1:${ports.GAN_TEMPORAL_PORT}` });
    started.closing.push(server.stop);
    return started;
  }

  settings(changes: Record<string, string> = {}): Settings {
    return loadSettings({ ...this.env, ...changes }, PROJECT_ROOT);
  }

  async client(settings: Settings = this.settings()): Promise<Client> {
    const connection = await Connection.connect({ address: settings.connect.address });
    this.closing.push(() => connection.close());
    return new Client({ connection, namespace: settings.connect.namespace, ...dataConverterOf(settings.payloadKeys) });
  }

  async nativeConnection(): Promise<NativeConnection> {
    const connection = await NativeConnection.connect({ address: this.settings().connect.address });
    // A worker that failed still holds it; that must not hide why it failed.
    this.closing.push(() => connection.close().catch(() => undefined));
    return connection;
  }

  async stop(): Promise<void> {
    for (const close of this.closing.reverse()) await close();
    rmSync(this.root, { recursive: true, force: true });
  }
}
