import type { RunEntry } from './run-record.js';
import { STEP_TITLES } from './steps.js';

/** How a run's record reads as a log. Plain: the pages and the command line show the same lines. */
export const LOG_LEVELS = ['progress', 'info', 'warning', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export interface LogLine {
  at: number;
  level: LogLevel;
  text: string;
  /** Whether an attempt at a step begins here. */
  begins: boolean;
}

export function logLine(entry: RunEntry): LogLine {
  const line = (level: LogLevel, text: string) => ({ at: entry.at, level, text, begins: entry.kind === 'attempt' });
  switch (entry.kind) {
    case 'admitted': {
      const { parameters, current } = entry;
      const what = `${String(parameters['epochs'])} epochs, batch size ${String(parameters['batchSize'])}`;
      const skipped = current.map(({ step }) => STEP_TITLES[step]).join(', ');
      return line('info', `run begins: ${what}${skipped === '' ? '' : `; up to date: ${skipped}`}`);
    }
    case 'attempt':
      return line('info', `${STEP_TITLES[entry.step]}: attempt ${entry.attempt}, worker ${entry.worker}`);
    case 'progress':
      return line('progress', `${entry.unit} ${entry.current}/${entry.total}${metricsText(entry.metrics)}`);
    case 'log':
      return line('info', entry.text);
    case 'warning':
      return line('warning', `${entry.code}: ${entry.text}`);
    case 'result':
      return line('info', `${entry.summary} (${entry.seconds.toFixed(1)} s)`);
    case 'stopped':
      return line('warning', entry.reason === 'request' ? 'stopped on request' : 'stopped: the worker shut down');
    case 'failure': {
      const next = entry.final ? '' : '; it is tried again';
      const hint = entry.hint === null ? '' : `; ${entry.hint}`;
      return line(entry.final ? 'error' : 'warning', `${entry.type} (${entry.code}): ${entry.message}${hint}${next}`);
    }
  }
}

/** A line as a file has it. */
export function logText({ at, level, text }: Pick<LogLine, 'at' | 'level' | 'text'>): string {
  return `${new Date(at).toISOString()} ${level.padEnd(8)} ${text}`;
}

const METRICS: Record<string, string> = { loss: 'loss', heldOutLoss: 'held-out loss' };

function metricsText(metrics: Record<string, number | null>): string {
  return Object.entries(metrics)
    .flatMap(([name, value]) => (value === null ? [] : [` · ${METRICS[name] ?? name} ${value.toPrecision(5)}`]))
    .join('');
}
