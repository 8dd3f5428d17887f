import { Command, CommanderError } from 'commander';
import { endWithReader } from './interrupt.js';
import { addFleetCommands } from './syntax/fleet.js';
import { addHealthCommands } from './syntax/health.js';
import { addMachineCommands } from './syntax/machine.js';
import { addServiceCommands } from './syntax/services.js';

const LEFT_OPEN_MS = 3_000;

endWithReader();
const program = new Command('gan')
  .description('Regenerates synthetic run-to-failure data for a fleet of industrial machines, durably, on Temporal.')
  .showHelpAfterError('(--help shows what is allowed)')
  .configureHelp({ showGlobalOptions: true })
  .exitOverride();

addFleetCommands(program);
addMachineCommands(program);
addHealthCommands(program);
addServiceCommands(program);

try {
  await program.parseAsync();
} catch (error) {
  // Commander has printed its own message by now; 0 is --help.
  process.exitCode = error instanceof CommanderError ? Math.min(error.exitCode * 2, 2) : await report(error);
}
if (process.exitCode === undefined) process.exitCode = 0;
// Everything is closed by now; what a library left open must not keep the process alive.
setTimeout(() => process.exit(), LEFT_OPEN_MS).unref();

/** Loaded late: knowing the errors takes long, and most commands succeed. */
async function report(error: unknown): Promise<number> {
  const { reportError } = await import('./errors.js');
  return reportError(error);
}
