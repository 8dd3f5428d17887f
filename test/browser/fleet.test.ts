import type { Browser, Page } from 'playwright-core';
import type { FleetRunPreview, GridPage } from '../../contracts/api/fleet-runs.js';
import type { MachineDetail } from '../../contracts/api/machine.js';
import type { MachineList } from '../../contracts/api/machines.js';
import { violations } from './support/axe.js';
import { openBrowser, openPage } from './support/browser.js';
import { TestConsole } from './support/console.js';

/** Enough for a data set that passes. */
const GOOD = { epochs: 60, seedSamples: 3000, samples: 5000 };

const served = new TestConsole();
let browser: Browser;
let page: Page & { problems: string[] };

beforeAll(async () => {
  browser = await openBrowser();
  for (const id of ['unit_a', 'unit_b', 'unit_c']) served.addMachine(id);
  served.addMachine('unit_broken', { sensors: [] });
  await served.start({ GAN_TRAINING_SLOTS: '1' });
  page = await openPage(browser);
});
afterAll(async () => {
  await served.close();
  await browser.close();
});
afterEach(() => {
  expect(page.problems).toEqual([]);
});

/** Fills the launch dialog's settings. */
async function fill(settings: Record<string, number>): Promise<void> {
  const dialog = page.getByRole('dialog');
  for (const [label, value] of Object.entries(settings)) await dialog.getByLabel(label).fill(String(value));
}

/** Presses the dialog's last button once what is previewed is what is chosen, and returns the run's name. */
async function launch(button: string | RegExp): Promise<string> {
  await page.getByRole('dialog').getByRole('button', { name: button }).click();
  await page.waitForURL('**/fleet/*');
  return decodeURIComponent(new URL(page.url()).pathname.split('/').at(-1) ?? '');
}

function tile(machineId: string) {
  return page.getByRole('article', { name: machineId, exact: true });
}

describe('the fleet’s page', () => {
  it('shows every machine with its state, and finds them by search and by state, in the address', async () => {
    await page.goto(served.url);
    await tile('unit_a').getByText('Model missing').first().waitFor();
    await page.getByLabel('Search machines').fill('unit_');
    await page.getByRole('group', { name: 'Show only' }).getByText('4 model missing').click();
    await page.waitForURL(/q=unit_&state=modelMissing/);
    await page.reload();
    await tile('unit_b').waitFor();
    expect(await page.getByRole('article').count()).toBe(4);
    await page.getByText('Table', { exact: true }).click();
    await page.getByRole('row', { name: /unit_c/ }).waitFor();
    expect(await violations(page)).toEqual([]);
  });
});

