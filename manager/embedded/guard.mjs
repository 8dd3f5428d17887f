// Runs the Temporal dev server for as long as its starter lives:
// `node guard.mjs <processes> <port> <UI port> <binary> <args…>`.
// The starter holds the other end of stdin; however it dies, the pipe closes and the server shuts down gracefully. A
// starter that only looked writes a word first, and the server is killed: a graceful shutdown would cost it a second.
// A server that dies is restarted and continues from its file, unless it keeps dying right after its start.
// Its Web UI is reached through a door here that lets no foreign site in (ui-door.mjs).
// Plain JavaScript of Node's own modules: it starts in milliseconds.
import { spawn } from 'node:child_process';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { nameOf } from './process-lock.mjs';
import { freePort, openDoor, privateAddress } from './ui-door.mjs';

const STOP_MS = 10_000;
const AGAIN_MS = 200;
const LASTING_MS = 10_000;
const MAX_SHORT_LIVES = 3;
/** Exit statuses that guarded-server.ts knows. */
const PORT_TAKEN = 98;
const UI_PORT_TAKEN = 99;
const [processes = '', port = '', uiPort = '', binary = '', ...args] = process.argv.slice(2);

for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, stop);
process.stdin
  .once('data', () => (atOnce = true))
  .once('close', stop)
  .once('error', stop)
  .resume();

let atOnce = false;
let stopping = false;
let shortLives = 0;
/** @type {import('node:child_process').ChildProcess | null} */
let server = null;
note('');
const inner = { host: privateAddress(), port: 0 };
await openDoor(Number(uiPort), inner).catch((error) => end(UI_PORT_TAKEN, error.message));
await freePort('127.0.0.1', Number(port)).catch((error) => end(PORT_TAKEN, error.message));
inner.port = await freePort(inner.host, 0);
if (!stopping) start();

function start() {
  const began = Date.now();
  const own = ['--port', port, '--ui-ip', inner.host, '--ui-port', String(inner.port)];
  const child = spawn(binary, [...args, ...own], { stdio: ['ignore', 'inherit', 'inherit'] });
  server = child;
  if (child.pid !== undefined) note(nameOf(child.pid));
  child.once('error', (error) => end(1, error.message));
  child.once('exit', (status) => {
    if (stopping) end(0);
    const short = Date.now() - began < LASTING_MS;
    shortLives = short ? shortLives + 1 : 0;
    // A server that exits at once by itself has said why, e.g. that its file is damaged; a killed one could not.
    if ((short && status !== null) || shortLives > MAX_SHORT_LIVES) end(status ?? 1);
    process.stderr.write('the Temporal server ended: restarting it\n');
    setTimeout(() => {
      if (!stopping) start();
    }, AGAIN_MS);
  });
}

function stop() {
  if (stopping) return;
  stopping = true;
  // Whoever looks now waits for the end instead of using a server that is shutting down.
  note(server?.pid === undefined ? '' : nameOf(server.pid), 'stopping');
  // Between two starts there is no server to wait for.
  if (server === null || server.exitCode !== null || server.signalCode !== null) end(0);
  server?.kill(atOnce ? 'SIGKILL' : 'SIGTERM');
  setTimeout(() => server?.kill('SIGKILL'), STOP_MS).unref();
}

/**
 * Tells which processes belong to the server's folder: this one, the server, and whether they are ending.
 * @param {string} serverName
 * @param {string} state
 */
function note(serverName, state = 'running') {
  try {
    writeFileSync(`${processes}.tmp`, JSON.stringify({ guard: nameOf(process.pid), server: serverName, state }));
    renameSync(`${processes}.tmp`, processes);
  } catch (error) {
    // The disk is full: whoever waits will find out.
    process.stderr.write(`${String(error)}\n`);
  }
}

/**
 * @param {number} status
 * @param {string} why
 */
function end(status, why = '') {
  if (why !== '') process.stderr.write(`${why}\n`);
  rmSync(processes, { force: true });
  process.exit(status);
}
