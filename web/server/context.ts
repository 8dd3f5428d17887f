import type { FleetOverview } from '../../manager/fleet-overview.js';
import type { FleetWatches } from '../../manager/fleet-watch.js';
import type { Connected, Control } from '../../manager/project.js';
import type { Topics } from './topics.js';

/** What every route works with. */
export interface Console extends Connected {
  version: string;
  /** Page of a workflow in the Temporal Web UI; null: its address is unknown. */
  webUi: (workflowId: string, runId?: string) => string | null;
  watches: FleetWatches;
  overview: FleetOverview;
  topics: Topics;
  /** Aborts when the console closes. */
  closing: AbortSignal;
}

/** Work that others may wait for, or that has begun: a browser that leaves does not stop it. */
export function untilClosing({ closing }: Pick<Console, 'closing'>): Control {
  return { signal: closing, note: () => undefined };
}
