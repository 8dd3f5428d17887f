import { Alert, Button, Code, Group, Stack, Text } from '@mantine/core';
import { Link } from 'wouter';
import type { RunAccount } from '../../../contracts/api/runs.js';
import { STEP_TITLES } from '../../../contracts/steps.js';

interface Advice {
  why: string;
  /** The one thing to do first: run again, correct the machine, or import its rows again. */
  action: 'retry' | 'machine' | 'import';
}

/** Why a failure of each code or type may be, and what helps. */
const ADVICE: Record<string, Advice> = {
  InvalidInput: { why: 'What the machine’s profile or the run’s parameters say cannot be used.', action: 'machine' },
  SEED_INVALID: { why: 'The recorded rows are not what the machine’s profile says.', action: 'import' },
  MissingPrerequisite: {
    why: 'Something that the step needs is not there: an earlier step’s output, Python or one of its packages.',
    action: 'retry',
  },
  ValidationFailed: {
    why: 'The generator learned too little, or the seed is unusual. What was published before stays published.',
    action: 'retry',
  },
  ResourceFailed: { why: 'Memory, disk or the accelerator ran out while the step worked.', action: 'retry' },
  NoProgress: {
    why: 'The step failed again and again at the same point; trying on would not have helped.',
    action: 'retry',
  },
  ProcessCrashed: {
    why: 'The Python process died: it was killed, or met an error that it does not know.',
    action: 'retry',
  },
  TimedOut: { why: 'No worker answered in time.', action: 'retry' },
};
const UNKNOWN: Advice = { why: 'The log below may say more.', action: 'retry' };

/** Why the run failed: what, where, why it may be, and one thing to do. */
export function FailureCard({ run, onRetry }: { run: RunAccount; onRetry: () => void }) {
  const { failure } = run;
  if (failure === null) return null;
  const { why, action } = ADVICE[failure.code] ?? ADVICE[failure.type] ?? UNKNOWN;
  const where = failure.step === null ? 'Failed before the first step' : `Failed: ${STEP_TITLES[failure.step]}`;
  return (
    <Alert color="var(--bad)" variant="outline" title={where} role="alert">
      <Stack gap={6}>
        <Text size="sm" className="anywhere">
          {failure.message}
        </Text>
        {failure.field !== null && (
          <Text size="sm">
            Field: <Code>{failure.field}</Code>
          </Text>
        )}
        <Text size="sm" c="dimmed">
          {why}
        </Text>
        {failure.hint !== null && <Text size="sm">What to do: {failure.hint}</Text>}
        <Group gap="xs">
          {action === 'retry' ? (
            <Button onClick={onRetry}>Retry{failure.step === null ? '' : ` from ${STEP_TITLES[failure.step]}`}…</Button>
          ) : (
            <Button
              component={Link}
              href={
                action === 'import' ? `/machines/new/import?machine=${run.machineId}` : `/machines/${run.machineId}`
              }
            >
              {action === 'import' ? 'Import its rows again' : 'Correct the machine'}
            </Button>
          )}
        </Group>
      </Stack>
    </Alert>
  );
}
