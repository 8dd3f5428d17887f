import { Button, Group, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useMutation } from '@tanstack/react-query';
import type { RunAccount } from '../../../contracts/api/runs.js';
import type { Steering } from '../../../contracts/runs.js';
import { post } from '../api.js';
import { Confirm } from '../components/confirm.js';
import { Failed } from '../components/states.js';

/** What can be done with a run: pause, resume, cancel; once it is over, run it again. */
export function Actions({ run, onRetry }: { run: RunAccount; onRetry: () => void }) {
  const [asking, ask] = useDisclosure();
  const steering = useMutation({
    mutationFn: (action: Steering) => post<RunAccount>(`/api/runs/${run.machineId}/${run.runId}/${action}`),
  });
  const over = run.status !== 'running' && run.status !== 'paused';
  const doing = steering.isPending ? steering.variables : null;
  const cancelling = doing === 'cancel' || (run.stopping && run.status === 'running');
  return (
    <>
      <Group gap="xs">
        {!over && run.status === 'running' && !cancelling && (
          <Button
            variant="default"
            disabled={doing !== null}
            onClick={() => {
              steering.mutate('pause');
            }}
          >
            {doing === 'pause' ? 'Pausing…' : 'Pause run'}
          </Button>
        )}
        {run.status === 'paused' && (
          <Button
            disabled={doing !== null}
            onClick={() => {
              steering.mutate('resume');
            }}
          >
            {doing === 'resume' ? 'Resuming…' : 'Resume run'}
          </Button>
        )}
        {!over && (
          <Button variant="outline" color="var(--bad)" disabled={cancelling} onClick={ask.open}>
            {cancelling ? 'Cancelling…' : 'Cancel run…'}
          </Button>
        )}
        {over && (
          <Button variant="default" onClick={onRetry}>
            Run again…
          </Button>
        )}
      </Group>
      <Confirm
        title={`Cancel the run of ${run.machineId}?`}
        verb="Cancel run"
        opened={asking}
        onClose={ask.close}
        onConfirm={() => {
          steering.mutate('cancel');
        }}
      >
        <Text size="sm">
          The running step saves its checkpoint and stops. What is published stays published; another run goes on from
          the checkpoint.
        </Text>
      </Confirm>
      {steering.error !== null && <Failed error={steering.error} />}
    </>
  );
}
