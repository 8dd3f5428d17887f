import { z } from 'zod';
import { Moved, RetireRequest, RetiredMachines } from '../../../contracts/api/retirement.js';
import { MachineId } from '../../../contracts/parameters.js';
import { ManagerError, REFUSAL } from '../../../manager/errors.js';
import { listRetired } from '../../../manager/retired.js';
import { restoreMachine, retireMachine } from '../../../manager/retirement.js';
import { answers, body, createRoute } from '../api.js';
import type { Api } from '../api.js';
import { untilClosing } from '../context.js';
import type { Console } from '../context.js';

const OfMachine = z.object({ machineId: MachineId });

/** Machines that leave the fleet with all that is their own, and come back. */
export function addRetirement(api: Api, console: Console): void {
  const list = createRoute({
    method: 'get',
    path: '/api/retired-machines',
    summary: 'Machines that have left the fleet, the latest first',
    responses: answers(RetiredMachines, 'who they are, and where their files lie'),
  });
  api.openapi(list, async (c) => c.json({ machines: await listRetired(console) }, 200));

  const retire = createRoute({
    method: 'post',
    path: '/api/machines/{machineId}/retire',
    summary: 'Take a machine out of the fleet: all that is its own is moved aside, nothing is deleted',
    request: { params: OfMachine, body: body(RetireRequest) },
    responses: answers(Moved, 'what was moved, and where it is'),
  });
  api.openapi(retire, async (c) => {
    const { machineId } = c.req.valid('param');
    if (c.req.valid('json').confirm !== machineId)
      throw new ManagerError(REFUSAL.invalidInput, 'confirm: must be the machine’s id', null, null, 'confirm');
    return c.json(await retireMachine(console, machineId, untilClosing(console)), 200);
  });

  const restore = createRoute({
    method: 'post',
    path: '/api/machines/{machineId}/restore',
    summary: 'Bring a retired machine back into the fleet, as it was',
    request: { params: OfMachine, body: body(z.strictObject({})) },
    responses: answers(Moved, 'what was moved back'),
  });
  api.openapi(restore, async (c) =>
    c.json(await restoreMachine(console, c.req.valid('param').machineId, untilClosing(console)), 200),
  );
}
