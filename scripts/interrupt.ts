/** Longer than steps take to save their checkpoints, worker and server to stop: then something hangs. */
const GRACE_MS = 30_000;
const INTERRUPTED = 75;

/**
 * Calls back on the first Ctrl-C or SIGTERM, or when nobody reads the output any more, so that work can be stopped in
 * order; a second Ctrl-C ends the process, and so does the end of the grace.
 * @returns a signal that is aborted on the first one
 */
export function onInterrupt(): AbortSignal {
  const controller = new AbortController();
  const stop = () => {
    controller.abort();
    setTimeout(() => process.exit(INTERRUPTED), GRACE_MS).unref();
  };
  const handle = () => {
    if (controller.signal.aborted) process.exit(130);
    stop();
  };
  process.on('SIGINT', handle);
  process.on('SIGTERM', handle);
  process.on('SIGHUP', handle);
  process.stdout.on('error', stop);
  return controller.signal;
}

/**
 * Lets a command end in order when who reads its output goes first, as `head` does: what it still writes is dropped.
 * One that works on stops, see onInterrupt.
 */
export function endWithReader(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
  }
}
