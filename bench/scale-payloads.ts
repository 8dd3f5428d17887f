import type { Client } from '@temporalio/client';

/** The payloads of a workflow's history, from its first run to the one that it has continued as. */
export class Payloads {
  events = 0;
  runs = 0;
  /** Bytes of the largest. */
  largest = 0;

  async addChain(client: Client, workflowId: string): Promise<void> {
    const executions = client.workflow.list({ query: `WorkflowId = '${workflowId}'` });
    for await (const { runId } of executions) {
      const { events } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
      this.runs += 1;
      this.events += events?.length ?? 0;
      this.look(events);
    }
  }

  private look(value: unknown): void {
    if (Array.isArray(value)) for (const item of value) this.look(item);
    else if (value instanceof Uint8Array) this.largest = Math.max(this.largest, value.byteLength);
    else if (typeof value === 'object' && value !== null) for (const item of Object.values(value)) this.look(item);
  }
}
