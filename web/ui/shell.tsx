import { ActionIcon, Anchor, AppShell, Group, NavLink, Text, Tooltip, useMantineColorScheme } from '@mantine/core';
import { useComputedColorScheme } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import type { SystemState } from '../../contracts/api/system.js';
import { Banners } from './components/banners.js';
import { Glyph } from './components/glyph.js';
import { Shortcuts } from './components/shortcuts.js';
import { useTopic } from './live.js';
import classes from './shell.module.css';

/** The parts of the console, as the rail lists them. */
const PARTS = [
  { href: '/', label: 'Fleet', icon: '▦', owns: (path: string) => path === '/' || /^\/machines\/(?!new)/.test(path) },
  { href: '/runs', label: 'Runs', icon: '▶', owns: (path: string) => /^\/(runs|fleet)/.test(path) },
  { href: '/machines/new', label: 'New machine', icon: '+', owns: (path: string) => path.startsWith('/machines/new') },
  { href: '/admin', label: 'Admin', icon: '⚙', owns: (path: string) => path.startsWith('/admin') },
];

/** What every page stands in: the rail, the bar with the connection's state, and banners when something is wrong. */
export function Shell({ children }: { children: ReactNode }) {
  const { data: system } = useTopic<SystemState>('system');
  return (
    <AppShell header={{ height: 44 }} padding="md" classNames={{ main: classes['main'] ?? '' }}>
      <a className={classes['skip']} href="#content">
        Skip to content
      </a>
      <AppShell.Header className={classes['bar'] ?? ''}>
        <Link href="/" className={classes['brand'] ?? ''}>
          GAN Manager
        </Link>
        <Rail />
        <Group gap="xs" wrap="nowrap" ml="auto">
          <Shortcuts />
          <Connection system={system} />
          <SchemeButton />
        </Group>
      </AppShell.Header>
      <AppShell.Main id="content" tabIndex={-1}>
        <Banners system={system} />
        {children}
      </AppShell.Main>
    </AppShell>
  );
}

function Rail() {
  const [path] = useLocation();
  return (
    <nav className={classes['rail']} aria-label="Parts of the console">
      {PARTS.map(({ href, label, icon, owns }) => (
        <NavLink
          key={href}
          component={Link}
          href={href}
          label={label}
          leftSection={<Glyph of={icon} />}
          active={owns(path)}
          {...(owns(path) ? { 'aria-current': 'page' as const } : {})}
        />
      ))}
    </nav>
  );
}

function Connection({ system }: { system: SystemState | null }) {
  if (system === null) return <Text size="xs">connecting…</Text>;
  const { temporal } = system;
  const colour = temporal.reachable ? 'var(--good)' : 'var(--bad)';
  const words = temporal.reachable ? `Temporal ${temporal.address}` : 'Temporal unreachable';
  return (
    <Group gap={6} wrap="nowrap" visibleFrom="sm">
      <Text span c={colour} lh={1}>
        <Glyph of="●" />
      </Text>
      {temporal.webUi === null ? (
        <Text size="xs">{words}</Text>
      ) : (
        <Tooltip label="Open the Temporal Web UI">
          <Anchor size="xs" c="inherit" href={temporal.webUi} target="_blank" rel="noreferrer">
            {words}
          </Anchor>
        </Tooltip>
      )}
    </Group>
  );
}

function SchemeButton() {
  const { setColorScheme } = useMantineColorScheme();
  const dark = useComputedColorScheme('light') === 'dark';
  const label = dark ? 'Use light colours' : 'Use dark colours';
  return (
    <Tooltip label={label}>
      <ActionIcon
        aria-label={label}
        color="gray"
        onClick={() => {
          setColorScheme(dark ? 'light' : 'dark');
        }}
      >
        <Glyph of={dark ? '☀' : '☾'} />
      </ActionIcon>
    </Tooltip>
  );
}
