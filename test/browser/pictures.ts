import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import type { StartedFleetRun } from '../../contracts/api/fleet-runs.js';
import type { RunList } from '../../contracts/api/runs.js';
import { PROJECT_ROOT } from '../support/python.js';
import { openBrowser, openPage } from './support/browser.js';
import { TestConsole } from './support/console.js';

/**
 * `node --import tsx test/browser/pictures.ts`: every screen of the console, of a small fleet that is really there, in
 * light and dark colours and on a phone, to be looked at. `--out FOLDER`, `--only NAME,NAME`, `--what rest|working`;
 * `--at URL`: of a console that runs already, whose fleet has these machines.
 */
const { values } = parseArgs({
  options: {
    out: { type: 'string', default: join(PROJECT_ROOT, '.cache/pictures') },
    only: { type: 'string' },
    at: { type: 'string' },
    what: { type: 'string', default: 'all' },
  },
});
const only = values.only?.split(',') ?? null;
const GOOD = ['--epochs', '150', '--seed-samples', '4000', '--samples', '8000'];
const served = new TestConsole();

interface Screen {
  name: string;
  path: string;
  /** Does what the picture should show, and waits for it. */
  ready: (page: Page) => Promise<unknown>;
  /** The whole page, not only what is seen first. */
  whole?: boolean;
}

const text = (words: string | RegExp) => (page: Page) => page.getByText(words).first().waitFor();
const button = (name: string | RegExp) => (page: Page) => page.getByRole('button', { name }).first().click();
const all =
  (...steps: ((page: Page) => Promise<unknown>)[]) =>
  async (page: Page) => {
    for (const step of steps) await step(page);
  };
const dialog = (page: Page) => page.getByRole('dialog').waitFor();

/** Screens of a fleet at rest: one machine passed, one failed, one is broken, one is new. */
const atRest = (fleetRun: string): Screen[] => [
  { name: 'fleet', path: '/', ready: text('motor_abb_02') },
  { name: 'fleet-table', path: '/?view=table', ready: text('motor_abb_02') },
  { name: 'fleet-nothing-found', path: '/?q=zzz', ready: text(/No machine/) },
  { name: 'machine', path: '/machines/pump_ksb_01', ready: text('RUL decreasing'), whole: true },
  { name: 'machine-run', path: '/machines/pump_ksb_01', ready: all(button('Run…'), dialog) },
  {
    name: 'machine-retire',
    path: '/machines/pump_ksb_01',
    ready: all(button('More actions'), (page) => page.getByRole('menuitem', { name: 'Retire' }).click(), dialog),
  },
  { name: 'machine-runs', path: '/machines/pump_ksb_01/runs', ready: text('Succeeded') },
  { name: 'machine-generations', path: '/machines/pump_ksb_01/generations', ready: text('published') },
  { name: 'machine-profile', path: '/machines/pump_ksb_01/profile', ready: text('vibration'), whole: true },
  { name: 'machine-new', path: '/machines/fan_new_03', ready: text('never done'), whole: true },
  { name: 'machine-broken', path: '/machines/robot_broken_04', ready: text('configuration is wrong') },
  { name: 'machine-unknown', path: '/machines/pump_nowhere', ready: text('There is no machine') },
  { name: 'machine-retired', path: '/machines/pump_old_05', ready: text('has left the fleet') },
  { name: 'data', path: '/machines/pump_ksb_01/data', ready: text('minima and maxima kept'), whole: true },
  { name: 'data-nothing', path: '/machines/fan_new_03/data', ready: text('No data set is published') },
  { name: 'runs', path: '/runs', ready: text('pump_ksb_01') },
  { name: 'run-finished', path: '/runs/pump_ksb_01', ready: text('What was made'), whole: true },
  { name: 'run-failed', path: '/runs/motor_abb_02', ready: text(/^Failed/), whole: true },
  { name: 'run-never', path: '/runs/fan_new_03', ready: text('has not run yet') },
  { name: 'fleet-run', path: `/fleet/${fleetRun}`, ready: text('motor_abb_02') },
  { name: 'fleet-run-unknown', path: '/fleet/nowhere', ready: text(/no fleet run|There is no/i) },
  { name: 'admin', path: '/admin', ready: text(/Found|Every machine/), whole: true },
  { name: 'admin-regenerate', path: '/admin?open=regenerate', ready: all(dialog, text(/are skipped|run,/)) },
  { name: 'admin-train', path: '/admin?open=train', ready: all(dialog, text(/are skipped|run,/)) },
  { name: 'wizard-1-identity', path: '/machines/new/identity?from=pump_ksb_01', ready: text('Preview') },
  {
    name: 'wizard-2-sensors',
    path: '/machines/new/sensors?from=pump_ksb_01',
    ready: button(/^vibration/),
    whole: true,
  },
  { name: 'wizard-3-operation', path: '/machines/new/operation?from=pump_ksb_01', ready: text('Preview'), whole: true },
  { name: 'wizard-4-settings', path: '/machines/new/settings?from=pump_ksb_01', ready: text('Preview'), whole: true },
  { name: 'wizard-5-review', path: '/machines/new/review?from=pump_ksb_01', ready: text('Preview'), whole: true },
  { name: 'wizard-empty', path: '/machines/new/sensors', ready: text('Add sensor'), whole: true },
  { name: 'import-empty', path: '/machines/new/import', ready: text('Drop a CSV') },
  { name: 'import', path: '/machines/new/import', ready: recordedRows, whole: true },
  { name: 'import-refused', path: '/machines/new/import', ready: badRows, whole: true },
  { name: 'keys', path: '/', ready: (page) => page.keyboard.press('?') },
  { name: 'no-page', path: '/nowhere', ready: text('There is no such page') },
];
/** Screens while a fleet run is under way. */
const working = (fleetRun: string): Screen[] => [
  { name: 'run-running', path: '/runs/fan_new_03', ready: text(/epoch \d\d+ of/), whole: true },
  { name: 'fleet-working', path: '/', ready: text('Running') },
  { name: 'fleet-run-working', path: `/fleet/${fleetRun}`, ready: text(/epoch|train TVAE/) },
  { name: 'admin-under-way', path: '/admin', ready: text('is under way') },
];

