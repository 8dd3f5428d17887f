import type { Client } from '@temporalio/client';
import type { Settings } from '../temporal.config.js';

/** Where a use case works: this checkout and its settings. */
export interface Project {
  settings: Settings;
  /** The checkout, with the scripts and the fleet's configurations. Absolute. */
  projectRoot: string;
}

/** A project and a client of its Temporal. */
export interface Connected extends Project {
  client: Client;
}

/** How a caller stops what it asked for, and receives notes meanwhile. */
export interface Control {
  signal: AbortSignal;
  note: (line: string) => void;
}
