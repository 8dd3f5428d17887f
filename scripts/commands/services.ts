import { once } from 'node:events';
import pino from 'pino';
import { startWorker } from '../../workers/worker.js';
import { openSession } from '../../manager/embedded/session.js';
import { serveConsole } from '../../web/server/serve.js';
import { onInterrupt } from '../interrupt.js';
import { currentProject } from '../project.js';

export async function start(): Promise<void> {
  const interrupted = onInterrupt();
  const note = (line: string) => process.stdout.write(`${line}\n`);
  const session = await openSession(currentProject(), 'steps', note, interrupted);
  try {
    const { queues, temporalConfigured, embedded } = session.settings;
    note(`worker ready on ${queues.light} and ${queues.training}`);
    if (!temporalConfigured) note(`Temporal Web UI: http://127.0.0.1:${embedded.uiPort}`);
    const console = await serveConsole(session, (error) => {
      note(error instanceof Error ? (error.stack ?? error.message) : String(error));
    });
    note(`GAN Manager: ${console.url}`);
    note('Ctrl-C stops.');
    await untilStopped(interrupted);
    await console.close();
  } finally {
    note('stopping: running steps save their checkpoints');
    await session.close();
  }
}

export async function work(): Promise<void> {
  const interrupted = onInterrupt();
  const { settings, projectRoot } = currentProject();
  const log = pino({ level: settings.logLevel });
  const worker = await startWorker(settings, projectRoot, log);
  log.info(
    {
      address: settings.connect.address,
      namespace: settings.connect.namespace,
      queues: settings.queues,
      slots: settings.slots,
    },
    'worker ready',
  );
  await Promise.race([untilStopped(interrupted), worker.ended]);
  await worker.shutdown();
}

async function untilStopped(interrupted: AbortSignal): Promise<void> {
  if (!interrupted.aborted) await once(interrupted, 'abort');
}
