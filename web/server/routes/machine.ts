import type { Context } from 'hono';
import { z } from 'zod';
import { MachineDetail, PublishRequest, Published } from '../../../contracts/api/machine.js';
import { GenerationList } from '../../../contracts/generations.js';
import { MachineId } from '../../../contracts/parameters.js';
import { PlannedMachine } from '../../../contracts/plan.js';
import { ValidationReport } from '../../../contracts/validation-report.js';
import { check } from '../../../manager/check.js';
import { listGenerations, rollBack } from '../../../manager/data-sets.js';
import { ManagerError, REFUSAL } from '../../../manager/errors.js';
import { describeMachine, readReportPage, requireReport } from '../../../manager/machine-detail.js';
import { planAsMade } from '../../../manager/overview/staleness.js';
import { answers, body, createRoute } from '../api.js';
import type { Api } from '../api.js';
import { untilClosing } from '../context.js';
import type { Console } from '../context.js';

const OfMachine = z.object({ machineId: MachineId });
const OfGeneration = OfMachine.extend({ generation: z.string().max(64) });
/** Of a report: nothing in it may run, load or send anything. */
const REPORT_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'";

/** One machine: what is known of it, what a run would do, its generations and their reports. */
export function addMachine(api: Api, console: Console): void {
  addDetail(api, console);
  addPlan(api, console);
  addGenerations(api, console);
  addReports(api, console);
}

function addDetail(api: Api, console: Console): void {
  const route = createRoute({
    method: 'get',
    path: '/api/machines/{machineId}',
    summary: 'A machine: profile, artifacts, steps, validation',
    request: { params: OfMachine },
    responses: answers(MachineDetail, 'all that is known of the machine'),
  });
  api.openapi(route, async (c) => {
    const { machineId } = c.req.valid('param');
    const [known, tile] = await Promise.all([console.overview.machine(machineId), console.overview.tile(machineId)]);
    if (known === null || tile === null) throw unknown(machineId);
    return c.json(await describeMachine(console, known, tile), 200);
  });
}

function addPlan(api: Api, console: Console): void {
  const route = createRoute({
    method: 'get',
    path: '/api/machines/{machineId}/plan',
    summary: 'What a run with the parameters of the last one would do, step by step, and why',
    request: { params: OfMachine },
    responses: answers(PlannedMachine, 'each step with its reason'),
  });
  api.openapi(route, async (c) => {
    const { machineId } = c.req.valid('param');
    const [planned] = await planAsMade(console, [machineId], console.closing);
    if (planned === undefined) throw unknown(machineId);
    return c.json(planned, 200);
  });
}

function addGenerations(api: Api, console: Console): void {
  const list = createRoute({
    method: 'get',
    path: '/api/machines/{machineId}/generations',
    summary: 'The generations of a machine’s data set, newest first',
    request: { params: OfMachine },
    responses: answers(GenerationList, 'when and by whom each was made, how good it is, what became of it'),
  });
  api.openapi(list, async (c) => {
    const { machineId } = c.req.valid('param');
    return c.json({ generations: await listGenerations(console, machineId, untilClosing(console)) }, 200);
  });

  const publish = createRoute({
    method: 'post',
    path: '/api/machines/{machineId}/publish',
    summary: 'Publish a generation, or roll back to the one before',
    request: { params: OfMachine, body: body(PublishRequest) },
    responses: answers(Published, 'what is published now'),
  });
  api.openapi(publish, async (c) => {
    const { machineId } = c.req.valid('param');
    const { generation } = c.req.valid('json');
    const { summary } = await rollBack(console, machineId, generation, untilClosing(console));
    return c.json({ summary }, 200);
  });
}

function addReports(api: Api, console: Console): void {
  const route = createRoute({
    method: 'get',
    path: '/api/machines/{machineId}/generations/{generation}/report',
    summary: 'The validation report of a generation',
    request: { params: OfGeneration },
    responses: answers(ValidationReport, 'every check with its value, floor and threshold'),
  });
  api.openapi(route, async (c) => {
    const { machineId, generation } = c.req.valid('param');
    return c.json(await requireReport(console, machineId, generation), 200);
  });
  api.get('/api/machines/:machineId/generations/:generation/report.html', (c) => sendPage(c, console));
}

async function sendPage(c: Context, console: Console): Promise<Response> {
  const { machineId, generation } = check(OfGeneration, c.req.param());
  const page = await readReportPage(console, machineId, generation);
  return c.body(page, 200, {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': REPORT_POLICY,
    'cache-control': 'no-store',
  });
}

function unknown(machineId: string): ManagerError {
  return new ManagerError(
    REFUSAL.notFound,
    `there is no machine ${machineId} in the fleet`,
    'describe it: /machines/new',
  );
}
