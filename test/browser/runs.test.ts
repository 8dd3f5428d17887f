import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import type { RunAccount, RunList, StartedRun } from '../../contracts/api/runs.js';
import { artifactKey } from '../../contracts/artifacts.js';
import { violations } from './support/axe.js';
import { openBrowser, openPage } from './support/browser.js';
import { SMALL, TestConsole } from './support/console.js';

const served = new TestConsole();
let browser: Browser;

beforeAll(async () => {
  browser = await openBrowser();
  for (const machineId of ['pump_a', 'pump_b']) served.addMachine(machineId);
  // Long enough for silence to be seen before it counts as a loss.
  await served.start({ GAN_HEARTBEAT_TIMEOUT_MS: '10000' });
});
afterAll(async () => {
  await served.close();
  await browser.close();
});

async function open(path: string, options: Parameters<typeof openPage>[1] = {}): Promise<Page> {
  const page = await openPage(browser, options);
  await page.goto(`${served.url}${path}`);
  return page;
}

/** Waits until the training has come this far, and gives back how far it is. */
async function epochOf(page: Page, least = 1): Promise<number> {
  const text = page.getByText(/^train TVAE: epoch \d+ of/);
  for (;;) {
    await text.waitFor();
    const epoch = Number(/epoch (\d+)/.exec(await text.innerText())?.[1]);
    if (epoch >= least) return epoch;
    await page.getByText(`train TVAE: epoch ${epoch} of`).waitFor({ state: 'detached' });
  }
}

