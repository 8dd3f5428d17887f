// The door in front of the Temporal Web UI. The UI accepts any Host header, so a web page whose name is made to
// resolve to the loopback (DNS rebinding) could read and start runs. The door admits only requests for the loopback's
// own names that come from no other site; the UI itself listens where a page cannot guess it.
import { randomInt } from 'node:crypto';
import { createServer, request } from 'node:http';
import { createServer as createSocketServer } from 'node:net';

const NAMES = ['127.0.0.1', 'localhost', '[::1]'];
/** Headers that belong to a connection, not to the request. */
const HOP_BY_HOP = ['connection', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade'];

/**
 * @param {number} port where the door listens, on the loopback
 * @param {{ host: string, port: number }} inner where the UI is; read at each request
 * @returns {Promise<void>} settles when it listens; rejects when the port is taken
 */
export function openDoor(port, inner) {
  const door = createServer((incoming, answer) => {
    if (!isWelcome(incoming, port)) {
      answer
        .writeHead(403, { 'content-type': 'text/plain' })
        .end('this address answers to 127.0.0.1 and localhost only\n');
      return;
    }
    const { method, url } = incoming;
    const onward = request({ ...inner, method, path: url, headers: { ...onlyEndToEnd(incoming.headers) } }, (reply) => {
      answer.writeHead(reply.statusCode ?? 502, onlyEndToEnd(reply.headers));
      reply.pipe(answer);
    });
    onward.on('error', () => (answer.headersSent ? answer.destroy() : answer.writeHead(502).end()));
    answer.on('close', () => onward.destroy());
    incoming.pipe(onward);
  });
  return new Promise((resolve, reject) => {
    door.once('error', reject).listen(port, '127.0.0.1', () => resolve());
  });
}

/**
 * A browser sends in Host what its address bar shows, and in Origin the site that makes the request.
 * @param {import('node:http').IncomingMessage} incoming
 * @param {number} port
 */
function isWelcome({ headers }, port) {
  const hosts = NAMES.map((name) => `${name}:${port}`);
  const origins = [undefined, ...hosts.map((host) => `http://${host}`)];
  return hosts.includes(headers.host ?? '') && origins.includes(headers.origin);
}

/**
 * @template {import('node:http').IncomingHttpHeaders} T
 * @param {T} headers
 */
function onlyEndToEnd(headers) {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !HOP_BY_HOP.includes(name)));
}

/** On Linux one of 16 million loopback addresses, too many for a page to try; elsewhere there is only one. */
export function privateAddress() {
  return process.platform === 'linux' ? `127.${randomInt(1, 255)}.${randomInt(256)}.${randomInt(1, 255)}` : '127.0.0.1';
}

/**
 * A port that nobody listens on.
 * @param {string} host
 * @param {number} port 0: any
 * @returns {Promise<number>} rejects when it is taken
 */
export function freePort(host, port) {
  const probe = createSocketServer();
  return new Promise((resolve, reject) => {
    probe.once('error', reject).listen(port, host, () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : port));
    });
  });
}
