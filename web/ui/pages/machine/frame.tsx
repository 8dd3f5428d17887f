import { Alert, Anchor, Button, Group, Menu, Text, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useEffect } from 'react';
import { Link } from 'wouter';
import { Glyph } from '../../components/glyph.js';
import { TOPIC } from '../../../../contracts/api/topics.js';
import type { MachineDetail } from '../../../../contracts/api/machine.js';
import type { FleetStateChange, MachineTile } from '../../../../contracts/api/machines.js';
import { ApiError, get } from '../../api.js';
import { Copy } from '../../components/copy.js';
import { State } from '../../components/state.js';
import { Failed, Loading } from '../../components/states.js';
import { useTopic } from '../../live.js';
import { StartDialog } from '../../run/start-dialog.js';
import classes from './machine.module.css';
import { NoMachine } from './no-machine.js';
import { RetireDialog } from './retire-dialog.js';

const TABS = [
  { value: 'overview', label: 'Overview', path: '' },
  { value: 'data', label: 'Data', path: '/data' },
  { value: 'runs', label: 'Runs', path: '/runs' },
  { value: 'generations', label: 'Generations', path: '/generations' },
  { value: 'profile', label: 'Profile', path: '/profile' },
] as const;
export type MachineTab = (typeof TABS)[number]['value'];

/** What stands above each of a machine's tabs: who it is, its state, what can be done. */
export function MachineFrame(props: {
  machineId: string;
  tab: MachineTab;
  children: (detail: MachineDetail) => ReactNode;
}) {
  const { machineId, tab, children } = props;
  const { data, error, refetch } = useMachine(machineId);
  if (error instanceof ApiError && error.problem.status === 404) return <NoMachine machineId={machineId} />;
  if (error !== null && data === undefined) return <Failed error={error} retry={() => void refetch()} />;
  if (data === undefined) return <Loading what="machine" />;
  return (
    <>
      <title>{`${machineId} · GAN Manager`}</title>
      <Header detail={data} />
      {data.problem !== null && <Broken detail={data} />}
      <TabLinks machineId={machineId} tab={tab} />
      {children(data)}
    </>
  );
}

/** A machine, read again whenever its tile in the overview has changed. */
export function useMachine(machineId: string) {
  const client = useQueryClient();
  const query = useQuery({
    queryKey: ['machine', machineId],
    queryFn: ({ signal }) => get<MachineDetail>(`/api/machines/${machineId}`, signal),
  });
  const { data: changed } = useTopic<object>(TOPIC.machines, mergeTiles);
  const live = (changed as Tiles | null)?.tiles?.get(machineId) ?? null;
  const news = live === null ? '' : `${live.state} ${live.madeAt ?? ''}`;
  useEffect(() => {
    if (news !== '') void client.invalidateQueries({ queryKey: ['machine', machineId] });
  }, [client, machineId, news]);
  return live === null || query.data === undefined ? query : { ...query, data: { ...query.data, tile: live } };
}

interface Tiles {
  tiles?: ReadonlyMap<string, MachineTile>;
}

function mergeTiles(state: object, change: unknown): object {
  const { tiles } = change as FleetStateChange;
  const before = (state as Tiles).tiles ?? new Map<string, MachineTile>();
  return { tiles: new Map([...before, ...tiles.map((tile) => [tile.machineId, tile] as const)]) };
}

function Header({ detail }: { detail: MachineDetail }) {
  const { tile } = detail;
  const runs = ['running', 'paused', 'silent'].includes(tile.state) || tile.run !== null;
  return (
    <Group gap="xs" mb="xs" align="center">
      <Title order={1} size="h3" style={{ overflowWrap: 'anywhere' }}>
        {tile.machineId}
      </Title>
      <Copy value={tile.machineId} what="the machine’s id" />
      <State state={tile.state} />
      <Text size="sm" c="dimmed">
        {[tile.manufacturer, tile.model].filter(Boolean).join(' ')} · {tile.machineType.replaceAll('_', ' ')}
        {detail.recorded && ' · from recorded data'}
      </Text>
      <Group gap="xs" ml="auto">
        {runs && (
          <Anchor component={Link} href={`/runs/${tile.machineId}`} size="sm">
            Watch its run <Glyph of="→" />
          </Anchor>
        )}
        <Actions detail={detail} busy={runs} />
      </Group>
    </Group>
  );
}

function Actions({ detail, busy }: { detail: MachineDetail; busy: boolean }) {
  const [starting, start] = useDisclosure();
  const [retiring, retire] = useDisclosure();
  const { machineId } = detail.tile;
  return (
    <>
      <Button disabled={busy} onClick={start.open}>
        Run…
      </Button>
      <Menu position="bottom-end">
        <Menu.Target>
          <Button variant="default" aria-label="More actions">
            <Glyph of="⋯" />
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item component={Link} href={`/machines/${machineId}/edit`}>
            Edit its profile
          </Menu.Item>
          <Menu.Item component={Link} href={`/machines/new?from=${machineId}`}>
            Clone into a new machine
          </Menu.Item>
          <Menu.Item component={Link} href={`/machines/new/import?machine=${machineId}`}>
            Import recorded rows
          </Menu.Item>
          <Menu.Divider />
          <Menu.Item disabled={busy} color="var(--bad)" onClick={retire.open}>
            Retire it…
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {starting && <StartDialog machineId={machineId} before={detail.parameters} onClose={start.close} />}
      {retiring && <RetireDialog detail={detail} onClose={retire.close} />}
    </>
  );
}

function TabLinks({ machineId, tab }: { machineId: string; tab: MachineTab }) {
  return (
    <nav className={classes['tabs']} aria-label="Parts of the machine">
      {TABS.map(({ value, label, path }) => (
        <Link
          key={value}
          href={`/machines/${machineId}${path}`}
          {...(value === tab ? { 'aria-current': 'page' as const } : {})}
        >
          {label}
        </Link>
      ))}
    </nav>
  );
}

function Broken({ detail }: { detail: MachineDetail }) {
  return (
    <Alert color="red" variant="outline" title="Its configuration is wrong: no step can run" mb="sm" role="alert">
      <Text size="sm" mb={6} style={{ overflowWrap: 'anywhere' }}>
        {detail.problem}
      </Text>
      <Text size="sm">
        Correct <span className="mono">{detail.files[0]?.key ?? `fleet/${detail.tile.machineId}.json`}</span>, or{' '}
        <Link href={`/machines/new?from=${detail.tile.machineId}`}>describe it anew in the wizard</Link>.
      </Text>
    </Alert>
  );
}