describe('a machine’s run', () => {
  it('starts in the console, and is followed live by two who watch', async () => {
    const page = await open('/runs/pump_a');
    await page.getByText('pump_a has not run yet').waitFor();
    await page.getByRole('button', { name: 'Start run…' }).click();
    const settings = { Epochs: 20_000, 'Rows of the seed': 1500, 'Rows of the data set': 2000 };
    for (const [field, value] of Object.entries(settings))
      await page.getByLabel(field, { exact: true }).fill(String(value));
    await page.getByRole('button', { name: 'Start run', exact: true }).click();
    const other = await open('/runs/pump_a', { viewport: { width: 390, height: 800 } });
    await Promise.all([epochOf(page, 2), epochOf(other, 2)]);
    await page
      .getByText(/epochs \d+\/20000 · loss/)
      .first()
      .waitFor();
    await page.getByText('CUDA not available').first().waitFor();
    expect(await violations(page)).toEqual([]);
    await page.close();
    await other.close();
  });

  it('keeps the part of the loss chart that was zoomed to while it grows', async () => {
    const page = await open('/runs/pump_a');
    const plot = page.getByRole('img', { name: /^Training loss/ }).locator('.u-over');
    await epochOf(page, 200);
    await plot.scrollIntoViewIfNeeded();
    const { x, y, width, height } = (await plot.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
    const at = (share: number) => page.mouse.move(x + width * share, y + height / 2);
    /** The epoch in the middle of what is drawn. */
    const middle = async () => {
      await at(0.4);
      await at(0.5);
      return await page.getByText(/^epoch [\d,]+$/).innerText();
    };
    await at(0.2);
    await page.mouse.down();
    await at(0.4);
    await page.mouse.up();
    const showAll = page.getByRole('button', { name: 'Show all' });
    await showAll.waitFor();
    const before = await middle();
    await epochOf(page, (await epochOf(page)) + 100);
    expect(await middle()).toBe(before);
    await showAll.click();
    await showAll.waitFor({ state: 'detached' });
    expect(await middle()).not.toBe(before);
    await page.close();
  });

  it('is silent while its worker stands still, before it counts as lost', async () => {
    const other = await served.beside();
    const page = await openPage(browser);
    try {
      await page.goto(`${other.url}/runs/pump_a`);
      await epochOf(page);
      served.signal('SIGSTOP');
      await page.getByText(/Silent for \d+ s\. After 10 s it counts as lost/).waitFor();
      await page.getByText('Silent', { exact: true }).first().waitFor();
      served.signal('SIGCONT');
      await page.getByText(/Silent for/).waitFor({ state: 'detached' });
      await epochOf(page, (await epochOf(page)) + 1);
    } finally {
      served.signal('SIGCONT');
      await page.close();
      await other.close();
    }
  });

  it('goes on after its worker was killed, from its checkpoint, and says so', async () => {
    const page = await open('/runs/pump_a');
    // A checkpoint is saved every two seconds.
    await page.getByRole('img', { name: /^Training loss/ }).waitFor();
    await epochOf(page, (await epochOf(page)) + 50);
    await served.stop('SIGKILL');
    await page.getByText('Live updates lost').waitFor();
    await served.start();
    await page
      .getByRole('button', { name: /train TVAE, attempt 2 after a lost worker, resumed at epoch \d+/ })
      .waitFor();
    await page.getByText(/resumed, attempt 2: epoch \d+/).waitFor();
    await page.getByText(/· attempt 2$/).waitFor();
    await page.close();
  });

  it('is paused, goes on, and is cancelled once it is confirmed', async () => {
    const page = await open('/runs/pump_a');
    await page.getByRole('button', { name: 'Pause run' }).click();
    await page.getByText('Paused at its checkpoint.').waitFor();
    await page.getByRole('button', { name: 'Resume run' }).click();
    await epochOf(page);
    await page.getByRole('button', { name: 'Cancel run…' }).click();
    await page.getByRole('button', { name: 'Cancel run', exact: true }).click();
    await page.getByText('Cancelled', { exact: true }).first().waitFor();
    const run = await served.api<RunAccount>('/api/runs/pump_a');
    expect(run).toMatchObject({ status: 'cancelled', live: null });
    // Asking again is the same as asking once.
    const again = await served.api<RunAccount>(`/api/runs/pump_a/${run.runId}/cancel`, {});
    expect(again.status).toBe('cancelled');
    await page.close();
  });

  it('runs again with other epochs, and keeps its losses and its log when it is over', async () => {
    const page = await open('/runs/pump_a');
    await page.getByRole('button', { name: 'Run again…' }).click();
    await page.getByLabel('Epochs', { exact: true }).fill('30');
    await page.getByText('Training starts anew').waitFor();
    await page.getByRole('button', { name: 'Start run', exact: true }).click();
    await page.getByRole('button', { name: 'Run again…' }).waitFor();
    await page.getByText(/· 30 epochs ·/).waitFor();
    await page.reload();
    await page.getByText('model trained: 30 epochs').first().waitFor();
    await page.getByText('held-out loss').first().waitFor();
    await page.getByLabel('Search the log').fill('epochs 30/30');
    await page.getByText(/^1 of \d+ lines$/).waitFor();
    const log = await (await fetch(`${served.url}${await logOf(page)}`)).text();
    expect(log).toMatch(/epochs 30\/30 · loss [\d.]+ · held-out loss [\d.]+/);
    const { runs } = await served.api<RunList>('/api/runs?machine=pump_a');
    expect(runs.map(({ status }) => status)).toContain('cancelled');
    await page.close();
  });

  it('runs again from a step, and tells that it did', async () => {
    const page = await open('/runs/pump_a');
    await page.getByRole('button', { name: 'Run again…' }).click();
    await page.getByLabel('Begin with').selectOption('generate data set');
    await page.getByRole('button', { name: 'Start run', exact: true }).click();
    await page.getByText('from generate data set on').waitFor();
    await page.getByRole('button', { name: 'Run again…' }).waitFor();
    const { steps } = await served.api<RunAccount>('/api/runs/pump_a');
    expect(steps.slice(0, 4).map(({ status }) => status)).toEqual(Array(4).fill('skipped'));
    expect(steps.slice(4, 6).map(({ status }) => status)).toEqual(['done', 'done']);
    await page.close();
  });

  it('shows a log of 50,000 lines: each is found, the end is one click away, and all can be downloaded', async () => {
    const { runId } = await served.api<RunAccount>('/api/runs/pump_a');
    const of = { kind: 'log', at: Date.now(), step: 'publishDataset', attempt: 1 };
    const lines = Array.from({ length: 50_000 }, (_, at) => `line ${at + 1} of many`);
    const text = lines.map((line) => `${JSON.stringify({ ...of, text: line })}\n`).join('');
    appendFileSync(join(served.dataRoot, artifactKey('runs', 'pump_a'), `${runId}.jsonl`), text);
    const page = await open('/runs/pump_a');
    const log = page.getByRole('region', { name: 'Log', exact: true });
    await page.getByText(/^50,\d{3} lines$/).waitFor();
    for (const line of ['line 1 of many', 'line 25001 of many', 'line 50000 of many']) {
      await page.getByLabel('Search the log').fill(line);
      await page.getByText(/^1 of 50,\d{3} lines$/).waitFor();
      await log.getByText(line).waitFor();
    }
    await page.getByLabel('Search the log').fill('');
    await page.getByRole('button', { name: 'To the top' }).click();
    await log.getByText('run begins').waitFor();
    await page.getByRole('button', { name: 'To the end' }).click();
    await log.getByText('line 50000 of many').waitFor();
    const whole = await (await fetch(`${served.url}${await logOf(page)}`)).text();
    expect(whole.match(/line \d+ of many/g)).toEqual(lines);
    await page.close();
  });

  it('says why it failed, where, and what to do', async () => {
    mkdirSync(join(served.dataRoot, 'recorded'), { recursive: true });
    writeFileSync(join(served.dataRoot, 'recorded/pump_b.csv'), 'not,a,seed\n1,2,3\n');
    await served.api<StartedRun>('/api/machines/pump_b/runs', { parameters: SMALL });
    const page = await open('/runs/pump_b');
    const card = page.getByRole('alert');
    await card.getByText(/^Failed: /).waitFor();
    await card.getByRole('link', { name: 'Import its rows again' }).waitFor();
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await violations(page)).toEqual([]);
    }
    await page.close();
  });
});

async function logOf(page: Page): Promise<string> {
  await page.getByRole('button', { name: 'Download' }).click();
  return (await page.getByRole('menuitem', { name: 'All lines' }).getAttribute('href')) ?? '';
}

describe('the list of runs', () => {
  it('is filtered by its address, and leads to each run', async () => {
    const page = await open('/runs?status=failed&kind=machine');
    await page.getByRole('link', { name: 'pump_b' }).waitFor();
    expect(await page.getByRole('link', { name: 'pump_a' }).count()).toBe(0);
    expect(await violations(page)).toEqual([]);
    await page.getByRole('button', { name: /cancelled$/ }).click();
    await page.waitForURL(/status=cancelled/);
    await page.getByRole('link', { name: 'pump_a' }).click();
    await page.waitForURL(/\/runs\/pump_a\/[0-9a-f-]{36}$/);
    await page.getByText('An earlier run.').waitFor();
    await page.close();
  });
});

describe('npm run fleet', () => {
  it('serves the console too, and goes on without it where its port is taken', async () => {
    const { all } = await served.gan('fleet', 'run', '--machines', 'pump_b');
    expect(all).toContain('no console: the console cannot listen');
    served.env['GAN_CONSOLE_PORT'] = '';
    const second = await served.gan('fleet', 'run', '--machines', 'pump_b');
    expect(second.all).toMatch(/GAN Manager: http:\/\/localhost:\d+/);
  });
});
