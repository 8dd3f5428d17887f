import { connect } from 'node:net';

/**
 * Whether anything listens there. Temporal's client would need a second to find out: if nothing does, it waits and
 * tries again.
 * @param address host:port, on the loopback
 */
export async function isListening(address: string): Promise<boolean> {
  const { hostname: host, port } = new URL(`tcp://${address}`);
  const socket = connect({ host, port: Number(port) });
  try {
    return await new Promise<boolean>((resolve) => {
      socket.once('connect', () => {
        resolve(true);
      });
      socket.once('error', () => {
        resolve(false);
      });
    });
  } finally {
    socket.destroy();
  }
}
