import { embeddedUi } from '../../temporal.config.js';
import type { Settings } from '../../temporal.config.js';

export type Ports = Settings['embedded'];

/** Pairs of ports to try when none are set. */
const PAIRS = 50;

/** The ports to try: those that are set or were used last time, then one pair after another. */
export function candidates({ embedded, portsGiven }: Settings, record: Ports | null): Ports[] {
  const pair = (shift: number): Ports => ({
    port: portsGiven.port ? embedded.port : 7233 + shift,
    uiPort: portsGiven.uiPort ? embedded.uiPort : 8233 + shift,
  });
  if (portsGiven.port && portsGiven.uiPort) return [embedded];
  const further = Array.from({ length: PAIRS }, (_, shift) => pair(shift));
  return record === null ? further : [{ ...pair(0), ...unlessGiven(record, portsGiven) }, ...further];
}

function unlessGiven({ port, uiPort }: Ports, given: Settings['portsGiven']): Partial<Ports> {
  return { ...(given.port ? {} : { port }), ...(given.uiPort ? {} : { uiPort }) };
}

/** The settings of a server on these ports. */
export function withPorts(settings: Settings, { port, uiPort }: Ports): Settings {
  const connect = { ...settings.connect, address: `127.0.0.1:${port}` };
  return { ...settings, connect, embedded: { port, uiPort }, webUi: embeddedUi(uiPort) };
}
