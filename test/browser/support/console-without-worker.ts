import { openSession } from '../../../manager/embedded/session.js';
import { loadSettings } from '../../../temporal.config.js';
import { serveConsole } from '../../../web/server/serve.js';
import { PROJECT_ROOT } from '../../support/python.js';

// A console in a process of its own, on the Temporal that the environment names, where nobody has started a worker.
const settings = loadSettings(process.env, PROJECT_ROOT);
const session = await openSession({ settings, projectRoot: PROJECT_ROOT }, 'none');
const { url } = await serveConsole(session, () => undefined);
process.send?.({ url });
