import { ActionIcon, Button, Group, Menu, Select, Text, TextInput, Tooltip } from '@mantine/core';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useMemo, useRef, useState } from 'react';
import type { LogLine } from '../../../contracts/run-log.js';
import { logText } from '../../../contracts/run-log.js';
import { absolute, clock } from '../format.js';
import { Glyph } from './glyph.js';
import classes from './log.module.css';

const LEVELS = [
  { value: 'all', label: 'All lines' },
  { value: 'info', label: 'Without progress' },
  { value: 'warning', label: 'Warnings and errors' },
  { value: 'error', label: 'Errors' },
];
const SHOWN: Record<string, readonly string[]> = {
  info: ['info', 'warning', 'error'],
  warning: ['warning', 'error'],
  error: ['error'],
};
/** Nearer to the end than this counts as being there. */
const NEAR_PX = 24;

export interface LogProps {
  lines: readonly LogLine[];
  /** Whether more lines may come. */
  live: boolean;
  /** Where the whole log is as a file, and what a file of the shown lines is called. */
  download: { href: string; name: string };
  /** What is said where there is no line. */
  empty: string;
  /** A line to go to: its index in `lines`. */
  goTo?: number | null;
}

/** A log of any length: follows its end, can be searched and filtered; every line is found, also those out of sight. */
export function Log({ lines, live, download, empty, goTo = null }: LogProps) {
  const [words, setWords] = useState('');
  const [level, setLevel] = useState('all');
  const shown = useMemo(() => chosen(lines, words, level), [lines, words, level]);
  const list = useList(shown, live);
  useEffect(() => {
    if (goTo === null) return;
    const at = shown.findIndex(({ index }) => index >= goTo);
    if (at >= 0) list.jump(at);
    // Only when it is asked for, not when lines are added.
    // eslint-disable-next-line
  }, [goTo]);
  return (
    <div>
      <Group gap="xs" mb={4}>
        <TextInput
          aria-label="Search the log"
          placeholder="Search"
          data-search
          value={words}
          onChange={(event) => {
            setWords(event.currentTarget.value);
          }}
        />
        <Select
          aria-label="Lines to show"
          w={150}
          data={LEVELS}
          value={level}
          allowDeselect={false}
          onChange={(value) => {
            setLevel(value ?? 'all');
          }}
        />
        <Text size="xs" c="dimmed" role="status">
          {shown.length === lines.length
            ? lineCount(lines.length)
            : `${shown.length.toLocaleString('en')} of ${lineCount(lines.length)}`}
        </Text>
        <Group gap={4} ml="auto">
          <Jump label="To the top" icon="⤒" onClick={list.toTop} />
          <Jump label="To the end" icon="⤓" onClick={list.toEnd} />
          {live && (
            <Button
              variant="default"
              leftSection={<Glyph of={list.following ? '⏸' : '▶'} />}
              aria-pressed={list.following}
              onClick={list.toggle}
            >
              {list.following ? 'Pause' : 'Follow'}
            </Button>
          )}
          <Download download={download} shown={shown.map(({ line }) => line)} />
        </Group>
      </Group>
      {/* A region that scrolls must be reached by keyboard. */}
      <div
        ref={list.host}
        className={classes['log']}
        role="region"
        aria-label="Log"
        tabIndex={0}
        onScroll={list.onScroll}
      >
        {shown.length === 0 ? (
          <Text size="sm" c="dimmed" p="sm">
            {lines.length === 0 ? empty : 'No line matches.'}
          </Text>
        ) : (
          <div className={classes['all']} style={{ height: list.rows.getTotalSize() }}>
            {list.rows.getVirtualItems().map(({ index, start, key }) => {
              const row = shown[index];
              return row === undefined ? null : (
                <div
                  key={key}
                  ref={list.rows.measureElement}
                  data-index={index}
                  data-level={row.line.level}
                  className={`${classes['line'] ?? ''} ${row.line.begins ? (classes['begin'] ?? '') : ''}`}
                  style={{ transform: `translateY(${start}px)` }}
                >
                  <span className={classes['at']} title={absolute(row.line.at)}>
                    {clock(row.line.at)}
                  </span>
                  <span className={classes['text']}>{row.line.text}</span>
                </div>
              );
            })}
          </div>
        )}
      </div>
    </div>
  );
}

interface Shown {
  index: number;
  line: LogLine;
}

function lineCount(count: number): string {
  return count === 1 ? '1 line' : `${count.toLocaleString('en')} lines`;
}

function chosen(lines: readonly LogLine[], words: string, level: string): Shown[] {
  const levels = SHOWN[level];
  const wanted = words.trim().toLowerCase();
  return lines.flatMap((line, index) =>
    (levels === undefined || levels.includes(line.level)) && (wanted === '' || line.text.toLowerCase().includes(wanted))
      ? [{ index, line }]
      : [],
  );
}

/** The virtual rows, and whether they follow the end. */
function useList(shown: readonly Shown[], live: boolean) {
  const host = useRef<HTMLDivElement>(null);
  const [following, setFollowing] = useState(true);
  const rows = useVirtualizer({
    count: shown.length,
    getScrollElement: () => host.current,
    estimateSize: () => 19,
    overscan: 20,
    getItemKey: (at) => shown[at]?.index ?? at,
  });
  const follows = following && live;
  useEffect(() => {
    if (follows && shown.length > 0) rows.scrollToIndex(shown.length - 1, { align: 'end' });
  }, [follows, shown.length, rows]);
  return {
    host,
    rows,
    following,
    toggle: () => {
      setFollowing(!following);
    },
    toTop: () => {
      setFollowing(false);
      rows.scrollToIndex(0, { align: 'start' });
    },
    toEnd: () => {
      setFollowing(true);
      if (shown.length > 0) rows.scrollToIndex(shown.length - 1, { align: 'end' });
    },
    jump: (at: number) => {
      setFollowing(false);
      rows.scrollToIndex(at, { align: 'start' });
    },
    /** Scrolling up by hand stops following. */
    onScroll: () => {
      const element = host.current;
      if (element === null || !rows.isScrolling || rows.scrollDirection !== 'backward') return;
      if (element.scrollHeight - element.scrollTop - element.clientHeight > NEAR_PX) setFollowing(false);
    },
  };
}

function Jump({ label, icon, onClick }: { label: string; icon: string; onClick: () => void }) {
  return (
    <Tooltip label={label}>
      <ActionIcon variant="default" aria-label={label} onClick={onClick}>
        <Glyph of={icon} />
      </ActionIcon>
    </Tooltip>
  );
}

function Download({ download, shown }: { download: LogProps['download']; shown: readonly LogLine[] }) {
  const save = () => {
    const url = URL.createObjectURL(new Blob([`${shown.map(logText).join('\n')}\n`], { type: 'text/plain' }));
    const link = document.createElement('a');
    link.href = url;
    link.download = download.name;
    link.click();
    URL.revokeObjectURL(url);
  };
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button variant="default" rightSection={<Glyph of="▾" />}>
          Download
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item component="a" href={download.href} download>
          All lines
        </Menu.Item>
        <Menu.Item onClick={save}>Lines shown here</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
