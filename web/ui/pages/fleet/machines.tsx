import { Text } from '@mantine/core';
import { useElementSize } from '@mantine/hooks';
import { Link } from 'wouter';
import type { MachineList, MachineTile } from '../../../../contracts/api/machines.js';
import { usePaged } from '../../components/paged.js';
import { State } from '../../components/state.js';
import { When } from '../../components/time.js';
import { VirtualTable } from '../../components/virtual-table.js';
import { useVirtualRows } from '../../virtual-rows.js';
import classes from './fleet.module.css';
import { Artifacts, Judged, Tile, nameOf, runText } from './tile.js';
import type { LiveFleet } from './use-machines.js';
import { paged } from './use-machines.js';

const TILE = { width: 290, height: 130 };
const LINE = 34;

interface Shown {
  list: MachineList;
  filter: string;
  view: string;
  live: LiveFleet | null;
}

/** The machines that match, as tiles or as a table. Only what is on the screen is drawn and asked for. */
export function Machines(shown: Shown) {
  const { ref, width } = useElementSize();
  const columns = Math.max(1, Math.floor((width + 8) / (TILE.width + 8)));
  return (
    <div ref={ref}>
      {shown.view === 'table' ? <AsTable {...shown} /> : width > 0 && <AsTiles {...shown} columns={columns} />}
    </div>
  );
}

function AsTiles({ list, filter, live, columns }: Shown & { columns: number }) {
  const { ref, rows, size, from } = useVirtualRows(Math.ceil(list.total / columns), TILE.height);
  const first = (rows[0]?.index ?? 0) * columns;
  const last = ((rows.at(-1)?.index ?? 0) + 1) * columns - 1;
  const tileAt = usePaged(paged(filter, list), first, Math.min(last, list.total - 1));
  return (
    <div ref={ref} className={classes['grid']} style={{ height: size }}>
      {rows.map(({ index, start }) => (
        <div
          key={index}
          className={classes['row']}
          style={{
            transform: `translateY(${start - from}px)`,
            gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))`,
          }}
        >
          {Array.from({ length: Math.min(columns, list.total - index * columns) }, (_, column) => {
            const tile = tileAt(index * columns + column);
            return tile === null ? (
              <div key={column} className={classes['tile']} />
            ) : (
              <Tile key={tile.machineId} tile={live?.tiles.get(tile.machineId) ?? tile} />
            );
          })}
        </div>
      ))}
    </div>
  );
}

const COLUMNS = ['Machine', 'Type', 'State', 'What', 'Has', 'Data set', 'Made'].map((title) => ({ title }));

function AsTable({ list, filter, live }: Shown) {
  const all = paged(filter, list);
  return (
    <VirtualTable label="Machines" layout={classes['layout'] ?? ''} columns={COLUMNS} height={LINE} list={all}>
      {(tile) => <Line tile={live?.tiles.get(tile.machineId) ?? tile} />}
    </VirtualTable>
  );
}

function Line({ tile }: { tile: MachineTile }) {
  const what =
    tile.run === null ? (tile.reason ?? '') : `${runText(tile)}${tile.reason === null ? '' : ` · ${tile.reason}`}`;
  return (
    <>
      <span role="cell" title={`${tile.machineId}: ${nameOf(tile)}`}>
        <Link href={`/machines/${tile.machineId}`} className={`plain ${classes['id'] ?? ''}`}>
          {tile.machineId}
        </Link>
      </span>
      <span role="cell">{tile.machineType}</span>
      <span role="cell">
        <State state={tile.state} />
      </span>
      <Text role="cell" size="xs" title={what}>
        {what}
      </Text>
      <span role="cell">
        <Artifacts tile={tile} />
      </span>
      <Text role="cell" size="xs">
        <Judged tile={tile} />
      </Text>
      <Text role="cell" size="xs" c="dimmed">
        {tile.madeAt === null ? '' : <When at={Date.parse(tile.madeAt)} />}
      </Text>
    </>
  );
}
