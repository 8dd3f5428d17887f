import { z } from 'zod';
import {
  FleetNext,
  FleetRetry,
  FleetRunAccount,
  FleetRunDraft,
  FleetRunList,
  FleetRunPreview,
  FleetRunStart,
  GridFilter,
  GridPage,
  StartedFleetRun,
} from '../../../contracts/api/fleet-runs.js';
import type { FleetRunNews } from '../../../contracts/api/fleet-runs.js';
import type { LiveMessage } from '../../../contracts/api/events.js';
import { RunName } from '../../../contracts/parameters.js';
import { STEERING } from '../../../contracts/runs.js';
import { fleetWorkflowId } from '../../../contracts/steps.js';
import { check } from '../../../manager/check.js';
import { letBeNext, steerFleetRun } from '../../../manager/fleet-control.js';
import { fleetEta } from '../../../manager/fleet-eta.js';
import { gridRow, readGrid } from '../../../manager/fleet-grid.js';
import { FleetLauncher, previewRun } from '../../../manager/fleet-launch.js';
import { retryFleet } from '../../../manager/fleet-runs.js';
import { changesBetween } from '../../../manager/fleet-watch.js';
import type { FleetSnapshot } from '../../../manager/fleet-watch.js';
import { answers, body, createRoute } from '../api.js';
import type { Api } from '../api.js';
import type { Console } from '../context.js';

const OfRun = z.object({ name: RunName });

/** Fleet runs: what they would do, their start, their machines and steering, live. */
export function addFleetRuns(api: Api, console: Console): void {
  addLaunch(api, console);
  addReading(api, console);
  addNext(api, console);
  addSteering(api, console);
  console.topics.add('fleet-run', (name, signal) => news(console, check(RunName, name), signal));
}

function addLaunch(api: Api, console: Console): void {
  const launcher = new FleetLauncher(console);
  const preview = createRoute({
    method: 'post',
    path: '/api/fleet-runs/preview',
    summary: 'What a fleet run would do, and which machines it would leave out; changes nothing',
    request: { body: body(FleetRunDraft) },
    responses: answers(FleetRunPreview, 'the machines that would run, with their steps and reasons'),
  });
  api.openapi(preview, async (c) =>
    c.json(await previewRun(console, console.overview, c.req.valid('json'), c.req.raw.signal), 200),
  );

  const start = createRoute({
    method: 'post',
    path: '/api/fleet-runs',
    summary: 'Start a fleet run of exactly these machines; refused while another is under way',
    request: { body: body(FleetRunStart) },
    responses: answers(StartedFleetRun, 'the name of the run'),
  });
  api.openapi(start, async (c) => c.json({ name: await launcher.start(c.req.valid('json')) }, 200));
}

function addReading(api: Api, console: Console): void {
  const list = createRoute({
    method: 'get',
    path: '/api/fleet-runs',
    summary: 'The last fleet runs, newest first',
    responses: answers(FleetRunList, 'their outcomes'),
  });
  api.openapi(list, async (c) => c.json({ runs: await console.overview.lastRuns() }, 200));

  const machines = createRoute({
    method: 'get',
    path: '/api/fleet-runs/{name}/machines',
    summary: 'The machines of a fleet run and their steps, filtered, sorted and by pages',
    request: { params: OfRun, query: GridFilter },
    responses: answers(GridPage, 'one page of the machines that match'),
  });
  api.openapi(machines, async (c) => {
    const { name } = c.req.valid('param');
    return c.json(await readGrid(console, console.overview, name, c.req.valid('query')), 200);
  });
}

function addSteering(api: Api, console: Console): void {
  const retry = createRoute({
    method: 'post',
    path: '/api/fleet-runs/{name}/retry',
    summary: 'Run failed and cancelled machines again: in this run while it is under way, else in a new one',
    request: { params: OfRun, body: body(FleetRetry) },
    responses: answers(StartedFleetRun, 'the run in which they run again'),
  });
  api.openapi(retry, async (c) => {
    const { machineIds } = c.req.valid('json');
    const { name } = await retryFleet(console, machineIds ?? [], c.req.valid('param').name, () => undefined);
    return c.json({ name }, 200);
  });

  // After the others of the same shape: it would refuse their words.
  const steer = createRoute({
    method: 'post',
    path: '/api/fleet-runs/{name}/{action}',
    summary: 'Pause, resume or cancel a fleet run',
    request: { params: OfRun.extend({ action: z.enum(STEERING) }) },
    responses: answers(StartedFleetRun, 'the name of the run, which has taken note'),
  });
  api.openapi(steer, async (c) => {
    const { name, action } = c.req.valid('param');
    await steerFleetRun(console, name, action);
    return c.json({ name }, 200);
  });
}

/** Lets a waiting machine be the next. */
function addNext(api: Api, console: Console): void {
  const next = createRoute({
    method: 'post',
    path: '/api/fleet-runs/{name}/next',
    summary: 'Let a waiting machine be the next',
    request: { params: OfRun, body: body(FleetNext) },
    responses: answers(StartedFleetRun, 'the name of the run'),
  });
  api.openapi(next, async (c) => {
    const { name } = c.req.valid('param');
    await letBeNext(console, name, c.req.valid('json').machineId);
    return c.json({ name }, 200);
  });
}

/** A fleet run's account, then what changes of it and of its machines. */
async function* news(console: Console, name: string, signal: AbortSignal): AsyncGenerator<Omit<LiveMessage, 'topic'>> {
  let before: FleetSnapshot = { view: null, live: new Map(), now: 0, silentSince: null };
  let first = true;
  let sent = '';
  for await (const now of console.watches.subscribe(name, signal)) {
    const change = changesBetween(before, now);
    const account = accountOf(console, now);
    const text = JSON.stringify(account);
    const known = await console.overview.onDisk();
    const moved = new Set([...change.machines.map((machine) => machine.machineId), ...Object.keys(change.live)]);
    const rows = (now.view?.machines ?? [])
      .filter((machine) => moved.has(machine.machineId))
      .map((row) => gridRow(name, row, known.get(row.machineId) ?? null, now.live.get(row.machineId) ?? null));
    const data: FleetRunNews = { account: text === sent ? null : account, rows, silentSince: now.silentSince };
    if (first || data.account !== null || rows.length > 0 || before.silentSince !== now.silentSince)
      yield { kind: first ? 'state' : 'change', data };
    [before, first, sent] = [now, false, text];
  }
}

function accountOf(console: Console, snapshot: FleetSnapshot): FleetRunAccount | null {
  if (snapshot.view === null) return null;
  const { machines, ...account } = snapshot.view;
  const eta = account.finishedAt === null && machines.length > 0 ? fleetEta(snapshot) : null;
  const webUi = console.webUi(fleetWorkflowId(account.name));
  return { ...account, etaSeconds: eta === null ? null : Math.round(eta), webUi };
}
