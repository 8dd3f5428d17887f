import { Table } from '@mantine/core';
import { useId } from 'react';
import { figure } from '../format.js';
import classes from './steps.module.css';

/** One outline: a share for each bin. */
export interface StepSeries {
  label: string;
  colour: string;
  dashed?: boolean;
  shares: readonly number[];
}

const WIDTH = 300;
const HEIGHT = 90;

/** A histogram as outlines, so that several can lie over each other. A table says the same. */
export function Steps({
  title,
  edges,
  series,
  unit,
}: {
  title: string;
  /** One more than shares. */
  edges: readonly number[];
  series: readonly StepSeries[];
  unit: string;
}) {
  const id = useId();
  const most = Math.max(...series.flatMap(({ shares }) => shares), 1e-9);
  return (
    <figure className={classes['frame']} aria-labelledby={id}>
      <figcaption id={id}>{title}</figcaption>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT + 2}`} role="img" aria-label={`${title}: histogram; a table follows`}>
        {series.map(({ label, colour, dashed, shares }) => (
          <path
            key={label}
            d={outline(shares, most)}
            fill="none"
            stroke={`var(${colour})`}
            strokeWidth={1.5}
            {...(dashed === true ? { strokeDasharray: '4 3' } : {})}
            vectorEffect="non-scaling-stroke"
          />
        ))}
      </svg>
      <div className={classes['axis']}>
        <span>{figure(edges[0] ?? 0)}</span>
        <span>
          {figure(edges.at(-1) ?? 0)} {unit}
        </span>
      </div>
      <details>
        <summary>As a table</summary>
        <div className={classes['twin']} role="region" aria-label={`${title}: table`} tabIndex={0}>
          <Table>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>from</Table.Th>
                {series.map(({ label }) => (
                  <Table.Th key={label}>{label}</Table.Th>
                ))}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {edges.slice(0, -1).map((edge, at) => (
                <Table.Tr key={edge}>
                  <Table.Td>{figure(edge)}</Table.Td>
                  {series.map(({ label, shares }) => (
                    <Table.Td key={label}>{((shares[at] ?? 0) * 100).toFixed(1)} %</Table.Td>
                  ))}
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </div>
      </details>
    </figure>
  );
}

function outline(shares: readonly number[], most: number): string {
  const width = WIDTH / Math.max(shares.length, 1);
  const y = (share: number) => (HEIGHT + 1 - (share / most) * HEIGHT).toFixed(1);
  const parts = shares.map((share, at) => `V${y(share)}H${((at + 1) * width).toFixed(1)}`);
  return `M0 ${HEIGHT + 1}${parts.join('')}V${HEIGHT + 1}`;
}
