import type { LiveMessage } from '../../contracts/api/events.js';

/** What a watcher receives: a topic's message, or whether the connection stands. */
export type StreamMessage = LiveMessage | { connected: boolean };

/** Changes of what is watched within this time make one new connection. */
const GATHER_MS = 40;
const AGAIN_MS = 2_000;

/** One EventSource for a changing set of topics. It connects again by itself, and each topic then starts afresh. */
export class Stream {
  private source: EventSource | null = null;
  private topics: string[] = [];
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly receive: (message: StreamMessage) => void) {}

  /** @param renew connect anew even for the same topics, for whole states */
  watch(topics: string[], renew: boolean): void {
    const wanted = [...topics].sort();
    if (!renew && wanted.every((topic) => this.topics.includes(topic)) && wanted.length > 0) return;
    this.topics = wanted;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.connect();
    }, GATHER_MS);
  }

  private connect(): void {
    this.source?.close();
    this.source = null;
    if (this.topics.length === 0) return;
    const query = this.topics.map((topic) => `topic=${encodeURIComponent(topic)}`).join('&');
    const source = new EventSource(`/api/events?${query}`);
    this.source = source;
    source.onopen = () => {
      this.receive({ connected: true });
    };
    source.onmessage = ({ data }: MessageEvent<string>) => {
      this.receive(JSON.parse(data) as LiveMessage);
    };
    source.onerror = () => {
      this.receive({ connected: false });
      // A browser gives up after an answer that is no stream, as while the console restarts behind a proxy.
      if (source.readyState !== EventSource.CLOSED || this.source !== source) return;
      clearTimeout(this.timer);
      this.timer = setTimeout(() => {
        this.connect();
      }, AGAIN_MS);
    };
  }
}