async function recordedRows(page: Page): Promise<void> {
  const rows = Array.from({ length: 160 }, (_, at) => {
    const [run, hour] = [Math.floor(at / 40), at % 40];
    return `2024-0${run + 1}-01 ${String(hour % 24).padStart(2, '0')}:00,${run + 1},${(40 - hour / 8).toFixed(2)},wear`;
  });
  const buffer = Buffer.from(`Time,Pump no,Q [m3/h],Cause\n${rows.join('\n')}\n`);
  await page.setInputFiles('#import-file', { name: 'pumps.csv', mimeType: 'text/csv', buffer });
  await page.getByRole('textbox', { name: 'What Pump no is' }).waitFor();
}

async function badRows(page: Page): Promise<void> {
  const buffer = Buffer.from('{"rows": []}');
  await page.setInputFiles('#import-file', { name: 'rows.json', mimeType: 'text/csv', buffer });
  await page.getByText(/it is JSON/).waitFor();
}

async function take(browser: Browser, screens: Screen[]): Promise<void> {
  const looks = [
    { look: 'light', colorScheme: 'light', viewport: { width: 1280, height: 800 } },
    { look: 'dark', colorScheme: 'dark', viewport: { width: 1280, height: 800 } },
    { look: 'phone', colorScheme: 'light', viewport: { width: 390, height: 844 } },
  ] as const;
  for (const { look, ...options } of looks) {
    const page = await openPage(browser, options);
    for (const { name, path, ready, whole = false } of screens) {
      if (only !== null && !only.some((word) => name.startsWith(word))) continue;
      await page.goto(served.url + path, { timeout: 90_000 });
      await ready(page).catch((error: unknown) => {
        process.stdout.write(`${name} ${look}: ${String(error).split('\n')[0] ?? ''}\n`);
      });
      await page.waitForTimeout(600);
      const wide = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
      if (wide > 0) process.stdout.write(`${name} ${look}: ${wide} px too wide\n`);
      await page.screenshot({ path: join(values.out, `${name}-${look}.png`), fullPage: whole });
      await page.evaluate('localStorage.removeItem("draft:import")');
    }
    for (const problem of page.problems) process.stdout.write(`${look}: ${problem}\n`);
    await page.close();
  }
}

/** A machine that passes, one that fails, one that is new, one that is broken, one that is retired. */
async function makeFleet(): Promise<void> {
  const pump = { manufacturer: 'KSB', model: 'Etanorm 80', description: 'boiler feed pump, hall 2' };
  served.addMachine('pump_ksb_01', pump);
  served.addMachine('motor_abb_02', { machine_type: 'motor', manufacturer: 'ABB', model: 'M3BP 280' });
  served.addMachine('fan_new_03', { machine_type: 'fan', manufacturer: 'Howden', model: 'Buffalo' });
  served.addMachine('robot_broken_04', { machine_type: 'robot', sensors: [] });
  served.addMachine('pump_old_05', pump);
  // A seed that cannot be read.
  mkdirSync(join(served.dataRoot, 'recorded'), { recursive: true });
  writeFileSync(join(served.dataRoot, 'recorded/motor_abb_02.csv'), 'not,a,seed\n1,2,3\n');
  await served.start({ GAN_TRAINING_SLOTS: '1' });
  await served.gan('machine', 'retire', 'pump_old_05');
  await served.gan('fleet', 'run', '--name', 'first', '--machines', 'pump_ksb_01,motor_abb_02', ...GOOD);
  await served.gan('machine', 'run', 'pump_ksb_01', ...GOOD.slice(0, 4), '--samples', '9000');
}

/** A long fleet run, while it is taken. */
async function takeWorking(browser: Browser): Promise<void> {
  const parameters = { epochs: 50_000, seedSamples: 2000, samples: 2000 };
  const machineIds = ['fan_new_03', 'pump_ksb_01', 'motor_abb_02'];
  const { name } = await served.api<StartedFleetRun>('/api/fleet-runs', { machineIds, parameters });
  try {
    await take(browser, working(name));
  } finally {
    await served.api(`/api/fleet-runs/${name}/cancel`, {});
  }
}

mkdirSync(values.out, { recursive: true });
const browser = await openBrowser();
try {
  if (values.at === undefined) await makeFleet();
  else served.url = values.at;
  const { runs } = await served.api<RunList>('/api/runs?kind=fleet');
  if (values.what !== 'working') await take(browser, atRest(runs.at(-1)?.name ?? ''));
  if (values.what !== 'rest') await takeWorking(browser);
} finally {
  await browser.close();
  if (values.at === undefined) await served.close();
}
