// Runs the Temporal dev server as long as its starter lives: `node server-guard.mjs <binary> <args…>`.
// The starter holds the other end of stdin; however it dies, the pipe closes and the server is stopped in order.
// Plain JavaScript of Node's own modules: it starts in milliseconds.
import { spawn } from 'node:child_process';

const STOP_MS = 10_000;
const [binary = '', ...args] = process.argv.slice(2);
const server = spawn(binary, args, { stdio: ['ignore', 'inherit', 'inherit'] });

let stopping = false;
function stop() {
  if (stopping) return;
  stopping = true;
  server.kill('SIGTERM');
  setTimeout(() => server.kill('SIGKILL'), STOP_MS).unref();
}

server.once('error', (error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
});
server.once('exit', (status) => process.exit(stopping ? 0 : (status ?? 1)));
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, stop);
process.stdin.once('close', stop).once('error', stop).resume();
