import type { NativeConnection } from '@temporalio/worker';
import proto from '@temporalio/proto';
import type { Logger } from 'pino';
import { failure } from '../activities/python/failures.js';
import { runPython } from '../activities/python/script.js';
import { SCRIPT } from '../activities/python/scripts.js';
import { FAILURE } from '../contracts/failures.js';
import { SEARCH_ATTRIBUTES } from '../contracts/search-attributes.js';
import type { Settings } from '../temporal.config.js';
import { markNamespace } from './namespace-mark.js';

const { INDEXED_VALUE_TYPE_KEYWORD } = proto.temporal.api.enums.v1.IndexedValueType;
const PERMISSION_DENIED = 7;
const UNIMPLEMENTED = 12;
const NOT_FOUND = 5;

/**
 * Refuses to start a worker that could only fail: it would take steps away from workers that can do them.
 * @throws ApplicationFailure MissingPrerequisite naming what to do
 */
export async function requirePython(settings: Settings, projectRoot: string, log: Logger): Promise<void> {
  const request = { script: SCRIPT.checkWorker, args: ['--min_free_mb', String(settings.minFreeMb)] };
  const result = await runPython(request, { ...settings, projectRoot }, new AbortController().signal, {
    onProgress: () => undefined,
    onLog: (line) => {
      log.warn(line);
    },
  });
  log.debug(result.summary);
}

/**
 * The namespace's search attributes, without which no workflow of ours can start.
 * @throws ApplicationFailure MissingPrerequisite with the command that registers them
 */
export async function requireSearchAttributes(
  connection: NativeConnection,
  namespace: string,
  log: Logger,
): Promise<void> {
  const registered = await readSearchAttributes(connection, namespace, log);
  if (registered === null) return;
  const missing = Object.values(SEARCH_ATTRIBUTES).filter((name) => registered[name] !== INDEXED_VALUE_TYPE_KEYWORD);
  if (missing.length === 0) return;
  const flags = missing.map((name) => `--name ${name} --type Keyword`).join(' ');
  throw failure(
    FAILURE.missingPrerequisite,
    `the namespace ${namespace} lacks search attributes of type Keyword: ${missing.join(', ')}`,
    {
      retryable: false,
      hint: `run: temporal operator search-attribute create --namespace ${namespace} ${flags}`,
    },
  );
}

/**
 * A namespace of another data root has that one's runs, whose steps must not be done here.
 * @throws ApplicationFailure MissingPrerequisite naming both
 */
export async function requireOwnNamespace(
  connection: NativeConnection,
  { connect: { namespace }, dataRoot }: Settings,
  log: Logger,
): Promise<void> {
  try {
    await markNamespace(connection, namespace, dataRoot, false);
  } catch (error) {
    if (!isNotAllowed(error)) throw error;
    log.warn('the server refuses schedules: not checked whether its namespace belongs to another data root');
  }
}

/** Null if the server does not list them (Temporal Cloud): there, the first workflow would fail. */
async function readSearchAttributes(connection: NativeConnection, namespace: string, log: Logger) {
  try {
    return (await connection.operatorService.listSearchAttributes({ namespace })).customAttributes;
  } catch (error) {
    if (codeOf(error) === NOT_FOUND) {
      throw failure(FAILURE.missingPrerequisite, `there is no namespace ${namespace}`, {
        retryable: false,
        hint: `run: temporal operator namespace create --namespace ${namespace}`,
      });
    }
    if (!isNotAllowed(error)) throw error;
    log.warn('the server does not list search attributes: not checked');
    return null;
  }
}

function isNotAllowed(error: unknown): boolean {
  return [PERMISSION_DENIED, UNIMPLEMENTED].includes(codeOf(error) ?? -1);
}

/** The gRPC status of an error or of its cause, or null. */
function codeOf(error: unknown): number | null {
  if (typeof error !== 'object' || error === null) return null;
  if ('code' in error && typeof error.code === 'number') return error.code;
  return 'cause' in error ? codeOf(error.cause) : null;
}
