import type { ConnectionLike } from '@temporalio/client';
import { dataConverterOf } from '../codec/payload-codec.js';
import type { Settings } from '../temporal.config.js';

/**
 * Checks whether the newest running workflow can be read here: a worker or command without its keys would wait for
 * ever.
 * @throws PayloadKeyError when it cannot
 */
export async function requireKeys(connection: ConnectionLike, settings: Settings): Promise<void> {
  const { namespace } = settings.connect;
  const { workflowService } = connection;
  const query = "ExecutionStatus = 'Running'";
  const { executions } = await workflowService.listWorkflowExecutions({ namespace, query, pageSize: 1 });
  const execution = executions[0]?.execution;
  if (execution == null) return;
  const { history } = await workflowService.getWorkflowExecutionHistory({ namespace, execution, maximumPageSize: 1 });
  const input = history?.events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads ?? [];
  const codecs = dataConverterOf(settings.payloadKeys).dataConverter.payloadCodecs ?? [];
  for (const codec of codecs) await codec.decode(input);
}
