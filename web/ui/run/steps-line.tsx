import type { RunAccount, StepAccount } from '../../../contracts/api/runs.js';
import { STEP_TITLES } from '../../../contracts/steps.js';
import { Glyph } from '../components/glyph.js';
import { STATES } from '../components/state.js';
import type { StateName } from '../components/state.js';
import { duration } from '../format.js';
import { stepState } from './run-state.js';
import classes from './run.module.css';

/** The steps of a run in their order, each with the state of its current attempt. */
export function StepsLine({ run }: { run: RunAccount }) {
  return (
    <ol className={classes['steps']} aria-label="Steps">
      {run.steps.map((step) => (
        <Step key={step.step} step={step} state={stepState(run, step)} live={run.live} />
      ))}
    </ol>
  );
}

function Step({ step, state, live }: { step: StepAccount; state: StateName; live: RunAccount['live'] }) {
  const { icon, word, colour } = STATES[state];
  const isLive = live?.step === step.step;
  const attempts = Math.max(step.attempts, isLive ? live.attempt : 0);
  const progress = isLive && live.total > 0 ? `${Math.floor((100 * live.current) / live.total)} %` : null;
  const took = step.status === 'done' && step.seconds !== null ? duration(step.seconds) : progress;
  return (
    <li className={classes['step']} title={step.summary ?? word} style={{ borderTopColor: colour }}>
      <span className={classes['stepTitle']}>{STEP_TITLES[step.step]}</span>
      <span style={{ color: colour }}>
        <Glyph of={icon} /> {word}
      </span>
      <span className={classes['stepNote']}>
        {[took, attempts > 1 ? `attempt ${attempts}` : null].filter((part) => part !== null).join(' · ')}
      </span>
    </li>
  );
}
