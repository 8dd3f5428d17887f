import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { availableParallelism, homedir } from 'node:os';
import { basename, delimiter, dirname, join, resolve } from 'node:path';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import type { ClientConnectConfig } from '@temporalio/envconfig';
import { z } from 'zod';
import { PayloadKeys } from './codec/keys.js';
import type { ActivityPolicy } from './contracts/runs.js';

/**
 * Where Temporal is, which queues are served, and how long things may take: all of this project's settings.
 *
 * The address, namespace, TLS and API key are Temporal's own settings (`TEMPORAL_ADDRESS`, `TEMPORAL_NAMESPACE`,
 * `TEMPORAL_API_KEY`, `TEMPORAL_TLS_…`, or a profile of Temporal's TOML file chosen by `TEMPORAL_PROFILE`);
 * the project's own begin with `GAN_`. docs/operations.md lists them in a table.
 */
const positive = z.coerce.number().int().positive();
const port = z.coerce.number().int().min(1).max(65_535);
/** A path; `~` is the home folder even where no shell expands it. */
const path = z
  .string()
  .min(1)
  .regex(/^(?!~[^/])/, 'a path may begin with ~/, not with the name of a user')
  .transform((given) => given.replace(/^~(?=\/|$)/, homedir()));

const Environment = z.object({
  GAN_ROOT: path.default('GAN'),
  GAN_PYTHON: path.default('.venv/bin/python'),
  GAN_STATE_DIR: path.optional(),
  GAN_TEMPORAL_PORT: port.optional(),
  GAN_TEMPORAL_UI_PORT: port.optional(),
  GAN_TASK_QUEUE: z.string().min(1).max(200).default('fleet'),
  GAN_TRAINING_SLOTS: positive.default(availableParallelism()),
  GAN_LIGHT_SLOTS: positive.default(availableParallelism()),
  GAN_HEARTBEAT_TIMEOUT_MS: positive.min(2_000).default(10_000),
  GAN_HEARTBEAT_EVERY_MS: positive.default(1_000),
  GAN_LIGHT_TIMEOUT_MS: positive.default(30 * 60_000),
  GAN_TRAINING_TIMEOUT_MS: positive.default(24 * 60 * 60_000),
  GAN_SILENCE_TIMEOUT_MS: positive.default(5 * 60_000),
  GAN_STOP_GRACE_MS: positive.default(5_000),
  GAN_ATTEMPTS: positive.default(5),
  GAN_KEEP_GENERATIONS: z.coerce
    .number()
    .int()
    .min(2, 'the published one and the one before it are always kept')
    .max(1_000)
    .default(3),
  GAN_MIN_FREE_MB: z.coerce.number().int().nonnegative().default(500),
  GAN_CONSOLE_PORT: port.optional(),
  GAN_CONSOLE_HOST: z.string().min(1).default('127.0.0.1'),
  GAN_CONSOLE_HOSTS: z.string().default(''),
  GAN_CONSOLE_TOKEN: z.string().min(16, 'at least 16 characters').optional(),
  GAN_DEPLOYMENT_NAME: z.string().max(200).optional(),
  GAN_BUILD_ID: z.string().max(200).optional(),
  GAN_PAYLOAD_KEY_FILE: path.optional(),
  GAN_LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error']).default('info'),
});

export interface Settings {
  /** Data root: where metadata/, seed_data/, models/ and data/ live. Absolute. */
  dataRoot: string;
  /** The Python interpreter that runs the scripts. Absolute. */
  python: string;
  /** Where the `temporal` command may be, set-up's own folder first. */
  commandFolders: string[];
  /** State of the embedded server: database, logs. Absolute. */
  stateDir: string;
  /** True if the environment or a profile names a Temporal: no embedded server is started then. */
  temporalConfigured: boolean;
  connect: ClientConnectConfig & { namespace: string; address: string };
  /** Ports of the embedded server: those that are set, else those of the last start, else the usual ones. */
  embedded: { port: number; uiPort: number };
  /** Which of them are set: no other port is used instead. */
  portsGiven: { port: boolean; uiPort: boolean };
  /** Address of the Temporal Web UI, or null when it is not known. */
  webUi: string | null;
  queues: { light: string; training: string };
  slots: { light: number; training: number };
  heartbeatEveryMs: number;
  /** A script that prints nothing for this long counts as hung. */
  silenceTimeoutMs: number;
  /** Time between SIGTERM and SIGKILL: ample for a checkpoint. */
  stopGraceMs: number;
  /** A step that fails this often without progress fails for good. Lost workers and shutdowns do not count. */
  attempts: number;
  policy: ActivityPolicy;
  /** How many good generations of a data set a machine keeps. */
  keepGenerations: number;
  /** A worker does not start with less free space under the data root. */
  minFreeMb: number;
  /** The web console: where it listens, under which names it may be called, and what callers must show. */
  console: { host: string; port: number; portGiven: boolean; hosts: string[]; token: string | null };
  /** Keys that encrypt payloads, or null: they are not encrypted. */
  payloadKeys: PayloadKeys | null;
  /** This worker's deployment version in Temporal, or null: worker versioning is off. */
  deployment: { deploymentName: string; buildId: string } | null;
  logLevel: 'trace' | 'debug' | 'info' | 'warn' | 'error';
  /** Problems that are reported but do not prevent a start. */
  warnings: string[];
}

