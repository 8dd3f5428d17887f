import type { LiveRun, MachineTile } from '../../contracts/api/machines.js';
import type { MachineState } from '../../contracts/machine-states.js';
import type { StepRecord } from '../../contracts/manifest.js';
import type { Step } from '../../contracts/steps.js';
import type { KnownMachine } from './artifact-index.js';
import type { EndedPipeline, RunningPipeline } from './pipelines.js';
import type { Waiting } from './queue.js';
import type { Judgement } from './reports.js';

/** What a running pipeline is doing. */
export interface Doing {
  run: LiveRun | null;
  state: 'running' | 'paused' | 'silent' | 'waiting';
  reason: string | null;
}

/** All that is known of a machine. */
export interface Facts {
  known: KnownMachine;
  pipeline: RunningPipeline | null;
  doing: Doing | null;
  waiting: Waiting | null;
  ended: EndedPipeline | null;
  /** Why its last pipeline failed, once that has been asked. */
  failure: string | null;
  /** Of the newest generation, and of the published one; undefined: not read yet. */
  newest: Judgement | null | undefined;
  published: Judgement | null | undefined;
  /** Why a step is out of date; undefined: not known yet. */
  stale: string | null | undefined;
}

const ENDED_BADLY = ['FAILED', 'TIMED_OUT', 'TERMINATED'];

export function tileOf(facts: Facts): MachineTile {
  const { known, pipeline, waiting } = facts;
  const newest = facts.newest ?? recorded(known);
  const { identity, manifest, profile, model } = known;
  return {
    ...{ machineId: known.machineId, machineType: identity.machine_type },
    ...{ manufacturer: identity.manufacturer, model: identity.model },
    ...stateOf(facts),
    has: { profile, model, data: hasData(facts) },
    run: pipeline === null ? null : (facts.doing?.run ?? null),
    verdict: newest?.verdict ?? null,
    quality: newest?.quality ?? null,
    worst: newest?.worst ?? null,
    rows: newest?.rows ?? null,
    madeAt: lastOf(manifest.steps),
    fleetRun: pipeline?.fleetRun ?? waiting?.fleetRun ?? null,
  };
}

function stateOf(facts: Facts): { state: MachineState; reason: string | null } {
  const { known, pipeline, doing, waiting } = facts;
  if (pipeline !== null) return { state: doing?.state ?? 'running', reason: doing?.reason ?? null };
  if (waiting !== null) return { state: 'waiting', reason: waiting.reason };
  const failed = failureOf(facts);
  if (failed !== null) return { state: 'failed', reason: failed };
  if (!hasData(facts)) return known.model ? { state: 'dataMissing', reason: null } : missingModel(facts);
  return facts.stale == null ? { state: 'ready', reason: null } : { state: 'stale', reason: facts.stale };
}

function missingModel({ known }: Facts): { state: MachineState; reason: string | null } {
  return { state: 'modelMissing', reason: known.profile ? null : 'no profile yet' };
}

/** Why the machine counts as failed; null: it does not. */
function failureOf({ known, ended, newest, failure, stale }: Facts): string | null {
  if (newest?.verdict === 'fail') {
    const check = newest.worst === null ? '' : `: ${newest.worst.name} ${newest.worst.text}`;
    return `the data set did not pass${check}`;
  }
  if (ended === null || !ENDED_BADLY.includes(ended.status)) return null;
  const madeSince = Date.parse(known.manifest.steps.publishDataset?.finishedAt ?? '') > ended.endedAt;
  // Up to date, as after its configuration was put right again: nothing is left to be done.
  if (madeSince || (stale === null && known.published !== null)) return null;
  return failure ?? 'its last run failed';
}

/** Whether a validated data set is published. Its report may not have been read yet: then the link counts. */
function hasData({ known, published }: Facts): boolean {
  if (known.published === null) return false;
  return published === undefined || (published !== null && published.verdict !== 'fail');
}

function lastOf(steps: Partial<Record<Step, StepRecord | null>>): string | null {
  return Object.values(steps).reduce<string | null>((last, record) => {
    const at = record?.finishedAt ?? null;
    return at !== null && (last === null || at > last) ? at : last;
  }, null);
}

/** The newest generation, by the manifest; null: none was made. */
export function newestGeneration({ manifest }: KnownMachine): string | null {
  return generationOf(manifest.steps.generateDataset);
}

/** Whether only the report of the newest generation can say how good it is: the manifest has those that passed. */
export function isUnsure(known: KnownMachine): boolean {
  return newestGeneration(known) !== generationOf(known.manifest.steps.validateDataset);
}

/** What the manifest says of the newest generation. */
function recorded(known: KnownMachine): Judgement | null {
  const { validateDataset: validated, generateDataset: made } = known.manifest.steps;
  if (isUnsure(known) || validated?.verdict == null) return null;
  const { verdict, metrics } = validated;
  return { verdict, quality: metrics['quality'] ?? 0, worst: null, rows: made?.metrics['rows'] ?? 0 };
}

function generationOf(record: StepRecord | null | undefined): string | null {
  return record?.outputs[0]?.path.split('/').at(-2) ?? null;
}
