/// <reference lib="webworker" />
// One connection for all tabs: a browser opens no more than six to a host, and the seventh tab would wait for ever.
import { Stream } from './stream.js';

const ports = new Set<{ port: MessagePort; topics: Set<string> }>();
const stream = new Stream((message) => {
  for (const { port, topics } of ports)
    if (!('topic' in message) || topics.has(message.topic)) port.postMessage(message);
});

function refresh(renew: boolean): void {
  stream.watch([...new Set([...ports].flatMap(({ topics }) => [...topics]))], renew);
}

self.addEventListener('connect', (event) => {
  const [port] = (event as MessageEvent).ports;
  if (port === undefined) return;
  const client = { port, topics: new Set<string>() };
  ports.add(client);
  port.onmessage = ({ data }: MessageEvent<{ topics: string[]; lock: string | null }>) => {
    // A new reader of a topic that flows already needs its whole state.
    const joins = data.topics.some((topic) => !client.topics.has(topic));
    client.topics = new Set(data.topics);
    refresh(joins);
    // The page holds the lock for as long as it lives: getting it means that the page has gone.
    if (data.lock !== null)
      void navigator.locks.request(data.lock, () => {
        ports.delete(client);
        refresh(false);
      });
  };
  port.start();
});
