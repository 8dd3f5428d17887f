import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Settings } from '../../temporal.config.js';
import { Place, identify, isSamePlace, placeOf } from '../../workers/data-root.js';
import { ManagerError, REFUSAL } from '../errors.js';
import { isAlive, nameOf } from './process-lock.mjs';

/** What the embedded server's folder remembers from one start to the next. */
const ServerRecord = z.object({
  /** Where this folder was, which gives a copy of it away. */
  folder: Place,
  dataRoot: Place,
  port: z.number().int(),
  uiPort: z.number().int(),
  /** Whether its database has ever been used. */
  served: z.boolean(),
});
export type ServerRecord = z.infer<typeof ServerRecord>;

/** What guard.mjs records about itself and its server: `pid start time`, see process-lock.mjs. */
const Processes = z.object({ guard: z.string(), server: z.string(), state: z.enum(['running', 'stopping']) });
export type Processes = z.infer<typeof Processes>;

/** The folder of the embedded server: its database, its log, what it remembers. It belongs to one data root. */
export class ServerFolder {
  readonly database: string;
  readonly log: string;
  readonly lock: string;
  readonly processesFile: string;
  private readonly recordFile: string;

  constructor(private readonly settings: Settings) {
    const inside = (name: string) => join(settings.stateDir, name);
    this.database = inside('temporal.db');
    this.log = inside('server.log');
    this.lock = inside('start.lock');
    this.processesFile = inside('server.pid');
    this.recordFile = inside('server.json');
  }

  /**
   * What is remembered, or null.
   * @throws ManagerError when the folder belongs to another data root
   */
  read(): ServerRecord | null {
    const record = parse(this.recordFile, ServerRecord);
    if (record === null) return null;
    const { stateDir, dataRoot } = this.settings;
    const own = placeOf(dataRoot);
    // A copy of a whole checkout has a copy of the data root, under the same id.
    const belongs = this.isCopy(record) ? record.dataRoot.id === own.id : isSamePlace(record.dataRoot, own);
    if (belongs) return record;
    throw new ManagerError(
      REFUSAL.missingPrerequisite,
      `the Temporal server in ${stateDir} belongs to the data root ${record.dataRoot.path}, not to ${dataRoot}`,
      `GAN_STATE_DIR=… gives ${dataRoot} a server of its own; GAN_ROOT=${record.dataRoot.path} uses this one`,
    );
  }

  /** Forgets processes that are gone, or that belong to the folder this one was copied from, before the next start. */
  forgetProcesses(): void {
    rmSync(this.processesFile, { force: true });
  }

  /** Remembers the server's ports. Creates the folder if it is missing. */
  write(ports: { port: number; uiPort: number }, served: boolean): void {
    const { stateDir, dataRoot } = this.settings;
    mkdirSync(stateDir, { recursive: true });
    const record: ServerRecord = {
      folder: identify(stateDir),
      dataRoot: existsSync(dataRoot) ? identify(dataRoot) : placeOf(dataRoot),
      ...ports,
      served,
    };
    writeFileSync(`${this.recordFile}.tmp`, `${JSON.stringify(record, null, 2)}\n`);
    renameSync(`${this.recordFile}.tmp`, this.recordFile);
  }

  /** The processes that use this folder, or null. Those that a copied folder names belong to the original. */
  processes(): Processes | null {
    const record = parse(this.recordFile, ServerRecord);
    if (record === null || this.isCopy(record)) return null;
    const processes = parse(this.processesFile, Processes);
    return processes !== null && (isAlive(processes.guard) || isAlive(processes.server)) ? processes : null;
  }

  /** Moves a database that was never used out of the way, kept under another name. */
  setDatabaseAside(): void {
    const aside = `${this.database}.unused-${nameOf(process.pid).replace(' ', '-')}`;
    for (const suffix of ['', '-journal', '-wal', '-shm']) {
      try {
        renameSync(this.database + suffix, aside + suffix);
      } catch {
        // It was not there.
      }
    }
  }

  private isCopy({ folder }: ServerRecord): boolean {
    return !isSamePlace(folder, placeOf(this.settings.stateDir));
  }
}

function parse<T>(path: string, schema: z.ZodType<T>): T | null {
  try {
    return schema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return null;
  }
}
