import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { delimiter, dirname, resolve } from 'node:path';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import type { ClientConnectConfig } from '@temporalio/envconfig';
import { z } from 'zod';
import { PayloadKeys } from './codec/keys.js';
import type { ActivityPolicy } from './contracts/runs.js';

/**
 * Where Temporal is, which queues are served, and how long things may take: every setting of this project, in one place.
 *
 * The address, namespace, TLS and API key are Temporal's own settings (`TEMPORAL_ADDRESS`, `TEMPORAL_NAMESPACE`,
 * `TEMPORAL_API_KEY`, `TEMPORAL_TLS_…`, or a profile of Temporal's TOML file chosen by `TEMPORAL_PROFILE`);
 * the project's own begin with `GAN_`. README.md lists them in a table.
 */
const positive = z.coerce.number().int().positive();
const port = z.coerce.number().int().min(1).max(65_535);

const Environment = z.object({
  GAN_ROOT: z.string().min(1).default('GAN'),
  GAN_PYTHON: z.string().min(1).default('.venv/bin/python'),
  GAN_STATE_DIR: z.string().min(1).default('.temporal'),
  GAN_TEMPORAL_PORT: port.default(7233),
  GAN_TEMPORAL_UI_PORT: port.default(8233),
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
  GAN_DEPLOYMENT_NAME: z.string().max(200).optional(),
  GAN_BUILD_ID: z.string().max(200).optional(),
  GAN_PAYLOAD_KEY_FILE: z.string().min(1).optional(),
  GAN_LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error']).default('info'),
});

export interface Settings {
  /** Data root: where metadata/, seed_data/, models/ and data/ live. Absolute. */
  dataRoot: string;
  /** The Python interpreter that runs the scripts. Absolute. */
  python: string;
  /** Where the `temporal` command may lie, set-up's own folder first. */
  commandFolders: string[];
  /** State of the embedded server: database, logs. Absolute. */
  stateDir: string;
  /** True when the environment or a profile names a Temporal: then no embedded server is started. */
  temporalConfigured: boolean;
  connect: ClientConnectConfig & { namespace: string; address: string };
  embedded: { port: number; uiPort: number };
  /** Address of the Temporal Web UI, or null when it is not known. */
  webUi: string | null;
  queues: { light: string; training: string };
  slots: { light: number; training: number };
  heartbeatEveryMs: number;
  /** A script that prints nothing for so long is taken for hung. */
  silenceTimeoutMs: number;
  /** Time between SIGTERM and SIGKILL: what a checkpoint takes, amply. */
  stopGraceMs: number;
  /** A step that fails so often without getting any further fails for good. Lost workers and shutdowns do not count. */
  attempts: number;
  policy: ActivityPolicy;
  /** Good generations of a data set that a machine keeps. */
  keepGenerations: number;
  /** A worker does not start with less free space under the data root. */
  minFreeMb: number;
  /** Keys that payloads are encrypted with, or null: they are not. */
  payloadKeys: PayloadKeys | null;
  /** The version that this worker's deployment has for Temporal, or null: worker versioning is off. */
  deployment: { deploymentName: string; buildId: string } | null;
  logLevel: 'trace' | 'debug' | 'info' | 'warn' | 'error';
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
  const python = resolve(projectRoot, e.GAN_PYTHON);
  return {
    dataRoot: resolve(projectRoot, e.GAN_ROOT),
    python,
    commandFolders: [dirname(python), ...(env['PATH'] ?? '').split(delimiter)],
    stateDir: resolve(projectRoot, e.GAN_STATE_DIR),
    temporalConfigured: address !== undefined,
    connect: {
      connectionOptions,
      namespace: namespace ?? 'default',
      address: address ?? `127.0.0.1:${e.GAN_TEMPORAL_PORT}`,
    },
    embedded: { port: e.GAN_TEMPORAL_PORT, uiPort: e.GAN_TEMPORAL_UI_PORT },
    webUi:
      address === undefined
        ? `http://127.0.0.1:${e.GAN_TEMPORAL_UI_PORT}`
        : (given['TEMPORAL_UI_ADDRESS'] ?? cloudUi(address)),
    queues: { light: e.GAN_TASK_QUEUE, training: `${e.GAN_TASK_QUEUE}-training` },
    slots: { light: e.GAN_LIGHT_SLOTS, training: e.GAN_TRAINING_SLOTS },
    heartbeatEveryMs: e.GAN_HEARTBEAT_EVERY_MS,
    silenceTimeoutMs: e.GAN_SILENCE_TIMEOUT_MS,
    stopGraceMs: e.GAN_STOP_GRACE_MS,
    attempts: e.GAN_ATTEMPTS,
    policy: {
      lightQueue: e.GAN_TASK_QUEUE,
      trainingQueue: `${e.GAN_TASK_QUEUE}-training`,
      heartbeatTimeoutMs: e.GAN_HEARTBEAT_TIMEOUT_MS,
      lightTimeoutMs: e.GAN_LIGHT_TIMEOUT_MS,
      trainingTimeoutMs: e.GAN_TRAINING_TIMEOUT_MS,
      retryInitialMs: 1_000,
      retryMaximumMs: 10_000,
    },
    keepGenerations: e.GAN_KEEP_GENERATIONS,
    minFreeMb: e.GAN_MIN_FREE_MB,
    payloadKeys: loadKeys(e.GAN_PAYLOAD_KEY_FILE, env['GAN_PAYLOAD_KEYS'], projectRoot),
    deployment: deploymentOf(e.GAN_DEPLOYMENT_NAME, e.GAN_BUILD_ID, address !== undefined),
    logLevel: e.GAN_LOG_LEVEL,
  };
}

function cloudUi(address: string): string | null {
  return address.includes('.tmprl.cloud') || address.includes('.api.temporal.io') ? 'https://cloud.temporal.io' : null;
}

/**
 * Keys from a file, or from the environment with commas instead of line ends.
 * @throws ConfigError that never shows what they are
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
