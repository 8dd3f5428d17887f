/** Longer than it takes to save the checkpoints and stop worker and server: after that, something hangs. */
const GRACE_MS = 30_000;
const INTERRUPTED = 75;

/**
 * Calls back on the first Ctrl-C or SIGTERM, or when nobody reads the output any more, so that work can be stopped
 * gracefully; a second Ctrl-C ends the process, and so does the end of the grace period.
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
 * Lets a command end gracefully when the reader of its output goes first, as `head` does: further output is dropped.
 * A command that is still working stops, see onInterrupt.
 */
export function endWithReader(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
  }
}
