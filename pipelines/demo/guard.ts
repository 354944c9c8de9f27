import { spawn } from 'node:child_process';

/**
 * Runs the command in its arguments and ends it when this process's own parent is gone, which the
 * command may not notice by itself: a kill -9 of the demo must not leave a server that holds the
 * port and the data. The closed IPC channel is the sign.
 */
const [command = '', ...args] = process.argv.slice(2);
const stopMsMax = 20_000;
// Detached, so that Ctrl-C does not reach it: whoever started it has something to finish first.
const child = spawn(command, args, {
  stdio: ['ignore', 'inherit', 'inherit'],
  detached: true,
  windowsHide: true,
});

child.once('error', (error) => {
  process.stderr.write(`${command}: ${error.message}\n`);
  process.exit(1);
});
child.once('exit', (code) => process.exit(code ?? 1));
process.once('disconnect', stop);
process.on('SIGTERM', stop);
process.on('SIGINT', () => undefined);

function stop(): void {
  child.kill('SIGTERM');
  setTimeout(() => child.kill('SIGKILL'), stopMsMax).unref();
}
