import { z } from 'zod';
import {
  Configuration,
  CreatedMachine,
  DraftQuestion,
  Estimate,
  EstimateQuestion,
  IdCheck,
  NewMachine,
  Templates,
} from '../../../contracts/api/drafts.js';
import { DraftCheck } from '../../../contracts/draft.js';
import { MachineId, MachineType } from '../../../contracts/parameters.js';
import { checkId, configurationOf, listTemplates } from '../../../manager/configurations.js';
import { checkDraft } from '../../../manager/drafts.js';
import { createMachine } from '../../../manager/machines.js';
import { estimateRun } from '../../../manager/run-estimate.js';
import { answers, body, createRoute } from '../api.js';
import type { Api } from '../api.js';
import { untilClosing } from '../context.js';
import type { Console } from '../context.js';

/** What the wizard asks before there is a machine, and the making of one. */
export function addDrafts(api: Api, console: Console): void {
  addChecks(api, console);
  addCreation(api, console);
  addEstimate(api, console);
}

function addChecks(api: Api, console: Console): void {
  const id = createRoute({
    method: 'get',
    path: '/api/machine-ids/{id}',
    summary: 'Whether a new machine may have this id',
    request: { params: z.object({ id: z.string().max(200) }) },
    responses: answers(IdCheck, 'whether it may, and why not'),
  });
  api.openapi(id, async (c) => c.json(await checkId(console, c.req.valid('param').id), 200));

  const draft = createRoute({
    method: 'post',
    path: '/api/machines/check',
    summary: 'What is wrong with a draft of a configuration, what would be assumed, and how the machine would behave',
    request: { body: body(DraftQuestion) },
    responses: answers(DraftCheck, 'problems, proposals, warnings and a preview'),
  });
  api.openapi(draft, async (c) => {
    const { draft: given, preview } = c.req.valid('json');
    // Whoever types on asks anew: the answer to what was there before is of no use.
    const signal = AbortSignal.any([c.req.raw.signal, console.closing]);
    return c.json(await checkDraft(console, given, { preview }, { signal, note: () => undefined }), 200);
  });
}

function addCreation(api: Api, console: Console): void {
  const create = createRoute({
    method: 'post',
    path: '/api/machines',
    summary: 'Add a machine to the fleet, or replace it',
    request: { body: body(NewMachine) },
    responses: answers(CreatedMachine, 'the machine is in the fleet'),
  });
  api.openapi(create, async (c) => {
    const { configuration, replace } = c.req.valid('json');
    const name = 'the machine';
    const control = untilClosing(console);
    const { profile } = await createMachine(console, JSON.stringify(configuration), { name, replace }, control);
    return c.json({ machineId: profile.machine_id }, 200);
  });

  const read = createRoute({
    method: 'get',
    path: '/api/machines/{machineId}/configuration',
    summary: 'A machine’s configuration as it was written',
    request: { params: z.object({ machineId: MachineId }) },
    responses: answers(Configuration, 'the configuration'),
  });
  api.openapi(read, async (c) => c.json(await configurationOf(console, c.req.valid('param').machineId), 200));

  const templates = createRoute({
    method: 'get',
    path: '/api/templates',
    summary: 'Machines of a type whose configurations a new one can start from',
    request: { query: z.object({ type: MachineType }) },
    responses: answers(Templates, 'the machines'),
  });
  api.openapi(templates, async (c) =>
    c.json({ templates: await listTemplates(console, c.req.valid('query').type) }, 200),
  );
}

function addEstimate(api: Api, console: Console): void {
  const route = createRoute({
    method: 'post',
    path: '/api/estimates',
    summary: 'How long a machine’s steps may take',
    request: { body: body(EstimateQuestion) },
    responses: answers(Estimate, 'seconds, from how long those of other machines took'),
  });
  api.openapi(route, async (c) => {
    const { parameters, sensors } = c.req.valid('json');
    return c.json(estimateRun(await console.overview.onDisk(), parameters, sensors), 200);
  });
}
