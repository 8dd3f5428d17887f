import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { MachineDetail } from '../../../../contracts/api/machine.js';
import type { PlannedMachine, PlannedStep } from '../../../../contracts/plan.js';
import { STEPS, STEP_TITLES } from '../../../../contracts/steps.js';
import type { Step } from '../../../../contracts/steps.js';
import { get } from '../../api.js';
import { Glyph } from '../../components/glyph.js';
import { Failed } from '../../components/states.js';
import { When } from '../../components/time.js';
import { duration } from '../../format.js';
import classes from './machine.module.css';

/** The steps in order: when each was done, how long it took, and what a run would do now and why. */
export function StepsLine({ detail }: { detail: MachineDetail }) {
  const { tile } = detail;
  const plan = useQuery({
    queryKey: ['plan', tile.machineId, tile.madeAt],
    queryFn: ({ signal }) => get<PlannedMachine>(`/api/machines/${tile.machineId}/plan`, signal),
    staleTime: 60_000,
  });
  return (
    <>
      <ol className={classes['steps']} aria-label="Steps">
        {STEPS.map((step) => (
          <StepCard key={step} step={step} detail={detail} plan={plan.data ?? null} />
        ))}
      </ol>
      {plan.error !== null && <Failed error={plan.error} retry={() => void plan.refetch()} />}
    </>
  );
}

function StepCard({ step, detail, plan }: { step: Step; detail: MachineDetail; plan: PlannedMachine | null }) {
  const record = detail.steps[step] ?? null;
  const planned = plan?.steps.find((one) => one.step === step) ?? null;
  const running = detail.tile.run?.step === step;
  const due = planned?.action === 'run';
  const state = running ? 'running' : due ? 'due' : record === null ? 'none' : 'current';
  return (
    <li className={classes['step']} data-state={state}>
      <Text size="sm" fw={600} truncate>
        {STEP_TITLES[step]}
      </Text>
      <Text size="xs" c="dimmed">
        {record === null ? (
          'never done'
        ) : (
          <>
            {duration(record.durationSeconds)} · <When at={Date.parse(record.finishedAt)} />
          </>
        )}
      </Text>
      <Text size="xs" lineClamp={3} title={record?.summary ?? undefined}>
        {running ? (
          <Said of="▶">runs now</Said>
        ) : planned === null ? (
          '…'
        ) : due ? (
          <Said of="↻">would run: {reasonOf(planned)}</Said>
        ) : (
          <Said of="✓">{planned.reason}</Said>
        )}
      </Text>
    </li>
  );
}

function Said({ of, children }: { of: string; children: ReactNode }) {
  return (
    <>
      <Glyph of={of} /> {children}
    </>
  );
}

function reasonOf({ reason, stale }: PlannedStep): string {
  return stale?.kind === 'upstream' ? `${STEP_TITLES[stale.name]} runs first` : reason;
}