/** A setting in the environment is not usable; the message lists every one. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/**
 * Reads the settings.
 * @param env environment variables; an empty one counts as unset
 * @param projectRoot folder that relative paths start from
 * @throws ConfigError naming every variable that is wrong
 */
export function loadSettings(env: NodeJS.ProcessEnv = process.env, projectRoot: string = process.cwd()): Settings {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const parsed = Environment.safeParse(given);
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => {
      const name = issue.path.join('.');
      return `  ${name}=${given[name] ?? ''}: ${issue.message}`;
    });
    throw new ConfigError(`Settings are wrong:\n${problems.join('\n')}`);
  }
  const e = parsed.data;
  const { connectionOptions, namespace } = loadConnection(env);
  const address = connectionOptions.address;
  if (address === undefined) refuseStrayCredentials(connectionOptions);
  const python = resolve(projectRoot, e.GAN_PYTHON);
  const dataRoot = resolve(projectRoot, e.GAN_ROOT);
  const stateDir = resolve(projectRoot, e.GAN_STATE_DIR ?? stateFolderOf(dataRoot, projectRoot));
  const embedded = portsOf(e, stateDir);
  return {
    dataRoot,
    python,
    commandFolders: [dirname(python), ...(env['PATH'] ?? '').split(delimiter)],
    stateDir,
    temporalConfigured: address !== undefined,
    connect: {
      connectionOptions,
      namespace: namespace ?? 'default',
      address: address ?? `127.0.0.1:${embedded.port}`,
    },
    embedded,
    portsGiven: { port: e.GAN_TEMPORAL_PORT !== undefined, uiPort: e.GAN_TEMPORAL_UI_PORT !== undefined },
    webUi: address === undefined ? embeddedUi(embedded.uiPort) : (given['TEMPORAL_UI_ADDRESS'] ?? cloudUi(address)),
    queues: { light: e.GAN_TASK_QUEUE, training: `${e.GAN_TASK_QUEUE}-training` },
    slots: { light: e.GAN_LIGHT_SLOTS, training: e.GAN_TRAINING_SLOTS },
    heartbeatEveryMs: e.GAN_HEARTBEAT_EVERY_MS,
    silenceTimeoutMs: e.GAN_SILENCE_TIMEOUT_MS,
    stopGraceMs: e.GAN_STOP_GRACE_MS,
    attempts: e.GAN_ATTEMPTS,
    policy: policyOf(e),
    keepGenerations: e.GAN_KEEP_GENERATIONS,
    minFreeMb: e.GAN_MIN_FREE_MB,
    console: consoleOf(e),
    payloadKeys: loadKeys(e.GAN_PAYLOAD_KEY_FILE, env['GAN_PAYLOAD_KEYS'], projectRoot),
    deployment: deploymentOf(e.GAN_DEPLOYMENT_NAME, e.GAN_BUILD_ID, address !== undefined),
    logLevel: e.GAN_LOG_LEVEL,
    warnings: keyFileWarnings(e.GAN_PAYLOAD_KEY_FILE, projectRoot),
  };
}

function portsOf(e: z.infer<typeof Environment>, stateDir: string): Settings['embedded'] {
  const last = { port: 7233, uiPort: 8233, ...readPorts(stateDir) };
  return { port: e.GAN_TEMPORAL_PORT ?? last.port, uiPort: e.GAN_TEMPORAL_UI_PORT ?? last.uiPort };
}

/** @throws ConfigError when others could use the console without a token */
function consoleOf(e: z.infer<typeof Environment>): Settings['console'] {
  const token = e.GAN_CONSOLE_TOKEN ?? null;
  if (!['127.0.0.1', '::1', 'localhost'].includes(e.GAN_CONSOLE_HOST) && token === null)
    throw new ConfigError(
      `Settings are wrong:\n  GAN_CONSOLE_HOST=${e.GAN_CONSOLE_HOST}: others can reach the console there;` +
        ' set GAN_CONSOLE_TOKEN, which they must show',
    );
  const hosts = e.GAN_CONSOLE_HOSTS.toLowerCase()
    .split(',')
    .map((name) => name.trim());
  return {
    host: e.GAN_CONSOLE_HOST,
    port: e.GAN_CONSOLE_PORT ?? 3000,
    portGiven: e.GAN_CONSOLE_PORT !== undefined,
    hosts: hosts.filter((name) => name !== ''),
    token,
  };
}

