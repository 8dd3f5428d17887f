import { Button, Group, Loader, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'wouter';
import { Glyph } from '../components/glyph.js';
import type { DraftCheck } from '../../../contracts/draft.js';
import { Failed } from '../components/states.js';
import { valueAt } from './paths.js';
import { SmallChart } from './small-chart.js';
import { pageOf, useWizard } from './wizard.js';
import classes from './wizard.module.css';

type Run = NonNullable<DraftCheck['preview']>[number];

/** Charts that are shown before somebody asks for all. */
const FIRST = 4;

/** How the machine would behave: a few simulated runs, and what a person may want otherwise. */
export function Preview() {
  const { check, current, checkError } = useWizard();
  const runs = check?.preview ?? null;
  return (
    <Stack gap="sm" component="aside" aria-label="Preview" className={classes['preview'] ?? ''}>
      <Group justify="space-between" mih={22}>
        <Text fw={600} size="sm" component="h2">
          Preview
        </Text>
        {!current && checkError === null && (
          <Group gap={6} role="status">
            <Loader size={12} />
            <Text size="xs" c="dimmed">
              simulating…
            </Text>
          </Group>
        )}
      </Group>
      {checkError !== null && <Failed error={checkError} />}
      {runs === null && checkError === null && <Waiting />}
      {runs !== null && <Runs runs={runs} />}
      <Warnings />
    </Stack>
  );
}

/** Why there is no preview. */
function Waiting() {
  const { form, check, problems } = useWizard();
  if (form.getValues().sensors.every(({ name }) => name === ''))
    return (
      <Text size="sm" c="dimmed">
        Add a sensor to see how it runs to failure.
      </Text>
    );
  const first = problems.find(({ field }) => field !== 'machine_id' && !field.startsWith('parameters'));
  if (check === null || first === undefined) return null;
  return (
    <Text size="sm" c="dimmed">
      There are runs to see once this is given: <span className="mono">{first.field}</span> {first.message}
    </Text>
  );
}

function Runs({ runs }: { runs: Run[] }) {
  const [all, setAll] = useState(false);
  const { check } = useWizard();
  const sensors = check?.profile?.sensors ?? [];
  const shown = all ? sensors : sensors.slice(0, FIRST);
  const most = Math.max(...runs.flatMap(({ timeHours }) => timeHours));
  return (
    <>
      <div className={classes['runs']}>
        {runs.map(({ lengthHours, failureMode }, at) => (
          <Text key={at} size="xs">
            <svg width="18" height="8" aria-hidden className={classes[`run${at}`]}>
              <line x1="0" x2="18" y1="4" y2="4" />
            </svg>{' '}
            {Math.round(lengthHours).toLocaleString('en')} h{' '}
            <span className={classes['dim']}>{failureMode?.replaceAll('_', ' ') ?? 'no failure'}</span>
          </Text>
        ))}
      </div>
      {shown.map((sensor) => (
        <SmallChart
          key={sensor.name}
          title={sensor.name}
          unit={sensor.unit}
          hours={most}
          limits={[
            { label: 'warning', value: sensor.warning ?? null },
            { label: 'trip', value: sensor.trip ?? null },
          ]}
          lines={runs.map((run) => ({ x: run.timeHours, y: run.sensors[sensor.name] ?? [] }))}
        />
      ))}
      {sensors.length > FIRST && (
        <Button
          variant="subtle"
          color="gray"
          onClick={() => {
            setAll(!all);
          }}
        >
          {all ? `Show the first ${FIRST} sensors` : `Show all ${sensors.length} sensors`}
        </Button>
      )}
    </>
  );
}

function Warnings() {
  const { check, urlOf } = useWizard();
  if (check === null || check.warnings.length === 0) return null;
  return (
    <Stack gap={4} component="ul" className={classes['warnings'] ?? ''} aria-label="Warnings">
      {check.warnings.map(({ code, field, message }) => (
        <li key={`${code} ${field}`}>
          <Text size="xs" component="div">
            <span className={classes['warn']}>
              <Glyph of="⚠" />
            </span>{' '}
            {message}{' '}
            <Link href={urlOf(pageOf(field))} className={classes['change'] ?? ''}>
              change
            </Link>
          </Text>
        </li>
      ))}
    </Stack>
  );
}
