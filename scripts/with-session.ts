import type { Session, WorkerNeed } from '../manager/embedded/session.js';
import { currentProject } from './project.js';

/** Opens a session for as long as `use` runs. */
export async function withSession<T>(
  need: WorkerNeed,
  use: (session: Session) => Promise<T>,
  note?: (line: string) => void,
  signal?: AbortSignal,
): Promise<T> {
  // Error reporting is loaded now, while its file is sure to exist: a session may last for days.
  const [{ openSession }] = await Promise.all([import('../manager/embedded/session.js'), import('./errors.js')]);
  const session = await openSession(currentProject(), need, note, signal);
  try {
    return await use(session);
  } finally {
    await session.close();
  }
}
