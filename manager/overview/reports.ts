import { readFile, stat } from 'node:fs/promises';
import { artifactKey } from '../../contracts/artifacts.js';
import type { WorstCheck } from '../../contracts/api/machines.js';
import type { Verdict } from '../../contracts/events.js';
import { ValidationReport } from '../../contracts/validation-report.js';
import type { ReportCheck } from '../../contracts/validation-report.js';
import { artifactPath } from '../artifacts.js';
import type { Project } from '../project.js';

/** What the overview shows of a validation report. */
export interface Judgement {
  verdict: Verdict;
  quality: number;
  worst: WorstCheck | null;
  rows: number;
}

const ORDER: readonly Verdict[] = ['fail', 'warn', 'pass'];

/** The validation reports of generations, each read again only when it has changed. */
export class Reports {
  private readonly known = new Map<string, { stamp: string; judgement: Judgement | null }>();

  constructor(private readonly project: Project) {}

  /** What is known without reading; undefined: it has not been read yet. */
  peek(machineId: string, generation: string): Judgement | null | undefined {
    return this.known.get(reportKey(machineId, generation))?.judgement;
  }

  /** Null: the generation has no readable report. */
  async read(machineId: string, generation: string): Promise<Judgement | null> {
    const key = reportKey(machineId, generation);
    const path = artifactPath(this.project, key);
    const found = await stat(path).catch(() => null);
    const stamp = found === null ? '-' : `${found.mtimeMs} ${found.size} ${found.ino}`;
    const known = this.known.get(key);
    if (known?.stamp === stamp) return known.judgement;
    const report = await readReport(this.project, machineId, generation);
    const judgement = report === null ? null : judged(report);
    this.known.set(key, { stamp, judgement });
    return judgement;
  }
}

/** A generation's report; null: it has none that can be read. */
export async function readReport(
  project: Project,
  machineId: string,
  generation: string,
): Promise<ValidationReport | null> {
  try {
    const text = await readFile(artifactPath(project, reportKey(machineId, generation)), 'utf8');
    return ValidationReport.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

function reportKey(machineId: string, generation: string): string {
  return `${artifactKey('generations', machineId)}${generation}/report.json`;
}

function judged({ verdict, quality, checks, rows }: ValidationReport): Judgement {
  return {
    ...{ verdict, quality, worst: worstOf(checks) },
    rows: Object.values(rows).reduce((sum, count) => sum + count, 0),
  };
}

/** The first check of the worst verdict; none when everything passed. */
function worstOf(checks: readonly ReportCheck[]): WorstCheck | null {
  const verdict = ORDER.find((one) => checks.some((check) => check.verdict === one)) ?? 'pass';
  const check = checks.find((one) => one.verdict === verdict);
  return check === undefined || verdict === 'pass' ? null : { name: check.name, text: check.text, verdict };
}
