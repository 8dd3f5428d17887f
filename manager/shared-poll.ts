import { EventEmitter, once, setMaxListeners } from 'node:events';
import type { WorkflowEnd } from './workflow-end.js';

/** What is polled. */
export interface PollSource<State> {
  /** The newest state, given the one before; must not fail. The signal aborts when nobody wants it any more. */
  read(before: State | null, signal: AbortSignal): Promise<State>;
  /** Aborts when there will be no more news; the state is then read once more. */
  awaitEnd(): WorkflowEnd;
}

/** Polls while anybody is subscribed, and only once however many are. */
export class SharedPoll<State extends object> {
  private polling: Polling<State> | null = null;

  constructor(
    private readonly source: PollSource<State>,
    private readonly everyMs = 1_000,
  ) {}

  /**
   * The state as it is now, then each newer one, until the end or the abort. A slow reader misses states, but never the
   * last one.
   */
  async *subscribe(signal: AbortSignal): AsyncGenerator<State, void, undefined> {
    const polling = (this.polling ??= new Polling(this.source, this.everyMs));
    polling.subscribers += 1;
    try {
      let seen: State | null = null;
      while ((seen = await polling.newerThan(seen, signal)) !== null) yield seen;
    } finally {
      polling.subscribers -= 1;
      if (polling.ended || polling.subscribers === 0) {
        if (this.polling === polling) this.polling = null;
        await polling.stop();
      }
    }
  }
}

/** One stretch of polling: from the first subscriber to the end, or until the last one has left. */
class Polling<State extends object> {
  subscribers = 0;
  private state: State | null = null;
  private over = false;
  private readonly news = new EventEmitter().setMaxListeners(0);
  private readonly stopping = new AbortController();
  private readonly running: Promise<void>;

  constructor(
    private readonly source: PollSource<State>,
    private readonly everyMs: number,
  ) {
    // As many calls at once as machines run.
    setMaxListeners(0, this.stopping.signal);
    this.running = this.run();
    this.running.catch(() => undefined);
  }

  get ended(): boolean {
    return this.over;
  }

  /** The newest state once it differs from the one seen; null when there will be none, or the signal aborts. */
  async newerThan(seen: State | null, signal: AbortSignal): Promise<State | null> {
    while (!signal.aborted) {
      if (this.state !== null && this.state !== seen) return this.state;
      if (this.over) return null;
      await once(this.news, 'news', { signal }).catch(() => undefined);
    }
    return null;
  }

  /** Settles when nothing is in progress any more. @throws what reading threw */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async run(): Promise<void> {
    const end = this.source.awaitEnd();
    const either = AbortSignal.any([this.stopping.signal, end.signal]);
    try {
      let last = false;
      while (!this.stopping.signal.aborted && !last) {
        last = end.signal.aborted;
        this.state = await this.source.read(this.state, this.stopping.signal);
        this.news.emit('news');
        if (!last) await pause(this.everyMs, either);
      }
    } finally {
      this.over = true;
      this.news.emit('news');
      await end.stop();
    }
  }
}

/** Settles after a time, or as soon as the signal aborts. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
  });
}
