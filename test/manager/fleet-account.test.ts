import type { WorkflowHandle } from '@temporalio/client';
import { readMachines } from '../../manager/fleet-account.js';

/** A run's handle whose queries end one after another as given. */
function handleThat(...ends: unknown[]): WorkflowHandle {
  const query = () => {
    const end = ends.shift();
    return end instanceof Error ? Promise.reject(end) : Promise.resolve(end);
  };
  return { query } as unknown as WorkflowHandle;
}

const unanswered = () => Object.assign(new Error('query timed out'), { code: 4, details: '', metadata: {} });
const page = (machineId: string, next: number | null) => ({ machines: [{ machineId }], next });

describe('the machines of a fleet run', () => {
  it('are read page by page', async () => {
    const machines = await readMachines(handleThat(page('a', 1), page('b', null)));
    expect(machines.map(({ machineId }) => machineId)).toEqual(['a', 'b']);
  });

  it('are asked for again when a worker that stands still has swallowed the query', async () => {
    const machines = await readMachines(handleThat(unanswered(), unanswered(), page('a', null)));
    expect(machines).toHaveLength(1);
  });

  it('are given up after three questions without an answer', async () => {
    const handle = handleThat(unanswered(), unanswered(), unanswered(), page('a', null));
    await expect(readMachines(handle)).rejects.toThrow('timed out');
  });

  it('are not asked for again when the answer is a refusal', async () => {
    await expect(readMachines(handleThat(new Error('refused'), page('a', null)))).rejects.toThrow('refused');
  });
});
