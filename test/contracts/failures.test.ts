import { failure, failureOfExit } from '../../activities/python/failures.js';
import { FAILURES, exitStatusOf, failureName } from '../../contracts/failures.js';
import { printable } from '../../contracts/printable.js';
import { reportFailure } from '../../workflows/failure-report.js';

const event = {
  event: 'error' as const,
  step: 'trainTvae',
  machineId: 'pump_a',
  time: 't',
  code: 'DISK_FULL',
  message: 'the disk is full',
  hint: null,
  field: 'sensors.0',
  retryable: true,
};

it('a failure keeps its own code and field on its way to the report', () => {
  const failed = failureOfExit(5, undefined, { ...event, exitCode: 5 }, []);
  const report = reportFailure(failed, 'trainTvae');
  expect(report).toMatchObject({ type: 'ResourceFailed', code: 'DISK_FULL', field: 'sensors.0', step: 'trainTvae' });
  expect(failureName(report)).toBe('ResourceFailed (DISK_FULL)');
});

it('one without a code of its own has that of its type, which is not repeated', () => {
  const report = reportFailure(failure('InvalidInput', 'no', { retryable: false }), null);
  expect(report.code).toBe('INVALID_INPUT');
  expect(failureName(report)).toBe('InvalidInput');
});

it.each(Object.values(FAILURES).filter(({ exitStatus }) => exitStatus !== null && exitStatus > 1))(
  '$type is what exit status $exitStatus means, both ways',
  ({ type, exitStatus, retryable }) => {
    const failed = failureOfExit(exitStatus ?? 0, undefined, { ...event, exitCode: exitStatus ?? 0 }, []);
    expect(failed).toMatchObject({ type, nonRetryable: !retryable });
    expect(exitStatusOf(type)).toBe(exitStatus);
  },
);

it('no text of a failure steers a terminal', () => {
  const failed = failure('InvalidInput', '\u001b[2J\u009b\u202e', {
    retryable: false,
    hint: '\u001b',
    field: '\u007f',
  });
  expect(reportFailure(failed, null)).toMatchObject({ message: '\\x1b[2J\\x9b\\u202e', hint: '\\x1b', field: '\\x7f' });
  expect(printable('a\n\tb “Ω” 日本 😀')).toBe('a\n\tb “Ω” 日本 😀');
});
