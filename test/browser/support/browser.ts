import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { arch, platform } from 'node:os';
import { delimiter, join } from 'node:path';
import { execa } from 'execa';
import { chromium } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';
import { PROJECT_ROOT } from '../../support/python.js';

/** Where an installed Chromium is usually found, if the tests' own does not run on this system. */
const INSTALLED = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/usr/bin/chromium',
  '/usr/bin/google-chrome',
];
const UNPACK = `
import { inflate } from '@sparticuz/chromium';
for (const archive of process.argv.slice(1)) await inflate(archive);
`;
const ARGUMENTS = ['--no-sandbox', '--disable-dev-shm-usage', '--font-render-hinting=none'];

/**
 * A real Chromium: the one that GAN_TEST_BROWSER names, else the one that comes as an npm package, else an installed
 * one. Nothing is downloaded, and no root is needed.
 */
export async function openBrowser(): Promise<Browser> {
  const named = process.env['GAN_TEST_BROWSER'];
  if (named !== undefined && named !== '') return await launch(named);
  if (platform() === 'linux' && arch() === 'x64') return await launchPackaged(await unpacked());
  const installed = INSTALLED.find((path) => existsSync(path));
  if (installed === undefined)
    throw new Error('no Chromium on this system: install one, or name it in GAN_TEST_BROWSER');
  return await launch(installed);
}

/** A page that fails the test when the browser reports an error or a request to another host. */
export async function openPage(
  browser: Browser,
  options: Parameters<Browser['newPage']>[0] = {},
): Promise<Page & { problems: string[] }> {
  const page = await browser.newPage({ locale: 'en-GB', viewport: { width: 1280, height: 800 }, ...options });
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(`error: ${error.message}`));
  page.on('console', (message) => {
    // What the server refuses is part of a test; the browser reports each such answer too.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      problems.push(`console: ${message.text()}`);
  });
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (url.protocol.startsWith('http') && !['localhost', '127.0.0.1'].includes(url.hostname))
      problems.push(`request to ${url.host}`);
  });
  return Object.assign(page, { problems });
}

async function launch(executablePath: string, env: Record<string, string> = {}): Promise<Browser> {
  return await chromium.launch({ executablePath, args: ARGUMENTS, env: { ...process.env, ...env } });
}

/** With the system's libraries, or with those of the package where the system lacks some. */
async function launchPackaged(folder: string): Promise<Browser> {
  const fonts = { FONTCONFIG_PATH: join(folder, 'fonts') };
  try {
    return await launch(join(folder, 'chromium'), fonts);
  } catch {
    const libraries = [join(folder, 'al2023', 'lib'), process.env['LD_LIBRARY_PATH'] ?? ''];
    return await launch(join(folder, 'chromium'), { ...fonts, LD_LIBRARY_PATH: libraries.join(delimiter) });
  }
}

/** The package's browser, unpacked once, into a folder that appears whole. */
async function unpacked(): Promise<string> {
  const packed = join(PROJECT_ROOT, 'node_modules/@sparticuz/chromium');
  const { version } = JSON.parse(readFileSync(join(packed, 'package.json'), 'utf8')) as { version: string };
  const folder = join(PROJECT_ROOT, '.cache', `chromium-${version}`);
  if (existsSync(folder)) return folder;
  const unfinished = `${folder}.${process.pid}.tmp`;
  mkdirSync(unfinished, { recursive: true });
  const archives = ['chromium.br', 'fonts.tar.br', 'swiftshader.tar.br', 'al2023.tar.br'];
  const paths = archives.map((name) => join(packed, 'bin', name));
  // The package unpacks into the folder for temporary files: a process of its own has its own.
  await execa(process.execPath, ['--input-type=module', '--eval', UNPACK, ...paths], {
    cwd: PROJECT_ROOT,
    env: { TMPDIR: unfinished },
  });
  try {
    renameSync(unfinished, folder);
  } catch (error) {
    if (!existsSync(folder)) throw error;
    rmSync(unfinished, { recursive: true, force: true });
  }
  return folder;
}
