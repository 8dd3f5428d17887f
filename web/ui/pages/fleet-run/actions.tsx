import { Anchor, Button, Group, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { Glyph } from '../../components/glyph.js';
import type { FleetRunAccount, StartedFleetRun } from '../../../../contracts/api/fleet-runs.js';
import { post } from '../../api.js';
import { Confirm } from '../../components/confirm.js';
import { Failed } from '../../components/states.js';

type Action = 'pause' | 'resume' | 'cancel';
const DOING: Record<Action, string> = { pause: 'Pausing…', resume: 'Resuming…', cancel: 'Cancelling…' };

/** What can be done with a fleet run: pause, resume, cancel, and run again what failed. */
export function Actions({ account }: { account: FleetRunAccount }) {
  const { name, status, counts, webUi } = account;
  const [asked, setAsked] = useState(false);
  const steer = useMutation({ mutationFn: (action: Action) => post(`/api/fleet-runs/${name}/${action}`) });
  const over = account.finishedAt !== null;
  const cancelling = status === 'cancelling' || (steer.variables === 'cancel' && !steer.isError && !over);
  const paused = status === 'paused';
  const toggle: Action = paused ? 'resume' : 'pause';
  const pending = steer.isPending ? steer.variables : null;
  const running = counts.running + counts.queued;
  return (
    <>
      <Group gap="xs" ml="auto">
        {!over && !cancelling && (
          <Button
            variant="default"
            disabled={pending !== null}
            onClick={() => {
              steer.mutate(toggle);
            }}
          >
            {pending === toggle ? DOING[toggle] : paused ? 'Resume' : 'Pause'}
          </Button>
        )}
        {!over && (
          <Button
            variant="default"
            disabled={cancelling}
            onClick={() => {
              setAsked(true);
            }}
          >
            {cancelling ? DOING.cancel : 'Cancel…'}
          </Button>
        )}
        {counts.failed + counts.cancelled > 0 && !cancelling && <Retry account={account} />}
        {webUi !== null && (
          <Anchor href={webUi} target="_blank" rel="noreferrer" size="sm">
            Temporal Web UI <Glyph of="↗" />
          </Anchor>
        )}
      </Group>
      {steer.error !== null && <Failed error={steer.error} />}
      <Confirm
        title={`Cancel fleet run ${name}?`}
        verb="Cancel run"
        opened={asked}
        onClose={() => {
          setAsked(false);
        }}
        onConfirm={() => {
          steer.mutate('cancel');
        }}
      >
        <Text size="sm">
          {running.toLocaleString('en')} machines that run or wait are cancelled. What is finished stays, and so do the
          checkpoints: another run goes on from them.
        </Text>
      </Confirm>
    </>
  );
}

function Retry({ account: { name, counts, finishedAt } }: { account: FleetRunAccount }) {
  const [, navigate] = useLocation();
  const [asked, setAsked] = useState(false);
  const client = useQueryClient();
  const count = counts.failed + counts.cancelled;
  const retry = useMutation({
    mutationFn: () => post<StartedFleetRun>(`/api/fleet-runs/${name}/retry`),
    onSuccess: async (started) => {
      await client.invalidateQueries({ queryKey: ['grid', name] });
      if (started.name !== name) navigate(`/fleet/${started.name}`);
    },
  });
  return (
    <>
      <Button
        loading={retry.isPending}
        onClick={() => {
          setAsked(true);
        }}
      >
        Retry failed ({count.toLocaleString('en')})…
      </Button>
      {retry.error !== null && <Failed error={retry.error} />}
      <Confirm
        title={`Run ${count.toLocaleString('en')} machines again?`}
        verb="Retry"
        opened={asked}
        onClose={() => {
          setAsked(false);
        }}
        onConfirm={() => {
          retry.mutate();
        }}
      >
        <Text size="sm">
          The machines of this run that failed or were cancelled run again,{' '}
          {finishedAt === null ? 'in this run' : 'in a new fleet run'}; steps that are up to date are skipped.
        </Text>
      </Confirm>
    </>
  );
}
