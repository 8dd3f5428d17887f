import { ActionIcon, Button, Group, Tooltip } from '@mantine/core';
import type { ReactNode } from 'react';
import { Glyph } from '../components/glyph.js';
import { useWizard } from './wizard.js';

interface Props {
  /** The list that the item is in, as sensors. */
  list: 'sensors' | 'failure_modes';
  at: number;
  /** What the item is called. */
  what: string;
  remove: () => void;
  duplicate?: () => void;
}

/** Moves an item of a list up or down, doubles or removes it. */
export function ItemActions({ list, at, what, remove, duplicate }: Props) {
  const { form } = useWizard();
  const { length } = form.getValues()[list];
  const move = (by: -1 | 1) => {
    form.reorderListItem(list, { from: at, to: at + by });
    // The item is elsewhere in the document now; whoever moves it by keyboard goes on moving it.
    requestAnimationFrame(() => document.getElementById(idOf(list, at + by, by))?.focus());
  };
  return (
    <Group gap={0} wrap="nowrap">
      <Action
        id={idOf(list, at, -1)}
        label={`Move ${what} up`}
        icon="↑"
        disabled={at === 0}
        act={() => {
          move(-1);
        }}
      />
      <Action
        id={idOf(list, at, 1)}
        label={`Move ${what} down`}
        icon="↓"
        disabled={at === length - 1}
        act={() => {
          move(1);
        }}
      />
      {duplicate !== undefined && <Action label={`Duplicate ${what}`} icon={<DuplicateIcon />} act={duplicate} />}
      <Action label={`Remove ${what}`} icon="✕" act={remove} />
    </Group>
  );
}

function idOf(list: string, at: number, by: -1 | 1): string {
  return `${list}-${at}-${by === -1 ? 'up' : 'down'}`;
}

interface ActionProps {
  id?: string;
  label: string;
  icon: ReactNode;
  disabled?: boolean;
  act: () => void;
}

export function Action({ id, label, icon, disabled, act }: ActionProps) {
  return (
    <Tooltip label={label}>
      <ActionIcon
        {...(id === undefined ? {} : { id })}
        aria-label={label}
        color="gray"
        disabled={disabled ?? false}
        onClick={act}
      >
        {typeof icon === 'string' ? <Glyph of={icon} /> : <span aria-hidden>{icon}</span>}
      </ActionIcon>
    </Tooltip>
  );
}

/** Two sheets; few fonts have the character. */
function DuplicateIcon() {
  return (
    <svg width="12" height="12" fill="none" stroke="currentColor">
      <rect x="0.5" y="3.5" width="8" height="8" />
      <path d="M3.5 3.5v-3h8v8h-3" />
    </svg>
  );
}

/** Shows what few people need. */
export function More({ open, toggle, label }: { open: boolean; toggle: (open: boolean) => void; label: string }) {
  return (
    <Button
      variant="subtle"
      color="gray"
      aria-expanded={open}
      style={{ alignSelf: 'flex-start' }}
      leftSection={<Glyph of={open ? '▾' : '▸'} />}
      onClick={() => {
        toggle(!open);
      }}
    >
      {label}
    </Button>
  );
}
