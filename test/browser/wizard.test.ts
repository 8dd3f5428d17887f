import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import type { Configuration } from '../../contracts/api/drafts.js';
import { machineConfig } from '../support/profiles.js';
import { violations } from './support/axe.js';
import { openBrowser, openPage } from './support/browser.js';
import { TestConsole } from './support/console.js';

const served = new TestConsole();
let browser: Browser;

beforeAll(async () => {
  browser = await openBrowser();
  served.addMachine('pump_origin', {
    description: 'the one that is copied',
    wear: { max_rul_hours: 90, life_cv: 0.3 },
  });
  await served.start();
});
afterAll(async () => {
  await served.close();
  await browser.close();
});

async function open(path: string): Promise<Page & { problems: string[] }> {
  const page = await openPage(browser);
  page.setDefaultTimeout(60_000);
  await page.goto(`${served.url}${path}`);
  return page;
}

async function next(page: Page): Promise<void> {
  await page.getByRole('link', { name: /^Next/ }).click();
}

async function choose(page: Page, label: string, option: string): Promise<void> {
  await page.getByRole('combobox', { name: label }).click();
  await page.getByRole('option', { name: option, exact: true }).click();
}

async function addSensor(page: Page, name: string, unit: string): Promise<void> {
  await page.getByRole('button', { name: 'Add sensor' }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill(name);
  await page.getByRole('textbox', { name: 'Unit' }).fill(unit);
}

/** Fills the first two pages; the third one is then open. */
async function describeMachine(page: Page, id: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Machine id' }).fill(id);
  await choose(page, 'Type', 'pump');
  await next(page);
  await addSensor(page, 'vibration_rms', 'mm/s');
  await addSensor(page, 'temperature', 'C');
  await next(page);
  await page.getByRole('button', { name: 'Add failure mode' }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill('bearing_wear');
}

function configurationOf(machineId: string): Configuration {
  return JSON.parse(readFileSync(join(served.dataRoot, 'fleet', `${machineId}.json`), 'utf8')) as Configuration;
}

/** Runs that end in wear, weeks apart; as text of a CSV. */
function recorded(): string {
  const rows = [1, 2, 3, 4].flatMap((run) =>
    Array.from({ length: 40 }, (_, at) => {
      const stamp = new Date(Date.UTC(2025, run, 1, at)).toISOString();
      return `${stamp},${run},${(50 - at / 2 + ((at * 7) % 5) / 10).toFixed(2)}`;
    }),
  );
  return ['Time,Pump no,Q [m3/h]', ...rows].join('\n');
}

function file(name: string, text: string): string {
  const path = join(served.folder, name);
  writeFileSync(path, text);
  return path;
}

describe('the New Machine Wizard', () => {
  it('leads from a name and units to a published data set, launched once however often it is clicked', async () => {
    const page = await open('/machines/new');
    await describeMachine(page, 'pump_wizard');
    await page.getByRole('textbox', { name: 'Longest life' }).fill('100');
    await page.getByText('simulating').waitFor({ state: 'detached' });
    expect(await page.getByRole('complementary', { name: 'Preview' }).getByText('bearing wear').count()).toBe(3);
    await next(page);
    for (const [label, value] of Object.entries({
      'Epochs, exactly': '20',
      'Rows of the seed': '3000',
      'Rows of the data set': '4000',
    }))
      await page.getByRole('textbox', { name: label }).fill(value);
    await next(page);
    const created: number[] = [];
    page.on('response', (answer) => {
      if (answer.request().method() === 'POST' && /\/api\/machines(\/pump_wizard\/runs)?$/.test(answer.url()))
        created.push(answer.status());
    });
    await page.getByRole('button', { name: 'Create and run' }).dblclick();
    await page.waitForURL('**/runs/pump_wizard');
    expect(created).toEqual([200, 200]);
    expect(await publishedBy(page)).toContain('published generation');
    expect(page.problems).toEqual([]);
    await page.close();
  });

  it('keeps a draft over a reload, and what was typed when one goes back', async () => {
    const page = await open('/machines/new');
    await describeMachine(page, 'pump_kept');
    await page.goBack();
    await page.reload();
    await page.getByRole('button', { name: /^temperature/ }).waitFor();
    await page.getByRole('link', { name: 'Back' }).click();
    expect(await page.getByRole('textbox', { name: 'Machine id' }).inputValue()).toBe('pump_kept');
    await page.getByRole('button', { name: 'Start over' }).click();
    await page.getByRole('button', { name: 'Discard the draft' }).click();
    expect(await page.getByRole('textbox', { name: 'Machine id' }).inputValue()).toBe('');
    await page.close();
  });

  it('refuses an id that is taken or none, as one types', async () => {
    const page = await open('/machines/new');
    const id = page.getByRole('textbox', { name: 'Machine id' });
    await id.fill('pump_origin');
    await page.getByText('pump_origin is already in the fleet').waitFor();
    await id.fill('Pump 1');
    await page.getByText(/^must be lower-case letters/).waitFor();
    expect(await id.getAttribute('aria-invalid')).toBe('true');
    await page.close();
  });

  it('copies all that a machine has, also what the form does not show', async () => {
    const page = await open('/machines/new?from=pump_origin');
    await page.getByRole('textbox', { name: 'Machine id' }).fill('pump_copy');
    await page.getByRole('link', { name: 'Review' }).click();
    await page.getByRole('button', { name: 'Create only' }).click();
    await page.waitForURL('**/machines/pump_copy');
    const changes = { description: 'the one that is copied', wear: { max_rul_hours: 90, life_cv: 0.3 } };
    expect(configurationOf('pump_copy')).toEqual(machineConfig('pump_copy', changes));
    await page.close();
  });

  it('begins with the id of a machine that was looked for', async () => {
    const page = await open('/machines/pump_wanted');
    await page.getByRole('link', { name: 'Create its profile' }).click();
    const id = page.getByRole('textbox', { name: 'Machine id' });
    expect(await id.inputValue()).toBe('pump_wanted');
    await page.getByRole('link', { name: 'Review' }).click();
    await page.getByRole('region', { name: 'Identity' }).getByText('pump_wanted').waitFor();
    await page.close();
  });

  it('moves and removes sensors by keyboard, and marks one that no failure moves', async () => {
    const page = await open('/machines/new/sensors?from=pump_origin');
    await page.getByRole('button', { name: 'Move temperature up' }).focus();
    await page.keyboard.press('Enter');
    const names = page.getByRole('region').locator('button[aria-expanded] .mono');
    expect(await names.allTextContents()).toEqual(['temperature', 'vibration']);
    await addSensor(page, 'pressure', 'bar');
    await page.getByText('no failure moves it').waitFor();
    await page.getByRole('button', { name: 'Remove temperature' }).click();
    expect(await names.allTextContents()).toEqual(['vibration', 'pressure']);
    await page.close();
  });

  it.each(['light', 'dark'] as const)('breaks no rule of accessibility in %s colours', async (colorScheme) => {
    const page = await openPage(browser, { colorScheme });
    for (const step of ['identity', 'sensors', 'operation', 'settings', 'review']) {
      await page.goto(`${served.url}/machines/new/${step}?from=pump_origin`);
      await page.getByRole('complementary', { name: 'Preview' }).getByRole('img').first().waitFor();
      if (step === 'sensors') await page.getByRole('button', { name: /^vibration/ }).click();
      expect(await violations(page)).toEqual([]);
    }
    await page.close();
  });
});

describe('the import of recorded data', () => {
  it('shows what is understood, takes corrections, and makes a machine of the rows', async () => {
    const page = await open('/machines/new/import');
    await page.setInputFiles('#import-file', file('pumps.csv', recorded()));
    await page.getByRole('textbox', { name: 'Machine id' }).fill('pump_recorded');
    await choose(page, 'What Pump no is', 'run');
    await page.getByRole('textbox', { name: 'Name of the sensor in Q [m3/h]' }).fill('flow');
    await page.getByText('160 rows of 1 sensor in 4 runs').waitFor();
    expect(await violations(page)).toEqual([]);
    await page.getByRole('button', { name: 'Import only' }).click();
    await page.waitForURL('**/machines/pump_recorded');
    const { sensors } = configurationOf('pump_recorded') as { sensors: { name: string; unit: string }[] };
    expect(sensors.map(({ name, unit }) => ({ name, unit }))).toEqual([{ name: 'flow', unit: 'm3/h' }]);
    expect(page.problems).toEqual([]);
    await page.close();
  });

  it('takes a file that is dropped', async () => {
    const page = await open('/machines/new/import');
    const dropped = await page.evaluateHandle(`(() => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([${JSON.stringify(recorded())}], 'dropped.csv', { type: 'text/csv' }));
      return transfer;
    })()`);
    const target = page.getByText('Drop a CSV or parquet file here');
    await target.dispatchEvent('dragover', { dataTransfer: dropped });
    await target.dispatchEvent('drop', { dataTransfer: dropped });
    await page.getByText('dropped.csv').waitFor();
    await page.getByRole('button', { name: 'Choose another file' }).waitFor();
    await page.getByRole('combobox', { name: 'What Pump no is' }).waitFor();
    await page.close();
  });

  it('says of bad data what is wrong and what helps, and imports nothing', async () => {
    const page = await open('/machines/new/import');
    await page.setInputFiles('#import-file', file('rows.json', '{"rows": []}'));
    await page.getByRole('textbox', { name: 'Machine id' }).fill('pump_bad');
    const refusal = page.getByRole('alert');
    await refusal.getByText(/it is JSON, not CSV or parquet/).waitFor();
    await refusal.getByText(/to_csv/).waitFor();
    expect(await page.getByRole('button', { name: 'Import and run' }).isDisabled()).toBe(true);
    await page.close();
  });
});

/** What the last step of the run that a page shows has made. */
async function publishedBy(page: Page): Promise<string> {
  const published = page.getByText(/published generation/).first();
  await published.waitFor({ timeout: 120_000 });
  return (await published.textContent()) ?? '';
}
