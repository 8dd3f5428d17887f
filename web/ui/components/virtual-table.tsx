import type { ReactNode } from 'react';
import { useVirtualRows } from '../virtual-rows.js';
import { usePaged } from './paged.js';
import type { Paged } from './paged.js';
import classes from './virtual-table.module.css';

export interface Column {
  title: string;
  hint?: string;
  className?: string | undefined;
}

/**
 * A table of any number of rows: only what is on the screen is drawn and asked for.
 * @param layout a class with --columns, as of a grid, and --least, the width below which it scrolls
 * @param height of a row
 * @param children a row's cells, each with the role cell
 */
export function VirtualTable<Item>(props: {
  label: string;
  layout: string;
  columns: readonly Column[];
  height: number;
  list: Paged<Item>;
  children: (item: Item) => ReactNode;
}) {
  const { label, layout, columns, height, list, children } = props;
  const { ref, rows, size, from } = useVirtualRows(list.total, height);
  const itemAt = usePaged(list, rows[0]?.index ?? 0, rows.at(-1)?.index ?? 0);
  const cells = (item: Item | null) => (item === null ? <span role="cell">…</span> : children(item));
  return (
    <div
      className={`${classes['table'] ?? ''} ${layout}`}
      role="table"
      aria-label={label}
      aria-rowcount={list.total + 1}
      tabIndex={0}
    >
      <div role="rowgroup">
        <div role="row" className={`${classes['line'] ?? ''} ${classes['titles'] ?? ''}`}>
          {columns.map(({ title, hint, className }) => (
            <span key={title} role="columnheader" className={className} title={hint}>
              {title}
            </span>
          ))}
        </div>
      </div>
      <div ref={ref} role="rowgroup" className={classes['body']} style={{ height: size }}>
        {rows.map(({ index, start }) => (
          <div
            key={index}
            role="row"
            aria-rowindex={index + 2}
            className={classes['line']}
            style={{ height, transform: `translateY(${start - from}px)` }}
          >
            {cells(itemAt(index))}
          </div>
        ))}
      </div>
    </div>
  );
}
