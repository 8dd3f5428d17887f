// Runs the Temporal dev server as long as its starter lives: `node guard.mjs <binary> <args…>`.
// The starter holds the other end of stdin; however it dies, the pipe closes and the server is stopped in order.
// A server that dies is started again and goes on from its file, unless it dies at once, several times.
// Plain JavaScript of Node's own modules: it starts in milliseconds.
import { spawn } from 'node:child_process';

const STOP_MS = 10_000;
const AGAIN_MS = 200;
const LASTING_MS = 10_000;
const MAX_SHORT_LIVES = 3;
const [binary = '', ...args] = process.argv.slice(2);

let stopping = false;
let shortLives = 0;
let server = start();

function start() {
  const began = Date.now();
  const child = spawn(binary, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  child.once('error', (error) => {
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  });
  child.once('exit', (status) => {
    if (stopping) process.exit(0);
    const short = Date.now() - began < LASTING_MS;
    shortLives = short ? shortLives + 1 : 0;
    // One that ends at once by itself has said why, e.g. that its port is taken; one that was killed could not.
    if ((short && status !== null) || shortLives > MAX_SHORT_LIVES) process.exit(status ?? 1);
    process.stderr.write('the Temporal server has ended: starting it again\n');
    setTimeout(() => {
      if (!stopping) server = start();
    }, AGAIN_MS);
  });
  return child;
}

function stop() {
  if (stopping) return;
  stopping = true;
  // Between two lives there is none to wait for.
  if (server.exitCode !== null || server.signalCode !== null) process.exit(0);
  server.kill('SIGTERM');
  setTimeout(() => server.kill('SIGKILL'), STOP_MS).unref();
}

for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, stop);
process.stdin.once('close', stop).once('error', stop).resume();
