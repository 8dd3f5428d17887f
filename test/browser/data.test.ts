import type { Browser } from 'playwright-core';
import { violations } from './support/axe.js';
import { openBrowser, openPage } from './support/browser.js';
import { SMALL, TestConsole } from './support/console.js';

const SECTIONS = [
  ...['Runs', 'Sensors', 'Degradation', 'Operating regimes', 'Distributions', 'Correlation', 'Autocorrelation'],
];
const served = new TestConsole();
let browser: Browser;

beforeAll(async () => {
  browser = await openBrowser();
  served.addMachine('pump_a');
  await served.start();
  const { epochs, seedSamples, samples } = SMALL;
  const made = await served.gan(
    ...['machine', 'run', 'pump_a', '--epochs', String(epochs)],
    ...['--seed-samples', String(seedSamples), '--samples', String(samples)],
  );
  if (made.exitCode !== 0) throw new Error(made.all);
});
afterAll(async () => {
  await served.close();
  await browser.close();
});

describe('the data tab', () => {
  it('draws seed beside synthetic: runs, sensors, wear, distributions, correlation, latest rows', async () => {
    const page = await openPage(browser);
    await page.goto(`${served.url}/machines/pump_a/data`);
    await page.getByText('No run is in two splits.').waitFor();
    for (const section of SECTIONS) await page.getByRole('region', { name: section, exact: true }).waitFor();
    await page.getByRole('heading', { level: 1, name: 'pump_a' }).waitFor();
    await page.getByRole('link', { name: 'Generations' }).waitFor();
    await page.getByText('minima and maxima kept').first().waitFor();
    const rows = page.getByRole('region', { name: 'Latest rows' });
    await rows.getByText('of train').waitFor();
    expect(await rows.getByRole('row').count()).toBe(101);
    expect(page.problems).toEqual([]);
    await page.close();
  });

  it('keeps the chosen split in the address', async () => {
    const page = await openPage(browser);
    await page.goto(`${served.url}/machines/pump_a/data`);
    await page.getByText('Validation', { exact: true }).click();
    await page.waitForURL(/source=val/);
    await page.getByText('Over time, val').waitFor();
    await page.close();
  });

  it('offers the files as they are, as CSV and for C-MAPSS', async () => {
    const page = await openPage(browser);
    await page.goto(`${served.url}/machines/pump_a/data`);
    await page.getByRole('button', { name: 'Export C-MAPSS' }).click();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'C-MAPSS train.txt' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('pump_a_train.txt');
    const csv = await fetch(`${served.url}/api/machines/pump_a/data/train/file?format=csv`);
    expect((await csv.text()).split('\n')[0]).toBe('timestamp,rul,vibration,temperature,failure_mode,run_id');
    await page.close();
  });

  it('says what is missing where nothing is published', async () => {
    served.addMachine('pump_new');
    const page = await openPage(browser);
    await page.goto(`${served.url}/machines/pump_new/data`);
    await page.getByText('No data set is published').waitFor();
    await page.close();
  });

  it.each(['light', 'dark'] as const)('breaks no rule of accessibility in %s colours', async (colorScheme) => {
    const page = await openPage(browser, { colorScheme });
    await page.goto(`${served.url}/machines/pump_a/data`);
    await page.getByText('minima and maxima kept').first().waitFor();
    expect(await violations(page)).toEqual([]);
    await page.close();
  });
});
