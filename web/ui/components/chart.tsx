import { Button, Table } from '@mantine/core';
import { useComputedColorScheme } from '@mantine/core';
import { useEffect, useMemo, useRef, useState } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { absolute, clock, duration, figure } from '../format.js';
import classes from './chart.module.css';

export interface ChartSeries {
  label: string;
  /** A CSS variable, so that it follows the colour scheme: `--series-1`. */
  colour: string;
  dashed?: boolean;
  /** Draw points only, e.g. of rows that no line connects. */
  points?: boolean;
  values: readonly (number | null)[];
}

/** A vertical line with a word at its top, such as a resume. */
export interface ChartMark {
  x: number;
  label: string;
}

/** A horizontal stretch, such as a sensor's limits. */
export interface ChartBand {
  from: number;
  to: number;
  colour: string;
}

/** What x is: a plain number, milliseconds since 1970, or seconds that have passed. */
export type ChartAxis = 'number' | 'time' | 'seconds';

export interface ChartProps {
  /** What it shows, for those who do not see it. */
  title: string;
  xLabel: string;
  x: readonly number[];
  /** At least one. Their number, labels and looks belong to the chart; the values may grow. */
  series: readonly ChartSeries[];
  axis?: ChartAxis;
  marks?: readonly ChartMark[];
  bands?: readonly ChartBand[];
  height?: number;
  /** Charts of the same word share their cursor. */
  sync?: string;
  /** What part of the data is drawn, where it is not all of it. */
  drawn?: string;
}

/** Rows of the table twin: more would help nobody. */
const TABLE_ROWS = 200;

/** A line chart: drag to zoom, double-click to see all. The zoom stays while data are added. A table says the same. */
export function Chart(props: ChartProps) {
  const { title, series, x, axis = 'number', marks = [], drawn } = props;
  const { host, zoomed, resetZoom, cursor, hidden, toggle } = usePlot(props);
  return (
    <figure className={classes['frame']} style={{ margin: 0 }} aria-label={title}>
      <div className={classes['legend']}>
        {series.map(({ label, colour, dashed, values }) => (
          <button
            key={label}
            type="button"
            className={classes['key']}
            aria-pressed={!hidden.has(label)}
            onClick={() => {
              toggle(label);
            }}
          >
            <span
              aria-hidden
              className={`${classes['swatch'] ?? ''} ${dashed === true ? (classes['dashed'] ?? '') : ''}`}
              style={{ color: `var(${colour})` }}
            />
            {label}
            {cursor !== null && values[cursor] != null && <b>{figure(values[cursor])}</b>}
          </button>
        ))}
        {cursor !== null && x[cursor] !== undefined && (
          <span>
            {props.xLabel} {position(x[cursor], axis)}
          </span>
        )}
        {zoomed && (
          <Button size="compact-xs" variant="default" onClick={resetZoom}>
            Show all
          </Button>
        )}
      </div>
      <div ref={host} className={classes['plot']} role="img" aria-label={`${title}: chart; a table follows`} />
      <figcaption>
        {[...marks.map(({ x: at, label }) => `${label}: ${props.xLabel} ${position(at, axis)}`), drawn]
          .filter((part) => part !== undefined)
          .join(' · ')}
      </figcaption>
      <TableTwin {...props} />
    </figure>
  );
}

