import { Anchor, Button, Card, Group, Stack, Text, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { Link, useParams } from 'wouter';
import { TOPIC } from '../../../contracts/api/topics.js';
import type { MachineRun, RunAccount } from '../../../contracts/api/runs.js';
import { logLine } from '../../../contracts/run-log.js';
import { STEP_TITLES } from '../../../contracts/steps.js';
import { get } from '../api.js';
import { Copy } from '../components/copy.js';
import { Glyph } from '../components/glyph.js';
import { Log } from '../components/log.js';
import { State } from '../components/state.js';
import { Failed, Loading, Nothing } from '../components/states.js';
import { When, useNow } from '../components/time.js';
import { duration } from '../format.js';
import { useTopic } from '../live.js';
import { Actions } from '../run/actions.js';
import { laterAttempts } from '../run/attempts.js';
import { FailureCard } from '../run/failure.js';
import { LossChart } from '../run/loss-chart.js';
import { Progress } from '../run/progress.js';
import classes from '../run/run.module.css';
import { runState, runWord } from '../run/run-state.js';
import { StartDialog } from '../run/start-dialog.js';
import { StepsLine } from '../run/steps-line.js';
import { useRecord } from '../run/use-record.js';
import { Warnings } from '../run/warnings.js';

/** A machine's run: the one that the address names, or the latest. */
export default function RunPage() {
  const { machineId = '', runId } = useParams<{ machineId: string; runId?: string }>();
  const live = useTopic<MachineRun>(TOPIC.machine(machineId));
  const latest = live.data?.run ?? null;
  const isLatest = runId === undefined || runId === latest?.runId;
  const named = useQuery({
    queryKey: ['run', machineId, runId],
    queryFn: ({ signal }) => get<RunAccount>(`/api/runs/${machineId}/${runId ?? ''}`, signal),
    enabled: !isLatest && live.data !== null,
  });
  if (live.problem !== null) return <Failed error={live.problem} />;
  if (live.data === null || (!isLatest && named.isPending)) return <Loading what="run" />;
  if (!isLatest && named.error !== null) return <Failed error={named.error} retry={() => void named.refetch()} />;
  const run = isLatest ? latest : (named.data ?? null);
  if (run === null) return <NeverRun machineId={machineId} />;
  return <Run run={run} silentSince={live.data.silentSince} newer={isLatest ? null : latest} />;
}

function NeverRun({ machineId }: { machineId: string }) {
  const [starting, start] = useDisclosure();
  return (
    <Nothing title={`${machineId} has not run yet`} text="A run takes the machine through its seven steps.">
      <Button onClick={start.open}>Start run…</Button>
      {starting && <StartDialog machineId={machineId} before={null} onClose={start.close} />}
    </Nothing>
  );
}

interface RunProps {
  run: RunAccount;
  silentSince: number | null;
  /** A later run of the machine. */
  newer: RunAccount | null;
}

function Run({ run, silentSince, newer }: RunProps) {
  const { entries } = useRecord(run);
  const [retrying, retry] = useDisclosure();
  return (
    <Stack gap="md">
      <title>{`${run.machineId} · run · GAN Manager`}</title>
      <Head run={run} onRetry={retry.open} />
      {silentSince !== null && (
        <Text size="sm" c="var(--warn)" role="status">
          <Glyph of="⚠" /> No answer from Temporal; this is how the run was <When at={silentSince} />.
        </Text>
      )}
      {newer !== null && (
        <Text size="sm">
          An earlier run. <Link href={`/runs/${run.machineId}`}>Show the latest</Link>, which began{' '}
          <When at={newer.startedAt} />.
        </Text>
      )}
      <FailureCard run={run} onRetry={retry.open} />
      <StepsLine run={run} />
      <div className={classes['columns']}>
        <Stack gap="md">
          <Progress run={run} entries={entries} />
          <Warnings entries={entries} />
          <LossChart entries={entries} />
          <Made run={run} />
        </Stack>
        <RunLog run={run} entries={entries} />
      </div>
      {retrying && (
        <StartDialog
          machineId={run.machineId}
          before={run.parameters}
          failedAt={run.failure?.step ?? null}
          onClose={retry.close}
        />
      )}
    </Stack>
  );
}

function Head({ run, onRetry }: { run: RunAccount; onRetry: () => void }) {
  const now = useNow(1_000);
  const word = runWord(run);
  return (
    <Group justify="space-between" align="flex-start" gap="sm">
      <div>
        <Group gap={6}>
          <Title order={1} size="h3">
            <Link href={`/machines/${run.machineId}`} className="plain">
              {run.machineId}
            </Link>
          </Title>
          <Copy value={run.machineId} what="machine id" />
          {word === undefined ? <State state={runState(run)} /> : <State state={runState(run)}>{word}</State>}
        </Group>
        <Text size="sm" c="dimmed" component="div">
          began <When at={run.startedAt} />, {run.finishedAt === null ? 'for' : 'took'}{' '}
          {duration(Math.max(0, (run.finishedAt ?? now) - run.startedAt) / 1000)}
          {run.parameters !== null && ` · ${run.parameters.epochs} epochs · batch size ${run.parameters.batchSize}`}
          {run.from !== null && ` · from ${STEP_TITLES[run.from]} on`}
          {run.fleetRun !== null && (
            <>
              {' · '}
              <Link href={`/fleet/${run.fleetRun}`}>fleet run {run.fleetRun}</Link>
            </>
          )}
          {run.webUi !== null && (
            <>
              {' · '}
              <Anchor size="sm" underline="always" href={run.webUi} target="_blank" rel="noreferrer">
                in Temporal
              </Anchor>
            </>
          )}
        </Text>
      </div>
      <Actions run={run} onRetry={onRetry} />
    </Group>
  );
}

/** What the steps made, once they have. */
function Made({ run }: { run: RunAccount }) {
  const made = run.steps.filter(({ summary }) => summary !== null);
  if (made.length === 0) return null;
  return (
    <Card>
      <Title order={2} size="h5" mb={4}>
        What was made
      </Title>
      <dl className={classes['made']}>
        {made.map(({ step, summary }) => (
          <div key={step}>
            <dt>{STEP_TITLES[step]}</dt>
            <dd className="anywhere">{summary}</dd>
          </div>
        ))}
      </dl>
    </Card>
  );
}

function RunLog({ run, entries }: { run: RunAccount; entries: ReturnType<typeof useRecord>['entries'] }) {
  const [goTo, setGoTo] = useState<number | null>(null);
  const lines = useMemo(() => {
    if (run.recordBytes !== null) return entries.map(logLine);
    // Another host has the record: the heartbeat brings the last lines.
    return (run.live?.log ?? []).map((text) => ({ at: run.startedAt, level: 'info' as const, text, begins: false }));
  }, [entries, run]);
  const attempts = useMemo(() => laterAttempts(entries), [entries]);
  return (
    <section aria-label="Log of the run">
      {attempts.length > 0 && (
        <div className={classes['chips']}>
          {attempts.map(({ index, text }) => (
            <Button
              key={index}
              size="compact-xs"
              variant="default"
              leftSection={<Glyph of="↻" />}
              onClick={() => {
                setGoTo(index);
              }}
            >
              {text}
            </Button>
          ))}
        </div>
      )}
      <Log
        lines={lines}
        live={run.finishedAt === null}
        goTo={goTo}
        empty={run.recordBytes === null ? 'The host that worked has the log.' : 'Nothing has been printed yet.'}
        download={{
          href: `/api/runs/${run.machineId}/${run.runId}/log`,
          name: `${run.machineId}-${run.runId.slice(0, 8)}-shown.log`,
        }}
      />
    </section>
  );
}
