import type { RunAccount, StepAccount } from '../../../contracts/api/runs.js';
import type { StateName } from '../components/state.js';

/** Silent for longer than this is worth a word: heartbeats come every second. */
export const SILENT_SECONDS = 4;

/** The state that people see of a run. */
export function runState(run: RunAccount): StateName {
  if (run.status === 'succeeded') return 'ready';
  if (run.status !== 'running') return run.status;
  if (run.live?.state === 'scheduled') return 'waiting';
  return (run.live?.silentSeconds ?? 0) >= SILENT_SECONDS ? 'silent' : 'running';
}

/** Its word, where the state's own is not precise. */
export function runWord(run: RunAccount): string | undefined {
  if (run.stopping) return run.status === 'paused' ? 'Pausing…' : 'Cancelling…';
  if (run.status === 'succeeded') return 'Succeeded';
  return undefined;
}

/** The state of a step, by its current attempt. */
export function stepState(run: RunAccount, step: StepAccount): StateName {
  if (step.status === 'skipped') return 'upToDate';
  if (step.status === 'pending') return 'toCome';
  if (step.status !== 'running') return step.status;
  return run.status === 'succeeded' ? 'running' : runState(run);
}

/** What the run waits for, or what is odd about it; null: nothing. */
export function remark(run: RunAccount): string | null {
  const { live, lostAfterSeconds } = run;
  if (run.status === 'paused') return run.stopping ? 'The step is saving its checkpoint.' : 'Paused at its checkpoint.';
  if (run.status !== 'running') return null;
  if (run.stopping) return 'The step is saving its checkpoint.';
  if (live === null) return null;
  if (live.state === 'scheduled')
    return live.attempt > 1
      ? `Attempt ${live.attempt} waits for a worker. Before: ${live.lastFailure ?? 'the worker was lost'}.`
      : 'Waits for a worker with a free slot.';
  const silent = live.silentSeconds ?? 0;
  if (silent >= SILENT_SECONDS)
    return (
      `Silent for ${silent} s. After ${lostAfterSeconds} s it counts as lost,` +
      ' and goes on from its checkpoint on the next worker.'
    );
  return null;
}