describe('a fleet run from the admin page', () => {
  it('takes exactly the machines that were previewed, and says why others are left out', async () => {
    const draft = { filter: { q: 'unit_' }, parameters: GOOD };
    const preview = await served.api<FleetRunPreview>('/api/fleet-runs/preview', draft);
    expect(preview.machines.map((machine) => machine.machineId)).toEqual(['unit_a', 'unit_b', 'unit_c']);
    await page.goto(`${served.url}/admin?open=regenerate&q=unit_`);
    await fill({ 'Machines at once': 1, Epochs: 1000, 'Rows of the seed': 3000, 'Rows of the data set': 5000 });
    const dialog = page.getByRole('dialog');
    await dialog.getByText('3 run, 1 are skipped').waitFor();
    await dialog.getByText('Machines that are skipped, and why').click();
    await dialog.getByText(/unit_broken: sensors: must be a list/).waitFor();
    const name = await launch('Regenerate 3 machines');
    await page.getByRole('row', { name: /unit_c/ }).waitFor();
    const { rows } = await served.api<GridPage>(`/api/fleet-runs/${name}/machines?sort=fleet`);
    expect(rows.map((row) => row.machineId)).toEqual(preview.machines.map((machine) => machine.machineId));
  });

  it('refuses a second one with a link to the first', async () => {
    const first = page.url();
    await page.goto(`${served.url}/admin?open=regenerate&q=unit_broken`);
    await page.getByText(/Fleet run .* is under way/).waitFor();
    const refused = served.api('/api/fleet-runs', { machineIds: ['unit_a'] });
    await expect(refused).rejects.toThrow(/FLEET_RUN_UNDER_WAY/);
    await page.goto(first);
  });

  it('lets a waiting machine be the next, and pauses and resumes', async () => {
    await page.getByRole('button', { name: 'Run next: unit_c' }).click();
    await page.getByText('is the next').waitFor();
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByText('Paused', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Resume' }).click();
    await page.getByRole('button', { name: 'Pause' }).waitFor();
    expect(await violations(page)).toEqual([]);
  });

  it('can be cancelled, which is confirmed, and what did not finish can be retried', async () => {
    await page.getByRole('row', { name: /unit_a .*Done/ }).waitFor({ timeout: 120_000 });
    await page.getByRole('button', { name: 'Cancel…' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel run' }).click();
    await page.getByText('Cancelled', { exact: true }).first().waitFor();
    await page.getByRole('button', { name: /Retry failed/ }).waitFor();
    await page
      .getByRole('row', { name: /unit_[bc] .*Cancelled/ })
      .first()
      .waitFor();
  });
});

describe('a machine’s page', () => {
  it('shows its steps, how its data set was judged, and its files with digests', async () => {
    await page.goto(`${served.url}/machines/unit_a`);
    await page.getByText('RUL decreasing (100.0%)').waitFor();
    await page.getByRole('row', { name: /train\.parquet 3,500/ }).waitFor();
    await page.getByText('up to date').first().waitFor();
    expect(await violations(page)).toEqual([]);
  });

  it('opens the report, in which nothing may run', async () => {
    const { report } = await served.api<MachineDetail>('/api/machines/unit_a');
    const answer = await fetch(`${served.url}/api/machines/unit_a/generations/${report?.generation ?? ''}/report.html`);
    expect(answer.headers.get('content-security-policy')).toMatch(/^sandbox; default-src 'none'/);
    expect(await answer.text()).toContain('unit_a');
  });

  it('publishes a generation again that another one has replaced, and compares the two', async () => {
    await page.getByRole('button', { name: 'Run…' }).click();
    await fill({ 'Rows of the data set': 6000 });
    await page.getByRole('dialog').getByRole('button', { name: 'Start run' }).click();
    await page.waitForURL('**/runs/unit_a**');
    await page.goto(`${served.url}/machines/unit_a/generations`);
    await page.getByRole('button', { name: 'Roll back to it…' }).click({ timeout: 120_000 });
    const before = await served.api<MachineDetail>('/api/machines/unit_a');
    await page.getByRole('dialog').getByRole('button', { name: 'Roll back to it' }).click();
    await page.getByText('rolled back').waitFor();
    const after = await served.api<MachineDetail>('/api/machines/unit_a');
    expect(after.published).not.toBe(before.published);
    for (const box of await page.getByRole('checkbox').all()) await box.check();
    await page
      .getByRole('region', { name: 'Comparison' })
      .getByRole('row', { name: /Row counts/ })
      .waitFor();
    expect(await violations(page)).toEqual([]);
  });

  it('takes a machine out of the fleet once its id is typed, and brings it back as it was', async () => {
    const before = await served.api<MachineDetail>('/api/machines/unit_a');
    await page.goto(`${served.url}/machines/unit_a`);
    await page.getByRole('button', { name: 'More actions' }).click();
    await page.getByRole('menuitem', { name: 'Retire it…' }).click();
    const dialog = page.getByRole('dialog');
    expect(await dialog.getByRole('button', { name: 'Retire machine' }).isDisabled()).toBe(true);
    await dialog.getByLabel('Type unit_a to confirm').fill('unit_a');
    await dialog.getByRole('button', { name: 'Retire machine' }).click();
    await page.getByText('unit_a has left the fleet').waitFor();
    expect(await violations(page)).toEqual([]);
    await page.goto(`${served.url}/admin`);
    await page.getByRole('button', { name: 'Restore unit_a' }).click();
    await page.getByRole('region', { name: 'Retired machines' }).waitFor({ state: 'detached' });
    await page.goto(`${served.url}/machines/unit_a`);
    await page.getByText('RUL decreasing (100.0%)').waitFor();
    const after = await served.api<MachineDetail>('/api/machines/unit_a');
    expect(after.published).toBe(before.published);
    expect(after.files).toEqual(before.files);
  });

  it('says what is wrong with a configuration, and leads to the wizard where there is none', async () => {
    await page.goto(`${served.url}/machines/unit_broken`);
    await page.getByText('Its configuration is wrong').waitFor();
    await page.goto(`${served.url}/machines/unit_nowhere`);
    await page.getByRole('link', { name: 'Create its profile' }).waitFor();
  });
});

describe('the health check', () => {
  it('reads every machine’s artifacts, and names those that lack something', async () => {
    await page.goto(`${served.url}/admin`);
    await page.getByText(/Found \d+ machines without models/).waitFor();
    await page.getByRole('button', { name: 'Check all machines' }).click();
    await page.getByText(/of \d+ machines are fully ready/).waitFor();
    const { counts } = await served.api<MachineList>('/api/machines?q=unit_a');
    expect(counts.ready + counts.stale).toBe(1);
    expect(await violations(page)).toEqual([]);
  });
});
