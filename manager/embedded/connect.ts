import { Connection } from '@temporalio/client';
import type { ConnectionOptions } from '@temporalio/client';
import { isListening } from './listening.js';

const LOOPBACK = /^(127\.|localhost[:]|localhost$|\[::1\])/;

/** http_proxy and its like are for other hosts: a proxy would connect to its own loopback. */
function withoutProxy(address: string): Pick<ConnectionOptions, 'channelArgs'> {
  return LOOPBACK.test(address) ? { channelArgs: { 'grpc.enable_http_proxy': 0 } } : {};
}

/** Connects a client. A failed connection leaves nothing behind that keeps the process alive. */
export async function connectTo(
  address: string,
  timeoutMs: number,
  options: ConnectionOptions = {},
): Promise<Connection> {
  const connection = Connection.lazy({ ...options, ...withoutProxy(address), address, connectTimeout: timeoutMs });
  try {
    await connection.ensureConnected();
    return connection;
  } catch (error) {
    await connection.close();
    throw error;
  }
}

/** Whether a Temporal server answers at an address on the loopback. */
export async function answers(address: string): Promise<boolean> {
  if (!(await isListening(address))) return false;
  try {
    const connection = await connectTo(address, 1_000);
    await connection.close();
    return true;
  } catch {
    return false;
  }
}
