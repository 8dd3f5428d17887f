import type { LiveMessage } from '../../contracts/api/events.js';
import { ManagerError, REFUSAL } from '../../manager/errors.js';

/** What a topic sends, from its whole state on. Ends when there will be no more news, or when the signal aborts. */
export type Source = (name: string, signal: AbortSignal) => AsyncIterable<Omit<LiveMessage, 'topic'>>;

/** The topics that pages can watch: each kind, the part before the colon, has its source. */
export class Topics {
  private readonly sources = new Map<string, Source>();

  /** @param kind the part of the topic's name before the colon; the rest is given to the source */
  add(kind: string, source: Source): void {
    this.sources.set(kind, source);
  }

  /** @throws ManagerError when there is no such topic */
  watch(topic: string, signal: AbortSignal): AsyncIterable<LiveMessage> {
    const [kind = '', ...rest] = topic.split(':');
    const source = this.sources.get(kind);
    if (source === undefined) throw new ManagerError(REFUSAL.notFound, `topic: there is no ${topic}`);
    return named(topic, source(rest.join(':'), signal));
  }
}

async function* named(topic: string, source: AsyncIterable<Omit<LiveMessage, 'topic'>>): AsyncGenerator<LiveMessage> {
  for await (const message of source) yield { topic, ...message };
}

/** Whole states, each sent only if it differs from the one before. */
export async function* states<T>(values: AsyncIterable<T>): AsyncGenerator<Omit<LiveMessage, 'topic'>> {
  let sent = '';
  for await (const data of values) {
    const text = JSON.stringify(data);
    if (text === sent) continue;
    sent = text;
    yield { kind: 'state', data };
  }
}
