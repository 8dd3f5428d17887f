import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { DevServer } from '../support/dev-server.js';
import { freePort } from '../support/ports.js';
import { violations } from './support/axe.js';
import { openBrowser, openPage } from './support/browser.js';
import { TestConsole } from './support/console.js';

const served = new TestConsole();
let browser: Browser;

beforeAll(async () => {
  browser = await openBrowser();
  await served.start();
});
afterAll(async () => {
  await served.close();
  await browser.close();
});

describe('the shell of the console', () => {
  it('says whether Temporal answers, and loads nothing from elsewhere', async () => {
    const page = await openPage(browser);
    await page.goto(served.url);
    await page.getByText(`Temporal 127.0.0.1:${served.env['GAN_TEMPORAL_PORT'] ?? ''}`).waitFor();
    expect(page.problems).toEqual([]);
    await page.close();
  });

  it.each(['light', 'dark'] as const)('breaks no rule of accessibility in %s colours', async (colorScheme) => {
    const page = await openPage(browser, { colorScheme });
    await page.goto(served.url);
    await page.getByRole('heading', { level: 1 }).waitFor();
    expect(await violations(page)).toEqual([]);
    await page.close();
  });

  it('works in a seventh tab', async () => {
    const context = await browser.newContext();
    for (let tab = 0; tab < 7; tab += 1) {
      const page = await context.newPage();
      await page.goto(served.url);
      await page.getByText('Temporal 127.0.0.1').waitFor();
    }
    await context.close();
  });

  it('says that live updates are lost, and goes on when the console is back', async () => {
    const page = await openPage(browser);
    await page.goto(served.url);
    await page.getByText('Temporal 127.0.0.1').waitFor();
    await served.stop('SIGKILL');
    await page.getByText('Live updates lost').waitFor();
    await served.start();
    await page.getByText('Live updates lost').waitFor({ state: 'detached' });
    await page.close();
  });

  it('says that no worker polls, and that Temporal cannot be reached', async () => {
    const temporal = await DevServer.start();
    const env = { ...process.env, ...temporal.env, GAN_CONSOLE_PORT: String(await freePort()) };
    const console = fork(join(import.meta.dirname, 'support/console-without-worker.ts'), {
      env,
      execArgv: ['--import', 'tsx'],
    });
    const page = await openPage(browser);
    try {
      const [{ url }] = (await once(console, 'message')) as [{ url: string }];
      await page.goto(url);
      await page.getByText('No worker is polling').waitFor();
      expect(await violations(page)).toEqual([]);
      await temporal.stop();
      await page.getByText('Temporal unreachable').first().waitFor();
      await page.getByText('Nothing answers at').waitFor();
      expect(await violations(page)).toEqual([]);
    } finally {
      await page.close();
      console.kill('SIGKILL');
    }
  });
});