function policyOf(e: z.infer<typeof Environment>): ActivityPolicy {
  return {
    lightQueue: e.GAN_TASK_QUEUE,
    trainingQueue: `${e.GAN_TASK_QUEUE}-training`,
    heartbeatTimeoutMs: e.GAN_HEARTBEAT_TIMEOUT_MS,
    lightTimeoutMs: e.GAN_LIGHT_TIMEOUT_MS,
    trainingTimeoutMs: e.GAN_TRAINING_TIMEOUT_MS,
    retryInitialMs: 1_000,
    retryMaximumMs: 10_000,
  };
}

function cloudUi(address: string): string | null {
  return address.includes('.tmprl.cloud') || address.includes('.api.temporal.io') ? 'https://cloud.temporal.io' : null;
}

/** Address of the embedded server's Web UI. */
export function embeddedUi(port: number): string {
  return `http://127.0.0.1:${port}`;
}

/** The embedded server belongs to one data root: any but the checkout's own gets a folder of its own. */
function stateFolderOf(dataRoot: string, projectRoot: string): string {
  if (dataRoot === join(projectRoot, 'GAN')) return '.temporal';
  const digest = createHash('sha256').update(dataRoot).digest('hex').slice(0, 8);
  return join('.temporal', `${basename(dataRoot)}-${digest}`);
}

const Ports = z.object({ port, uiPort: port });

/** The ports that the embedded server had last (manager/embedded/server-folder.ts writes them). */
function readPorts(stateDir: string): Partial<Settings['embedded']> {
  try {
    return Ports.parse(JSON.parse(readFileSync(join(stateDir, 'server.json'), 'utf8')));
  } catch {
    return {};
  }
}

/** A key or certificate implies another Temporal than the embedded one. */
function refuseStrayCredentials({ apiKey, tls }: ClientConnectConfig['connectionOptions']): void {
  const given = [
    ...(apiKey === undefined ? [] : ['an API key (TEMPORAL_API_KEY)']),
    ...(typeof tls === 'object' ? ['TLS settings (TEMPORAL_TLS_…)'] : []),
  ];
  if (given.length === 0) return;
  throw new ConfigError(
    `Settings are wrong:\n  ${given.join(' and ')} without the address of a Temporal:` +
      ' set TEMPORAL_ADDRESS, or unset them to use the embedded server',
  );
}

/**
 * Keys from a file, or from the environment with commas instead of line ends.
 * @throws ConfigError that never shows them
 */
function loadKeys(file: string | undefined, given: string | undefined, projectRoot: string): PayloadKeys | null {
  const inline = given === '' ? undefined : given;
  if (file === undefined && inline === undefined) return null;
  const source = file === undefined ? 'GAN_PAYLOAD_KEYS' : `GAN_PAYLOAD_KEY_FILE=${file}`;
  try {
    return PayloadKeys.parse(
      file === undefined ? (inline ?? '').replaceAll(',', '\n') : readFileSync(resolve(projectRoot, file), 'utf8'),
    );
  } catch (error) {
    throw new ConfigError(
      `Settings are wrong:\n  ${source}: ${error instanceof Error ? error.message : 'not readable'}`,
    );
  }
}

/** @throws ConfigError when anybody could write a key into the file */
function keyFileWarnings(file: string | undefined, projectRoot: string): string[] {
  if (file === undefined) return [];
  const { mode } = statSync(resolve(projectRoot, file));
  const what = `GAN_PAYLOAD_KEY_FILE=${file}`;
  if ((mode & 0o002) !== 0)
    throw new ConfigError(`Settings are wrong:\n  ${what}: anybody can write to it; run: chmod 600 ${file}`);
  return (mode & 0o077) === 0 ? [] : [`${what}: others can read it; run: chmod 600 ${file}`];
}

/** Worker versioning, where both names are set; off for the embedded server, whose worker is always this checkout. */
function deploymentOf(
  deploymentName: string | undefined,
  buildId: string | undefined,
  configured: boolean,
): Settings['deployment'] {
  if (deploymentName === undefined && buildId === undefined) return null;
  if (deploymentName === undefined || buildId === undefined) {
    throw new ConfigError(
      'Settings are wrong:\n  GAN_DEPLOYMENT_NAME and GAN_BUILD_ID go together: set both, or neither',
    );
  }
  return configured ? { deploymentName, buildId } : null;
}

function loadConnection(env: NodeJS.ProcessEnv): ClientConnectConfig {
  try {
    const defined = Object.fromEntries(
      Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== ''),
    );
    return loadClientConnectConfig({ overrideEnvVars: defined });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigError(`Temporal's connection settings are wrong: ${reason}`);
  }
}
