import { readFileSync, readlinkSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { setImmediate as breathe } from 'node:timers/promises';
import { z } from 'zod';
import { configurationFolders } from '../../activities/fleet-folder.js';
import { ARTIFACTS, artifactKey } from '../../contracts/artifacts.js';
import type { ArtifactKind } from '../../contracts/artifacts.js';
import { Manifest } from '../../contracts/manifest.js';
import { MachineId } from '../../contracts/parameters.js';
import type { Project } from '../project.js';

/** What a configuration says, as far as it can be read: whether it is right, its machine's pipeline will say. */
const Identity = z.object({
  machine_type: z.string().catch('unknown'),
  manufacturer: z.string().catch(''),
  model: z.string().catch(''),
});
const UNREADABLE = Identity.parse({});

/** What is on disk of a machine. The same object as long as nothing of it has changed. */
export interface KnownMachine {
  machineId: string;
  identity: z.infer<typeof Identity>;
  profile: boolean;
  model: boolean;
  /** The published generation; null: none. */
  published: string | null;
  manifest: Manifest;
  /** Changes whenever something above does. */
  stamp: string;
}

/** Changes of files that a person edits in place do not show in their folder: this often, each is looked at. */
const EVERY_MS = 30_000;
/** A folder that changed so shortly before it was read may have changed again within its clock's tick. */
const SETTLED_MS = 1_000;
/** So many machines are looked at before others get their turn. */
const AT_ONCE = 200;

/**
 * What is on disk of every machine, for fleets of thousands: names are listed by folder, a file is read again only when
 * it has changed, and when no folder has changed nothing is looked at, since whatever makes an artifact renames it.
 */
export class ArtifactIndex {
  private machines: ReadonlyMap<string, KnownMachine> = new Map();
  private readonly configurations: FileCache<z.infer<typeof Identity>>;
  private readonly manifests: FileCache<Manifest>;
  private scanned = { at: 0, folders: '' };

  constructor(private readonly project: Project) {
    this.configurations = new FileCache((text) => Identity.catch(UNREADABLE).parse(parsed(text)), UNREADABLE);
    this.manifests = new FileCache((text) => Manifest.catch({ steps: {} }).parse(parsed(text)), { steps: {} });
  }

  /** Every machine of the fleet, by id. The same map as before when nothing has changed. */
  async scan(): Promise<ReadonlyMap<string, KnownMachine>> {
    const began = Date.now();
    const folders = this.folderStamps(began);
    if (folders === this.scanned.folders && began - this.scanned.at < EVERY_MS) return this.machines;
    const found = new Map<string, KnownMachine>();
    const names = { profile: this.names('profile'), model: this.names('model'), link: this.names('publication') };
    let changed = false;
    for (const [machineId, configuration] of this.configurationFiles()) {
      if (found.size % AT_ONCE === AT_ONCE - 1) await breathe();
      const before = this.machines.get(machineId);
      const machine = this.look(machineId, configuration, names);
      const same = before?.stamp === machine.stamp;
      changed ||= !same;
      found.set(machineId, same ? before : machine);
    }
    if (changed || found.size !== this.machines.size) this.machines = found;
    this.scanned = { at: began, folders };
    return this.machines;
  }

  private look(
    machineId: string,
    configuration: string,
    names: Record<'profile' | 'model' | 'link', ReadonlySet<string>>,
  ): KnownMachine {
    const own = this.configurations.read(configuration);
    const manifest = this.manifests.read(this.path('manifest', machineId));
    const has = (kind: 'profile' | 'model') => names[kind].has(basename(ARTIFACTS[kind]).replace('{id}', machineId));
    const [profile, model] = [has('profile'), has('model')];
    const published = names.link.has(machineId) ? this.published(machineId) : null;
    return {
      ...{ machineId, profile, model, published, identity: own.value, manifest: manifest.value },
      stamp: [own.stamp, manifest.stamp, profile, model, published].join(' '),
    };
  }

  private published(machineId: string): string | null {
    try {
      return basename(readlinkSync(this.path('publication', machineId)));
    } catch {
      return null;
    }
  }

  /** The machines' configurations, alphabetically: id → path. */
  private configurationFiles(): [string, string][] {
    const files = new Map<string, string>();
    for (const folder of this.configurationFolders()) {
      for (const name of namesIn(folder)) {
        const id = name.endsWith('.json') ? name.slice(0, -'.json'.length) : '';
        if (!files.has(id) && MachineId.safeParse(id).success) files.set(id, join(folder, name));
      }
    }
    return [...files].sort(([a], [b]) => (a < b ? -1 : 1));
  }

  private configurationFolders(): string[] {
    return configurationFolders({ dataRoot: this.project.settings.dataRoot, projectRoot: this.project.projectRoot });
  }

  private names(kind: ArtifactKind): ReadonlySet<string> {
    return new Set(namesIn(this.folder(kind)));
  }

  private folderStamps(now: number): string {
    const kinds = ['profile', 'model', 'publication', 'manifest'] as const;
    const folders = [...this.configurationFolders(), ...kinds.map((kind) => this.folder(kind))];
    const times = folders.map((folder) => statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? 0);
    const unsettled = times.some((time) => now - time < SETTLED_MS) ? ` ${now}` : '';
    return times.join(' ') + unsettled;
  }

  private folder(kind: ArtifactKind): string {
    return join(this.project.settings.dataRoot, dirname(ARTIFACTS[kind]));
  }

  private path(kind: ArtifactKind, machineId: string): string {
    return join(this.project.settings.dataRoot, artifactKey(kind, machineId));
  }
}

/** Files' contents, each read again only when it has changed. */
class FileCache<T> {
  private readonly files = new Map<string, { stamp: string; value: T }>();

  /** @param absent what a file counts as that is not there, or cannot be read */
  constructor(
    private readonly parse: (text: string) => T,
    private readonly absent: T,
  ) {}

  read(path: string): { stamp: string; value: T } {
    try {
      const stat = statSync(path, { throwIfNoEntry: false });
      if (stat?.isFile() !== true) return { stamp: '-', value: this.absent };
      const stamp = `${stat.mtimeMs} ${stat.size} ${stat.ino}`;
      const known = this.files.get(path);
      if (known?.stamp === stamp) return known;
      const read = { stamp, value: this.parse(readFileSync(path, 'utf8')) };
      this.files.set(path, read);
      return read;
    } catch {
      return { stamp: '?', value: this.absent };
    }
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
