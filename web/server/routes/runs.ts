import type { Context } from 'hono';
import { z } from 'zod';
import {
  RecordPage,
  RetryRequest,
  RunAccount,
  RunFilter,
  RunId,
  RunList,
  RunRequest,
  StartedRun,
} from '../../../contracts/api/runs.js';
import { MachineId } from '../../../contracts/parameters.js';
import { logLine, logText } from '../../../contracts/run-log.js';
import { STEERING } from '../../../contracts/runs.js';
import { machineWorkflowId } from '../../../contracts/steps.js';
import { check } from '../../../manager/check.js';
import { readRun } from '../../../manager/runs/account.js';
import type { PlainAccount } from '../../../manager/runs/account.js';
import { retryRun, startRun, steerRun } from '../../../manager/runs/control.js';
import { listRuns } from '../../../manager/runs/list.js';
import { readRecord, wholeRecord } from '../../../manager/runs/records.js';
import { RunWatches } from '../../../manager/runs/watch.js';
import { answers, body, createRoute } from '../api.js';
import type { Api } from '../api.js';
import type { Console } from '../context.js';
import { states } from '../topics.js';

const OfMachine = z.object({ machineId: MachineId });
const OfRun = z.object({ machineId: MachineId, runId: RunId });

/** Runs: their lists, their accounts, their records, and what a person does with them. */
export function addRuns(api: Api, console: Console): void {
  addReading(api, console);
  addRecords(api, console);
  addSteering(api, console);
  const watches = new RunWatches(console, console.closing);
  console.topics.add('machine', (machineId, signal) =>
    states(withPages(console, watches.subscribe(check(MachineId, machineId), signal))),
  );
}

function addReading(api: Api, console: Console): void {
  const list = createRoute({
    method: 'get',
    path: '/api/runs',
    summary: 'Runs of machines and of fleets, the newest first',
    request: { query: RunFilter },
    responses: answers(RunList, 'a page of runs'),
  });
  api.openapi(list, async (c) => c.json(await listRuns(console, c.req.valid('query')), 200));

  const latest = createRoute({
    method: 'get',
    path: '/api/runs/{machineId}',
    summary: 'The latest run of a machine',
    request: { params: OfMachine },
    responses: answers(RunAccount, 'the account of the run'),
  });
  api.openapi(latest, async (c) =>
    c.json(withPage(console, await readRun(console, c.req.valid('param').machineId, null)), 200),
  );

  const one = createRoute({
    method: 'get',
    path: '/api/runs/{machineId}/{runId}',
    summary: 'A run of a machine',
    request: { params: OfRun },
    responses: answers(RunAccount, 'the account of the run'),
  });
  api.openapi(one, async (c) => {
    const { machineId, runId } = c.req.valid('param');
    return c.json(withPage(console, await readRun(console, machineId, runId)), 200);
  });
}

function addRecords(api: Api, console: Console): void {
  const record = createRoute({
    method: 'get',
    path: '/api/runs/{machineId}/{runId}/record',
    summary: 'What happened in a run: losses, log, attempts',
    request: { params: OfRun, query: z.object({ from: z.coerce.number().int().min(0).default(0) }) },
    responses: answers(RecordPage, 'the entries from a byte on'),
  });
  api.openapi(record, async (c) => {
    const { machineId, runId } = c.req.valid('param');
    return c.json(await readRecord(console, machineId, runId, c.req.valid('query').from), 200);
  });

  api.get('/api/runs/:machineId/:runId/log', (c) => sendLog(c, console));
}

/** The log as a text file. */
async function sendLog(c: Context, console: Console): Promise<Response> {
  const { machineId, runId } = check(OfRun, c.req.param());
  const lines = (await wholeRecord(console, machineId, runId)).map((entry) => logText(logLine(entry)));
  return c.body(`${lines.join('\n')}\n`, 200, {
    'content-type': 'text/plain; charset=utf-8',
    'content-disposition': `attachment; filename="${machineId}-${runId.slice(0, 8)}.log"`,
  });
}

function addSteering(api: Api, console: Console): void {
  const start = createRoute({
    method: 'post',
    path: '/api/machines/{machineId}/runs',
    summary: 'Start a run of a machine',
    request: { params: OfMachine, body: body(RunRequest) },
    responses: answers(StartedRun, 'the run that was started'),
  });
  api.openapi(start, async (c) =>
    c.json(await startRun(console, c.req.valid('param').machineId, c.req.valid('json')), 200),
  );

  const retry = createRoute({
    method: 'post',
    path: '/api/runs/{machineId}/{runId}/retry',
    summary: 'Start a run again, perhaps with other parameters; what is up to date is skipped',
    request: { params: OfRun, body: body(RetryRequest) },
    responses: answers(StartedRun, 'the run that was started'),
  });
  api.openapi(retry, async (c) => {
    const { machineId, runId } = c.req.valid('param');
    return c.json(await retryRun(console, machineId, runId, c.req.valid('json').parameters), 200);
  });

  for (const action of STEERING) {
    const steer = createRoute({
      method: 'post',
      path: `/api/runs/{machineId}/{runId}/${action}`,
      summary: `${action} a run of a machine; asking twice is the same as asking once`,
      request: { params: OfRun },
      responses: answers(RunAccount, 'the account of the run'),
    });
    api.openapi(steer, async (c) => {
      const { machineId, runId } = c.req.valid('param');
      await steerRun(console, machineId, runId, action);
      return c.json(withPage(console, await readRun(console, machineId, runId)), 200);
    });
  }
}

function withPage(console: Console, run: PlainAccount): RunAccount {
  return { ...run, webUi: console.webUi(machineWorkflowId(run.machineId), run.runId) };
}

async function* withPages<T extends { run: PlainAccount | null }>(console: Console, states: AsyncIterable<T>) {
  for await (const state of states) yield { ...state, run: state.run === null ? null : withPage(console, state.run) };
}
