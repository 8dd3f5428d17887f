/**
 * Calls back on the first Ctrl-C or SIGTERM, so that work can be stopped in order; a second one ends the process.
 * @returns a signal that is aborted on the first one
 */
export function onInterrupt(): AbortSignal {
  const controller = new AbortController();
  const handle = () => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort();
  };
  process.on('SIGINT', handle);
  process.on('SIGTERM', handle);
  process.on('SIGHUP', handle);
  return controller.signal;
}
