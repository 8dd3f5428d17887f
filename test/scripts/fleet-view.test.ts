import { machineLine, outcomeTable, stepState, totalLine } from '../../scripts/views/fleet.js';
import { machine, made, report, snapshot, training } from '../support/fleet.js';

it('a running machine shows step, epoch, loss and ETA', () => {
  expect(stepState(training)).toBe(
    'train TVAE · epochs 150/300 · loss 0.045 · ETA 4.0 s · attempt 2 (the Python process was killed by SIGKILL)',
  );
});

it('a silence of Temporal is shown', () => {
  expect(totalLine(snapshot([machine('b', 'running')], { silentSince: 0 }))).toContain('no answer from Temporal');
});

it('the total counts what is done, running and failed', () => {
  const machines = [
    made('a', 10),
    machine('b', 'running'),
    machine('c', 'failed', {
      failure: { type: 'X', code: 'X', step: 'trainTvae', message: 'm', hint: null, field: null },
    }),
  ];
  expect(totalLine(snapshot(machines, { now: 5000 }))).toContain('1/3 done · 1 running · 1 failed · 5.0 s');
});

it('a failed machine says in which step and why', () => {
  const failed = machine('c', 'failed', {
    failure: {
      type: 'ValidationFailed',
      code: 'CLEARLY_WORSE',
      step: 'validateSeed',
      message: 'too noisy',
      hint: 'look',
      field: null,
    },
  });
  expect(machineLine(failed, undefined)).toContain('failed in validate seed: too noisy');
  expect(outcomeTable(report([failed]))).toContain('ValidationFailed (CLEARLY_WORSE): too noisy → look');
});
