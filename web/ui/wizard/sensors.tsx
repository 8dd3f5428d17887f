import { Button, Collapse, Group, Paper, SimpleGrid, Stack, Text, Tooltip } from '@mantine/core';
import { useRef, useState } from 'react';
import { Glyph } from '../components/glyph.js';
import { newKey, newSensor } from './draft.js';
import type { SensorDraft } from './draft.js';
import { NumberField, SelectField, TextField } from './fields.js';
import { modesMoving, withRenamed, withoutSensor } from './effects.js';
import { ItemActions, More } from './item-actions.js';
import { TagsField } from './tags-field.js';
import { Templates } from './templates.js';
import { useWizard } from './wizard.js';
import classes from './wizard.module.css';

const TYPES = ['numerical', 'integer', 'boolean', 'categorical'] as const;

/** What is measured. One sensor at a time is open for editing. */
export function SensorsPage() {
  const { form } = useWizard();
  const { sensors } = form.getValues();
  const [open, setOpen] = useState<string | null>(null);
  const add = (sensor: SensorDraft) => {
    form.insertListItem('sensors', sensor);
    setOpen(sensor.key);
  };
  return (
    <Stack gap="xs">
      <Group justify="space-between">
        <Text size="sm" c="dimmed">
          {sensors.length === 0 ? 'No sensor yet' : `${sensors.length} ${sensors.length === 1 ? 'sensor' : 'sensors'}`}
        </Text>
        <Group gap="xs">
          <Templates />
          <Button
            onClick={() => {
              add(newSensor());
            }}
          >
            Add sensor
          </Button>
        </Group>
      </Group>
      {sensors.map((sensor, at) => (
        <SensorItem
          key={sensor.key}
          sensor={sensor}
          at={at}
          open={open === sensor.key}
          toggle={() => {
            setOpen(open === sensor.key ? null : sensor.key);
          }}
          duplicate={() => {
            add({ ...sensor, key: newKey(), name: '' });
          }}
        />
      ))}
      {sensors.length === 0 && (
        <Text size="sm" c="dimmed" ta="center" p="lg">
          A sensor needs a name and a unit; its range and limits are proposed from them. Or start from a machine of the
          same type.
        </Text>
      )}
    </Stack>
  );
}

interface ItemProps {
  sensor: SensorDraft;
  at: number;
  open: boolean;
  toggle: () => void;
  duplicate: () => void;
}

function SensorItem({ sensor, at, open, toggle, duplicate }: ItemProps) {
  const { form, problems } = useWizard();
  const wrong = problems.filter(({ field }) => field === `sensors.${at}` || field.startsWith(`sensors.${at}.`));
  const remove = () => {
    form.setFieldValue('failure_modes', withoutSensor(form.getValues().failure_modes, sensor.name));
    form.removeListItem('sensors', at);
  };
  return (
    <Paper withBorder className={classes['item'] ?? ''} component="section" aria-label={nameOf(sensor, at)}>
      <Group wrap="nowrap" gap="sm" className={classes['itemHead'] ?? ''}>
        <button type="button" className={classes['itemTitle']} aria-expanded={open} onClick={toggle}>
          <Glyph of={open ? '▾' : '▸'} /> <span className="mono">{nameOf(sensor, at)}</span>{' '}
          <span className={classes['dim']}>{sensor.unit}</span>
        </button>
        <SensorSummary at={at} sensor={sensor} />
        {wrong.length > 0 && sensor.name !== '' && (
          <Text size="xs" c="var(--bad)" className={classes['nowrap'] ?? ''}>
            <Glyph of="✕" /> {wrong.length} to correct
          </Text>
        )}
        <ItemActions list="sensors" at={at} what={nameOf(sensor, at)} remove={remove} duplicate={duplicate} />
      </Group>
      <Collapse expanded={open}>{open && <SensorEditor at={at} sensor={sensor} />}</Collapse>
    </Paper>
  );
}

function nameOf({ name }: SensorDraft, at: number): string {
  return name === '' ? `sensor ${at + 1}` : name;
}

