import {
  ActivityCancellationType,
  CancellationScope,
  proxyActivities,
  proxyLocalActivities,
} from '@temporalio/workflow';
import type { Activities } from '../activities/index.js';
import type { ActivityPolicy, StepRequest, StepResult } from '../contracts/runs.js';
import { STEP_TITLES } from '../contracts/steps.js';
import type { Step } from '../contracts/steps.js';

/** Activities that check input and plan: short, on the workflow's own task queue. */
export const planning = proxyActivities<
  Pick<Activities, 'admitMachine' | 'planFleet' | 'reviewMachines' | 'checkFleetHealth'>
>({
  startToCloseTimeout: '2 minutes',
  heartbeatTimeout: '10 seconds',
  summary: 'check the input, before any work',
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  retry: { initialInterval: '1 second', maximumInterval: '10 seconds' },
});

const control = proxyLocalActivities<Pick<Activities, 'requestCancellation'>>({ startToCloseTimeout: '10 seconds' });

/** Has Temporal cancel this workflow, as its Web UI would. The request itself must not be cancelled by it. */
export async function cancelThis(): Promise<void> {
  await CancellationScope.nonCancellable(() => control.requestCancellation());
}

/**
 * Runs one step of a machine. Temporal retries it without limit: lost workers and shutdowns are nobody's fault, and a
 * step that keeps failing without progress ends as NoProgress (activities/step.ts).
 * Waits for the activity to end even when cancelled: a step reported as stopped has no process left.
 */
export async function runStep(step: Step, request: StepRequest, policy: ActivityPolicy): Promise<StepResult> {
  const training = step === 'trainTvae';
  const steps = proxyActivities<Pick<Activities, Step>>({
    taskQueue: training ? policy.trainingQueue : policy.lightQueue,
    startToCloseTimeout: training ? policy.trainingTimeoutMs : policy.lightTimeoutMs,
    heartbeatTimeout: policy.heartbeatTimeoutMs,
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    summary: `${STEP_TITLES[step]} · ${request.machineId}`,
    // After a lost worker Temporal always retries at once, however often the step was interrupted before. A failure of
    // the step itself says how long to wait.
    retry: { initialInterval: policy.retryInitialMs, backoffCoefficient: 1 },
  });
  return steps[step](request);
}
