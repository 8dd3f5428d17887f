import { useEffect, useState, useSyncExternalStore } from 'react';
import type { LiveMessage } from '../../contracts/api/events.js';
import type { Problem } from '../../contracts/api/problem.js';
import { Stream } from './stream.js';
import type { StreamMessage } from './stream.js';

type Listener = (message: LiveMessage) => void;

/** The live updates of this page: shared between tabs where the browser can. */
class Live {
  private readonly listeners = new Map<string, Set<Listener>>();
  private readonly onConnection = new Set<() => void>();
  private readonly watch: (topics: string[]) => void;
  connected: boolean | null = null;

  constructor() {
    this.watch = canShare() ? this.share() : this.open();
  }

  subscribe(topic: string, listener: Listener): () => void {
    const all = this.listeners.get(topic) ?? new Set();
    this.listeners.set(topic, all.add(listener));
    this.watch([...this.listeners.keys()]);
    return () => {
      all.delete(listener);
      if (all.size === 0) this.listeners.delete(topic);
      this.watch([...this.listeners.keys()]);
    };
  }

  observeConnection = (listener: () => void): (() => void) => {
    this.onConnection.add(listener);
    return () => this.onConnection.delete(listener);
  };

  private readonly receive = (message: StreamMessage): void => {
    if ('topic' in message) {
      for (const listener of this.listeners.get(message.topic) ?? []) listener(message);
      return;
    }
    this.connected = message.connected;
    for (const listener of this.onConnection) listener();
  };

  private open(): (topics: string[]) => void {
    const stream = new Stream(this.receive);
    return (topics) => {
      stream.watch(topics, true);
    };
  }

  private share(): (topics: string[]) => void {
    const url = document.querySelector<HTMLMetaElement>('meta[name=events-worker]')?.content ?? '';
    const { port } = new SharedWorker(url, { type: 'module', name: url });
    const lock = `events-${crypto.randomUUID()}`;
    let told = false;
    void navigator.locks.request(lock, () => new Promise(() => undefined));
    port.onmessage = ({ data }: MessageEvent<StreamMessage>) => {
      this.receive(data);
    };
    port.start();
    return (topics) => {
      port.postMessage({ topics, lock: told ? null : lock });
      told = true;
    };
  }
}

function canShare(): boolean {
  return 'SharedWorker' in globalThis && 'locks' in navigator && 'randomUUID' in crypto;
}

const live = new Live();

/** What is known of a topic. */
export interface TopicState<T> {
  /** Null until the first message. */
  data: T | null;
  problem: Problem | null;
  /** There will be no more news. */
  ended: boolean;
}

const NOTHING = { data: null, problem: null, ended: false };

/**
 * A topic's state, live.
 * @param topic null: nothing is watched
 * @param merge how a `change` message makes a new state of the one before
 */
export function useTopic<T>(topic: string | null, merge?: (state: T, change: unknown) => T): TopicState<T> {
  const [state, setState] = useState<TopicState<T> & { of: string | null }>({ ...NOTHING, of: topic });
  useEffect(() => {
    if (topic === null) return;
    return live.subscribe(topic, ({ kind, data }) => {
      setState((before) => {
        const known = before.of === topic ? before : { ...NOTHING, of: topic };
        if (kind === 'end') return { ...known, ended: true };
        if (kind === 'problem') return { ...known, problem: data as Problem };
        if (kind === 'state') return { data: data as T, problem: null, ended: false, of: topic };
        return known.data === null || merge === undefined ? known : { ...known, data: merge(known.data, data) };
      });
    });
  }, [topic, merge]);
  return state.of === topic ? state : NOTHING;
}

/** Whether live updates arrive; null: not known yet. */
export function useConnected(): boolean | null {
  return useSyncExternalStore(live.observeConnection, () => live.connected);
}
