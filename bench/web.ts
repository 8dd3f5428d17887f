import { fork } from 'node:child_process';
import { once } from 'node:events';
import { gzipSync } from 'node:zlib';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import type { RecordPage, StartedRun } from '../contracts/api/runs.js';
import { violations } from '../test/browser/support/axe.js';
import { openBrowser, openPage } from '../test/browser/support/browser.js';
import { TestConsole } from '../test/browser/support/console.js';

/**
 * `npm run bench:web`: how fast the console is, in a real browser against the real server. Prints a line a figure, with
 * what issue 12 asks for beside it; `-- --sizes 1000,10000` chooses the fleets.
 */
const { values } = parseArgs({ options: { sizes: { type: 'string', default: '1000,10000' } } });
const sizes = values.sizes.split(',').map(Number);
const TIMES = 5;
const CLIENTS = 100;
const SECONDS = 5;
const MACHINE = 'pump_bench';

function print(what: string, value: number, unit: string, aim: string): void {
  process.stdout.write(
    `${what.padEnd(58)} ${value.toFixed(value < 10 ? 2 : 0).padStart(8)} ${unit.padEnd(4)} ${aim}\n`,
  );
}

const median = (numbers: number[]) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? NaN;

/** Median of several times, in milliseconds. */
async function timed(what: () => Promise<unknown>, times = TIMES): Promise<number> {
  const taken: number[] = [];
  for (let time = 0; time < times; time += 1) {
    const begin = performance.now();
    await what();
    taken.push(performance.now() - begin);
  }
  return median(taken);
}

async function smallFleet(browser: Browser): Promise<void> {
  const served = new TestConsole();
  served.addMachine(MACHINE);
  await served.start();
  try {
    await served.gan('machine', 'run', MACHINE, '--epochs', '20', '--samples', '50000');
    await firstPaint(browser, served);
    await series(served);
    await idle(browser, served);
    await epochToScreen(browser, served);
    await accessibility(browser, served);
  } finally {
    await served.close();
  }
}

async function firstPaint(browser: Browser, served: TestConsole): Promise<void> {
  const paints: number[] = [];
  let loaded: string[] = [];
  for (let time = 0; time < TIMES; time += 1) {
    const page = await openPage(browser);
    loaded = [];
    page.on('response', (response) => {
      if (new URL(response.url()).pathname.endsWith('.js')) loaded.push(new URL(response.url()).pathname);
    });
    await page.goto(served.url);
    await page.getByRole('heading', { level: 1 }).waitFor();
    paints.push(await page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN));
    await page.close();
  }
  print('first contentful paint', median(paints), 'ms', '≤ 1000');
  const texts = await Promise.all([...new Set(loaded)].map(async (path) => (await fetch(served.url + path)).text()));
  const bytes = texts.reduce((sum, text) => sum + gzipSync(text).length, 0);
  print('JavaScript of the first page, gzipped', bytes / 1024, 'KB', '≤ 250');
}

async function series(served: TestConsole): Promise<void> {
  const path = `${served.url}/api/machines/${MACHINE}/data/train/series?most=12&points=3000`;
  const get = async () => (await fetch(path)).arrayBuffer();
  print('35,000 rows to a chart’s points, cold', await timed(get, 1), 'ms', '≤ 500');
  print('the same, cached', await timed(get), 'ms', '≤ 50');
}

async function idle(browser: Browser, served: TestConsole): Promise<void> {
  const page = await openPage(browser);
  await page.goto(served.url);
  await page.getByText(MACHINE).first().waitFor();
  await delay(3_000);
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable');
  const busy = async () => {
    const { metrics } = await session.send('Performance.getMetrics');
    return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? NaN;
  };
  const before = await busy();
  await delay(SECONDS * 1_000);
  print('an idle open page', ((await busy()) - before) * (100 / SECONDS), '%', '≤ 2 of a core');
  await page.close();
}

/** Notes when each epoch's line is first seen in the log. */
const NOTE_EPOCHS = `
  window.seen = {};
  setInterval(() => {
    const log = document.querySelector('[role=region][aria-label=Log]')?.textContent ?? '';
    for (const [, epoch] of log.matchAll(/epochs (\\d+)\\/\\d+ /g)) window.seen[epoch] ??= Date.now();
  }, 20);
`;

/** From the moment an epoch's line was written to the moment a watcher sees it, of the slowest of many epochs. */
async function epochToScreen(browser: Browser, served: TestConsole): Promise<void> {
  const path = `/api/machines/${MACHINE}/runs`;
  const { runId } = await served.api<StartedRun>(path, { parameters: { epochs: 100_000 } });
  const page = await openPage(browser);
  await page.goto(`${served.url}/runs/${MACHINE}`);
  await page.getByText(/^train TVAE: epoch \d+ of/).waitFor();
  await page.evaluate(NOTE_EPOCHS);
  await delay(2 * SECONDS * 1_000);
  const seen = await page.evaluate<Record<string, number>>('window.seen');
  await served.api(`/api/runs/${MACHINE}/${runId}/cancel`, {});
  const { entries } = await served.api<RecordPage>(`/api/runs/${MACHINE}/${runId}/record`);
  // What was there before the page had opened was not waited for.
  const first = Math.min(...Object.values(seen));
  const delays = entries.flatMap((entry) => {
    const at = entry.kind === 'progress' && entry.step === 'trainTvae' ? seen[entry.current] : undefined;
    return at === undefined || entry.at < first ? [] : [at - entry.at];
  });
  print(`an epoch to the screen, median of ${delays.length}`, median(delays), 'ms', '≤ 2000');
  print('the same, slowest', Math.max(...delays), 'ms', '≤ 2000');
  await page.close();
}

