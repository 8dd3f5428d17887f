import { Button, Group, SegmentedControl, Select, Text, TextInput, Title } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { useState } from 'react';
import { Link } from 'wouter';
import { MACHINE_ORDERS, MACHINE_STATES } from '../../../../contracts/machine-states.js';
import type { MachineList } from '../../../../contracts/api/machines.js';
import { Counts } from '../../components/counts.js';
import { Failed, Loading, Nothing } from '../../components/states.js';
import { useQueryState } from '../../query-state.js';
import classes from './fleet.module.css';
import { Machines } from './machines.js';
import { RunStrip } from './run-strip.js';
import { useLiveFleet, useMachines } from './use-machines.js';
import type { LiveFleet } from './use-machines.js';

const SORTS = { worst: 'Worst first', name: 'By name', type: 'By type', recent: 'Made last first' };
/** Of more machines a table is easier to read. */
const MANY = 40;

/** System health: every machine of the fleet, the worst first. */
export default function FleetPage() {
  const [query] = useQueryState();
  const live = useLiveFleet();
  const filter = filterOf(query);
  const { data, error, refetch } = useMachines(filter, live);
  if (error !== null && data === undefined) return <Failed error={error} retry={() => void refetch()} />;
  if (data === undefined) return <Loading what="machines" />;
  // What is chosen here is what the dialog takes.
  const chosen = filter.replace(/(^|&)sort=[^&]*/, '').replace(/^(?=.)/, '&');
  const view = query.get('view') ?? (data.fleet > MANY ? 'table' : 'tiles');
  return (
    <>
      <title>Fleet · GAN Manager</title>
      <div className={classes['bar']}>
        <Title order={1} size="h3">
          Fleet
        </Title>
        <Text size="sm" c="dimmed">
          {data.fleet.toLocaleString('en')} machines
        </Text>
        <Counts names={MACHINE_STATES} counts={data.counts} stateOf={(state) => state} />
        <Group gap="xs" ml="auto">
          <Button component={Link} href={`/admin?open=regenerate${chosen}`} variant="default">
            {chosen === '' ? 'Regenerate all data…' : `Regenerate these ${data.total.toLocaleString('en')}…`}
          </Button>
          <Button component={Link} href="/admin?open=train" variant="default">
            Train missing models…
          </Button>
        </Group>
      </div>
      <Filters list={data} view={view} live={live} />
      <p className="unseen" role="status">
        {data.total} machines match
      </p>
      {data.fleet === 0 ? <NoFleet /> : <Found list={data} filter={filter} view={view} live={live} />}
    </>
  );
}

function Found(props: { list: MachineList; filter: string; view: string; live: LiveFleet | null }) {
  const [, change] = useQueryState();
  if (props.list.total > 0) return <Machines {...props} />;
  return (
    <Nothing title="No machine matches" text="Nothing in the fleet fits this search and these filters.">
      <Button
        variant="default"
        onClick={() => {
          change({ q: null, type: null, state: null });
        }}
      >
        Show all machines
      </Button>
    </Nothing>
  );
}

function NoFleet() {
  return (
    <Nothing title="No machine yet" text="A machine is described once: its sensors, limits and how it fails.">
      <Button component={Link} href="/machines/new">
        Add a machine
      </Button>
    </Nothing>
  );
}

function Filters({ list, view, live }: { list: MachineList; view: string; live: LiveFleet | null }) {
  const [query, change] = useQueryState();
  const [text, setText] = useState(query.get('q') ?? '');
  const search = useDebouncedCallback((q: string) => {
    change({ q });
  }, 150);
  return (
    <div className={classes['bar']}>
      <TextInput
        data-search
        type="search"
        aria-label="Search machines by id, maker, model or type"
        placeholder="Search id, maker, model…  ( / )"
        w={240}
        value={text}
        onChange={({ currentTarget: { value } }) => {
          setText(value);
          search(value);
        }}
      />
      <Select
        aria-label="Type"
        w={150}
        data={[{ value: '', label: 'All types' }, ...list.types.map((type) => ({ value: type, label: type }))]}
        value={query.get('type') ?? ''}
        allowDeselect={false}
        onChange={(type) => {
          change({ type });
        }}
      />
      <Select
        aria-label="Order"
        w={150}
        data={MACHINE_ORDERS.map((value) => ({ value, label: SORTS[value] }))}
        value={query.get('sort') ?? 'worst'}
        allowDeselect={false}
        onChange={(sort) => {
          change({ sort: sort === 'worst' ? null : sort });
        }}
      />
      <SegmentedControl
        size="xs"
        aria-label="View"
        data={[
          { value: 'tiles', label: 'Tiles' },
          { value: 'table', label: 'Table' },
        ]}
        value={view}
        onChange={(chosen) => {
          change({ view: chosen });
        }}
      />
      <RunStrip runs={live?.fleet.runs ?? []} />
    </div>
  );
}

function filterOf(query: URLSearchParams): string {
  const filter = new URLSearchParams();
  for (const key of ['q', 'type', 'state', 'sort']) {
    const value = query.get(key);
    if (value !== null && value !== '') filter.set(key, value);
  }
  return filter.toString();
}