/** The chart's numbers as a table, thinned evenly where they are many. */
function TableTwin({ title, xLabel, x, series, axis = 'number' }: ChartProps) {
  const [opened, setOpened] = useState(false);
  const every = Math.max(1, Math.ceil(x.length / TABLE_ROWS));
  const rows = opened ? x.map((value, at) => ({ value, at })).filter(({ at }) => at % every === 0) : [];
  return (
    <details
      onToggle={(event) => {
        setOpened(event.currentTarget.open);
      }}
    >
      <summary>As a table{every > 1 ? ` (one row in ${every})` : ''}</summary>
      <div className={classes['twin']} role="region" aria-label={`${title}: table`} tabIndex={0}>
        <Table stickyHeader>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{xLabel}</Table.Th>
              {series.map(({ label }) => (
                <Table.Th key={label}>{label}</Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map(({ value, at }) => (
              <Table.Tr key={at}>
                <Table.Td>{position(value, axis)}</Table.Td>
                {series.map(({ label, values }) => (
                  <Table.Td key={label}>{values[at] == null ? '' : figure(values[at])}</Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
    </details>
  );
}

/** The plot in its element: made once for a set of series, then given new data. */
function usePlot({ x, series, axis = 'number', xLabel, marks = [], bands = [], height = 220, sync }: ChartProps) {
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const drawnBeside = useRef({ marks, bands });
  const zoom = useRef(false);
  const [zoomed, setZoomed] = useState(false);
  const [cursor, setCursor] = useState<number | null>(null);
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const scheme = useComputedColorScheme('light');
  const data = useMemo(() => [x, ...series.map(({ values }) => values)] as unknown as uPlot.AlignedData, [x, series]);
  const latest = useRef(data);
  const looks = JSON.stringify(series.map(({ label, colour, dashed, points }) => [label, colour, dashed, points]));

  useEffect(() => {
    const element = host.current;
    if (element === null) return;
    const options = optionsOf({ series, axis, xLabel, height, sync }, element, drawnBeside);
    options.hooks = {
      ...options.hooks,
      setSelect: [
        ({ select }) => {
          if (select.width > 0) setZoomed((zoom.current = true));
        },
      ],
      setCursor: [
        ({ cursor: { idx } }) => {
          setCursor(idx ?? null);
        },
      ],
    };
    const made = new uPlot(options, latest.current, element);
    plot.current = made;
    made.over.addEventListener('dblclick', () => {
      setZoomed((zoom.current = false));
    });
    const resized = new ResizeObserver(() => {
      made.setSize({ width: element.clientWidth, height });
    });
    resized.observe(element);
    return () => {
      resized.disconnect();
      made.destroy();
      plot.current = null;
    };
    // Values come with setData; only other looks need another plot.
  }, [looks, axis, xLabel, height, sync]);

  useEffect(() => {
    latest.current = data;
    plot.current?.setData(data, !zoom.current);
    if (zoom.current) plot.current?.redraw();
  }, [data]);

  useEffect(() => {
    drawnBeside.current = { marks, bands };
    plot.current?.redraw(false);
  }, [marks, bands, scheme]);

  const toggle = (label: string) => {
    const next = new Set(hidden);
    if (!next.delete(label)) next.add(label);
    setHidden(next);
    plot.current?.setSeries(series.findIndex((one) => one.label === label) + 1, { show: !next.has(label) });
  };
  const resetZoom = () => {
    setZoomed((zoom.current = false));
    plot.current?.setData(latest.current, true);
  };
  return { host, zoomed, resetZoom, cursor, hidden, toggle };
}

type Fixed = Required<Pick<ChartProps, 'series' | 'axis' | 'xLabel' | 'height'>> & { sync: string | undefined };
type Beside = { current: { marks: readonly ChartMark[]; bands: readonly ChartBand[] } };

function optionsOf({ series, axis, xLabel, height, sync }: Fixed, element: HTMLElement, beside: Beside): uPlot.Options {
  const colourOf = (name: string) => getComputedStyle(element).getPropertyValue(name).trim() || 'grey';
  const line = { stroke: () => colourOf('--mantine-color-text'), font: '11px system-ui, sans-serif' };
  const grid = { stroke: () => colourOf('--chart-grid'), width: 1 };
  return {
    width: element.clientWidth,
    height,
    ms: 1,
    legend: { show: false },
    cursor: {
      drag: { x: true, y: false },
      points: { size: 6 },
      ...(sync === undefined ? {} : { sync: { key: sync } }),
    },
    scales: { x: { time: axis === 'time' } },
    axes: [
      {
        ...line,
        grid,
        ticks: grid,
        size: 28,
        label: xLabel,
        labelSize: 18,
        labelGap: 0,
        labelFont: line.font,
        ...(axis === 'seconds' ? { values: (_, ticks) => ticks.map((tick) => duration(tick)) } : {}),
        ...(axis === 'time' ? { values: (_, ticks) => ticks.map((tick) => clock(tick)), space: 70 } : {}),
      },
      { ...line, grid, ticks: grid, size: 52, values: (_, ticks) => ticks.map(figure) },
    ],
    series: [
      {},
      ...series.map(({ label, colour, dashed, points }) => ({
        label,
        stroke: () => colourOf(colour),
        width: 1.5,
        spanGaps: true,
        ...(dashed === true ? { dash: [6, 4] } : {}),
        ...(points === true ? { paths: () => null, points: { show: true, size: 3 } } : { points: { show: false } }),
      })),
    ],
    hooks: {
      drawAxes: [
        (plot) => {
          drawBands(plot, beside.current.bands, colourOf);
        },
      ],
      draw: [
        (plot) => {
          drawMarks(plot, beside.current.marks, colourOf);
        },
      ],
    },
  };
}

function drawBands({ ctx, bbox, valToPos }: uPlot, bands: readonly ChartBand[], colourOf: (name: string) => string) {
  ctx.save();
  ctx.globalAlpha = 0.12;
  for (const { from, to, colour } of bands) {
    const top = Math.max(bbox.top, valToPos(to, 'y', true));
    const bottom = Math.min(bbox.top + bbox.height, valToPos(from, 'y', true));
    ctx.fillStyle = colourOf(colour);
    if (bottom > top) ctx.fillRect(bbox.left, top, bbox.width, bottom - top);
  }
  ctx.restore();
}

function drawMarks({ ctx, bbox, valToPos }: uPlot, marks: readonly ChartMark[], colourOf: (name: string) => string) {
  ctx.save();
  ctx.strokeStyle = ctx.fillStyle = colourOf('--warn');
  ctx.lineWidth = devicePixelRatio;
  ctx.setLineDash([3 * devicePixelRatio, 3 * devicePixelRatio]);
  ctx.font = `${11 * devicePixelRatio}px system-ui, sans-serif`;
  ctx.textBaseline = 'top';
  for (const { x, label } of marks) {
    const at = Math.round(valToPos(x, 'x', true));
    if (at < bbox.left || at > bbox.left + bbox.width) continue;
    ctx.beginPath();
    ctx.moveTo(at, bbox.top);
    ctx.lineTo(at, bbox.top + bbox.height);
    ctx.stroke();
    // On the side that has room.
    const right = at + ctx.measureText(label).width + 8 > bbox.left + bbox.width;
    ctx.textAlign = right ? 'right' : 'left';
    ctx.fillText(label, at + (right ? -4 : 4), bbox.top + 2);
  }
  ctx.restore();
}

function position(value: number, axis: ChartAxis): string {
  if (axis === 'time') return absolute(value);
  return axis === 'seconds' ? duration(value) : figure(value);
}