/** Violations of WCAG A and AA, page by page, light and dark. */
async function accessibility(browser: Browser, served: TestConsole): Promise<void> {
  const machine = ['', '/profile', '/generations', '/runs', '/data'].map((part) => `/machines/${MACHINE}${part}`);
  for (const path of [
    '/',
    ...machine,
    '/machines/new',
    '/machines/new/import',
    '/runs',
    `/runs/${MACHINE}`,
    '/admin',
  ]) {
    let found = 0;
    for (const colorScheme of ['light', 'dark'] as const) {
      const page = await openPage(browser, { colorScheme });
      await page.goto(`${served.url}${path}`);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await delay(1_500);
      found += (await violations(page)).length;
      await page.close();
    }
    print(`axe ${path}`, found, '', '0');
  }
}

async function largeFleet(browser: Browser, size: number): Promise<void> {
  const served = new TestConsole();
  for (let at = 0; at < size; at += 1) served.addMachine(`pump_${String(at).padStart(5, '0')}`);
  await served.start();
  try {
    const page = await openPage(browser);
    const begin = performance.now();
    await page.goto(served.url);
    await page.getByText('pump_0000').first().waitFor();
    const aim = size <= 1_000 ? '≤ 1500' : '≤ 2500';
    print(`${size} machines usable, first time`, performance.now() - begin, 'ms', aim);
    print(`${size} machines usable, again`, await timed(() => open(page, served.url), 3), 'ms', aim);
    print(`${size} machines, filter`, await page.evaluate<number>(FILTER), 'ms', '≤ 100');
    await page.close();
  } finally {
    await served.close();
  }
}

async function open(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await page.getByText('pump_0000').first().waitFor();
}

/** From a click on a count to the new number of machines on the screen, measured in the page; median of three. */
const FILTER = `(async () => {
  const status = () => [...document.querySelectorAll('[role=status]')].map((node) => node.textContent);
  const shown = () => status().join() + location.search;
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  const times = [];
  for (let time = 0; time < 3; time += 1) {
    const before = shown();
    const begin = performance.now();
    document.querySelector('[role=group] button').click();
    while (shown() === before) await frame();
    await frame();
    times.push(performance.now() - begin);
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  return times.sort((a, b) => a - b)[1];
})()`;

/** Three lines of 50,000 points, by the chart library alone. */
const CHART = `(async () => {
  const x = Array.from({ length: 50000 }, (_, at) => at);
  const line = (phase) => x.map((at) => Math.sin(at / 500 + phase) + Math.random() / 5);
  const data = [x, line(0), line(1), line(2)];
  const series = [{}, { stroke: 'blue' }, { stroke: 'red' }, { stroke: 'green' }];
  const begin = performance.now();
  new uPlot({ width: 1200, height: 300, scales: { x: { time: false } }, series }, data, document.body);
  await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
  return performance.now() - begin;
})()`;

async function chart(browser: Browser): Promise<void> {
  const page = await openPage(browser, { locale: 'en-GB' });
  await page.goto('about:blank');
  await page.addScriptTag({ content: readFileSync('node_modules/uplot/dist/uPlot.iife.min.js', 'utf8') });
  const taken = await page.evaluate<number>(CHART);
  print('3 × 50,000 points drawn', taken, 'ms', '≤ 250');
  await page.close();
}

async function liveEvents(): Promise<void> {
  const child = fork(join(import.meta.dirname, 'web-ticker.ts'), { execArgv: ['--import', 'tsx'] });
  const [{ port }] = (await once(child, 'message')) as [{ port: number }];
  const leaving = new AbortController();
  const clients = Array.from({ length: CLIENTS }, () => listen(port, leaving.signal));
  await delay(1_000);
  const cpu = async () => {
    child.send('cpu');
    const [{ user, system }] = (await once(child, 'message')) as [NodeJS.CpuUsage];
    return (user + system) / 1e6;
  };
  const before = await cpu();
  await delay(SECONDS * 1_000);
  print(
    `${CLIENTS} watchers, ten messages a second each`,
    ((await cpu()) - before) * (100 / SECONDS),
    '%',
    '≤ 15 of a core',
  );
  leaving.abort();
  await Promise.all(clients);
  child.kill();
}

async function listen(port: number, signal: AbortSignal): Promise<void> {
  try {
    const { body } = await fetch(`http://127.0.0.1:${port}/api/events?topic=tick`, { signal });
    const reader = body?.getReader();
    while ((await reader?.read())?.done === false);
  } catch {
    // Left.
  }
}

const browser = await openBrowser();
try {
  await smallFleet(browser);
  for (const size of sizes) await largeFleet(browser, size);
  await chart(browser);
  await liveEvents();
} finally {
  await browser.close();
}
