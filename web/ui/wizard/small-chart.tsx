import { useId } from 'react';
import classes from './wizard.module.css';

const WIDTH = 360;
const HEIGHT = 96;
const EDGE = { left: 44, right: 8, top: 14, bottom: 16 };

interface Props {
  title: string;
  unit: string;
  /** Right end of the time axis. */
  hours: number;
  limits: { label: string; value: number | null }[];
  lines: { x: number[]; y: number[] }[];
}

/** A sensor's course in a few runs, as small as it tells something; limits are drawn where the runs come near them. */
export function SmallChart({ title, unit, hours, limits, lines }: Props) {
  const id = useId();
  const values = lines.flatMap(({ y }) => y);
  const shown = limits.flatMap(({ label, value }) => (value === null ? [] : [{ label, value }]));
  const low = Math.min(...values, ...shown.map(({ value }) => value));
  const high = Math.max(...values, ...shown.map(({ value }) => value));
  const span = high - low || 1;
  const left = (x: number) => EDGE.left + (x / (hours || 1)) * (WIDTH - EDGE.left - EDGE.right);
  const top = (y: number) => HEIGHT - EDGE.bottom - ((y - low) / span) * (HEIGHT - EDGE.top - EDGE.bottom);
  return (
    <figure className={classes['figure']}>
      <figcaption id={id}>
        <span className="mono">{title}</span> <span className={classes['dim']}>{unit}</span>
      </figcaption>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-labelledby={id}>
        <desc>{`${lines.length} runs, from ${figure(low)} to ${figure(high)} ${unit} in ${figure(hours)} hours`}</desc>
        {shown.map(({ label, value }) => (
          <g key={label} className={classes[label]}>
            <line x1={EDGE.left} x2={WIDTH - EDGE.right} y1={top(value)} y2={top(value)} />
            <text x={EDGE.left + 2} y={top(value) - 2}>
              {label}
            </text>
          </g>
        ))}
        {lines.map(({ x, y }, at) => (
          <polyline
            key={at}
            className={classes[`run${at}`]}
            points={y.map((value, index) => `${left(x[index] ?? 0).toFixed(1)},${top(value).toFixed(1)}`).join(' ')}
          />
        ))}
        <text x={EDGE.left - 4} y={EDGE.top + 3} textAnchor="end">
          {figure(high)}
        </text>
        <text x={EDGE.left - 4} y={HEIGHT - EDGE.bottom} textAnchor="end">
          {figure(low)}
        </text>
        <text x={EDGE.left} y={HEIGHT - 3}>
          0
        </text>
        <text x={WIDTH - EDGE.right} y={HEIGHT - 3} textAnchor="end">
          {figure(hours)} h
        </text>
      </svg>
    </figure>
  );
}

/** A number with three digits that count. */
function figure(value: number): string {
  return Number(value.toPrecision(3)).toLocaleString('en');
}