/** Range and limits in a line, as they are or as they are proposed, and what moves the sensor. */
function SensorSummary({ at, sensor }: { at: number; sensor: SensorDraft }) {
  const { form, check } = useWizard();
  const value = (field: string) => {
    const given = sensor[field];
    if (given !== undefined && given !== '') return String(given as number);
    const proposed = check?.assumed.find((each) => each.field === `sensors.${at}.${field}`)?.value;
    return proposed === undefined ? null : String(proposed as number);
  };
  const [min, max, trip] = [value('physical_min'), value('physical_max'), value('trip')];
  const moved = modesMoving(sensor.name, form.getValues().failure_modes, check);
  const unmoved = moved !== null && moved.length === 0 && sensor.name !== '';
  return (
    <Group gap="md" wrap="nowrap" className={classes['summary'] ?? ''}>
      {min !== null && max !== null && (
        <Text size="xs" c="dimmed" className={classes['nowrap'] ?? ''}>
          {min} to {max}
          {trip === null ? '' : `, trip ${trip}`}
        </Text>
      )}
      {moved !== null && moved.length > 0 && (
        <Tooltip label={`Moved by ${moved.join(', ')}`}>
          <Text size="xs" c="dimmed" truncate>
            moved by {moved.join(', ')}
          </Text>
        </Tooltip>
      )}
      {unmoved && (
        <Text size="xs" c="var(--warn)" className={classes['nowrap'] ?? ''}>
          <Glyph of="⚠" /> no failure moves it
        </Text>
      )}
    </Group>
  );
}

function SensorEditor({ at, sensor }: { at: number; sensor: SensorDraft }) {
  const [more, setMore] = useState(false);
  const path = (field: string) => `sensors.${at}.${field}`;
  const field = (name: string) => ({ path: path(name), eager: sensor.name !== '', brief: true });
  const unit = { unit: sensor.unit };
  const coded = sensor.type === 'boolean' || sensor.type === 'categorical';
  return (
    <Stack gap="sm" p="sm" pt={4}>
      <SimpleGrid cols={{ base: 1, xs: 2, md: 4 }} spacing="sm">
        <SensorName at={at} sensor={sensor} />
        <TextField {...field('unit')} label="Unit" placeholder="mm/s" />
        <SelectField {...field('type')} label="Type" options={TYPES} />
        <TextField {...field('description')} label="Description" placeholder="drive-end bearing, velocity RMS" />
      </SimpleGrid>
      {sensor.type === 'categorical' && <TagsField path={path('categories')} label="What it can say, in order" />}
      {!coded && (
        <SimpleGrid cols={{ base: 2, xs: 3, md: 5 }} spacing="sm">
          <NumberField {...field('physical_min')} label="Least" {...unit} />
          <NumberField {...field('physical_max')} label="Most" {...unit} />
          <NumberField {...field('normal')} label="Normal" {...unit} />
          <NumberField {...field('warning')} label="Warning" {...unit} />
          <NumberField {...field('trip')} label="Trip" {...unit} />
        </SimpleGrid>
      )}
      <Proposals at={at} />
      <More open={more} toggle={setMore} label="Noise, load and resolution" />
      {more && (
        <SimpleGrid cols={{ base: 2, xs: 3, md: 5 }} spacing="sm">
          <NumberField {...field('noise_std')} label="Noise (σ)" {...unit} />
          <NumberField {...field('drift_std')} label="Slow drift (σ)" {...unit} />
          <NumberField {...field('load_gain')} label="At full load, more by" {...unit} />
          <NumberField {...field('ambient_gain')} label="Per °C of ambient" {...unit} />
          <NumberField {...field('resolution')} label="Resolution" description="Values are multiples" {...unit} />
          <TextField {...field('limit_basis')} label="Basis of the limits" placeholder="ISO 20816-3" />
        </SimpleGrid>
      )}
    </Stack>
  );
}

/** A sensor's name. Once it is changed, the failure modes that move the sensor know it by the new one. */
function SensorName({ at, sensor }: { at: number; sensor: SensorDraft }) {
  const { form } = useWizard();
  const before = useRef(sensor.name);
  return (
    <TextField
      path={`sensors.${at}.name`}
      label="Name"
      placeholder="vibration_rms"
      required
      mono
      autoFocus={sensor.name === ''}
      onFocus={() => {
        before.current = sensor.name;
      }}
      onBlur={() => {
        if (before.current === '' || before.current === sensor.name) return;
        const { failure_modes: modes } = form.getValues();
        form.setFieldValue('failure_modes', withRenamed(modes, before.current, sensor.name));
      }}
    />
  );
}

/** What the proposals for a sensor rest on: each basis once, with the fields. */
function Proposals({ at }: { at: number }) {
  const { check } = useWizard();
  const prefix = `sensors.${at}.`;
  const byBasis = new Map<string, string[]>();
  for (const { field, basis } of check?.assumed ?? [])
    if (field.startsWith(prefix)) byBasis.set(basis, [...(byBasis.get(basis) ?? []), field.slice(prefix.length)]);
  if (byBasis.size === 0) return null;
  return (
    <Text size="xs" c="dimmed" component="div">
      {[...byBasis].map(([basis, fields]) => (
        <div key={basis}>
          Proposed {fields.map((name) => name.replaceAll('_', ' ')).join(', ')}: {basis}
        </div>
      ))}
    </Text>
  );
}
