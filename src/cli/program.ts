/** The command `content-library`: its subcommands, their flags, and the exit code. */

import { readFileSync } from 'node:fs';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { defer } from 'rxjs';
import { usageError } from './command-error.ts';
import { connectionFrom, withConnection, type ConnectionFlags } from './connection.ts';
import { exportItem, type ExportFlags } from './export.ts';
import { ls } from './ls.ts';
import { run, reportFailure } from './run.ts';
import type { SimulateFlags } from './simulate.ts';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string };

const positive = (text: string): number => {
  const number = Number(text);
  if (!Number.isFinite(number) || number <= 0) throw new InvalidArgumentError('Expected a number above 0.');
  return number;
};

const wholePositive = (text: string): number => {
  const number = positive(text);
  if (!Number.isInteger(number)) throw new InvalidArgumentError('Expected a whole number above 0.');
  return number;
};

const port = (text: string): number => {
  const number = Number(text);
  if (!/^\d+$/.test(text) || number > 65_535) throw new InvalidArgumentError('Expected a number from 0 to 65535.');
  return number;
};

const program = new Command('content-library')
  .description('Downloads from vSphere Content Libraries: complete and proven, or not there.')
  .version(version)
  .showHelpAfterError('(--help tells what there is)')
  .exitOverride();

withConnection(program.command('ls [path]').description('list libraries, the items of LIBRARY, or the files of LIBRARY/ITEM'))
  .option('--json', 'print one JSON object a line', false)
  .action(async (path: string | undefined, flags: ConnectionFlags & { json: boolean }) => {
    process.exitCode = await run(
      () => connectionFrom(flags),
      (vc) => defer(() => ls(vc, path, flags.json)),
      flags,
    );
  });

withConnection(
  program
    .command('export <path> [destination]')
    .description('download LIBRARY/ITEM, or LIBRARY/ITEM/GLOB for some of its files, into a directory; - is standard output')
    .addHelpText(
      'after',
      '\nExit codes: 0 all is there and proven, 2 usage, 3 login or privilege, 4 not found, 5 preparation,\n6 integrity, 7 network or server, 8 certificate, 9 some files failed, 10 disk, 130 interrupted.',
    ),
)
  .option('--concurrency <n>', 'connections for bytes: files, and parts of a large one', wholePositive, 2)
  .option('--force', 'replace files that are there already', false)
  .option('--continue-on-error', 'go on with the other files when one fails', false)
  .option('--require-proof', 'fail (6) if neither a length nor a checksum proves a file', false)
  .option('--timeout <seconds>', 'give up when no byte and no news comes for so long', positive, 120)
  .option('--json', 'print events, one JSON object a line', false)
  .action(async (path: string, destination: string | undefined, flags: ConnectionFlags & ExportFlags) => {
    const target = destination ?? '.';
    process.exitCode = await run(
      () => connectionFrom(flags),
      (vc) => defer(() => exportItem(vc, path, target, flags)),
      { json: flags.json, ...(target === '-' ? { jsonTo: process.stderr } : {}) },
    );
  });

program
  .command('simulate')
  .description('put a simulated vCenter on a port of this machine, until Ctrl-C')
  .option('--port <n>', 'the port; 0 is any that is free', port, 0)
  .option('--tls', 'serve HTTPS, with a certificate made for the occasion', false)
  .option('--inventory <file>', 'what is in its libraries, as JSON')
  .option('--scenario <file>', 'how it behaves, and what goes wrong, as JSON')
  .option('--json', 'print one JSON object a line: where it is, then every request', false)
  .action(async (flags: SimulateFlags) => {
    // Nearly as large as all the rest, and needed by this command alone.
    const { simulate } = await import('./simulate.ts');
    process.exitCode = await simulate(flags);
  });

// A reader of our output that goes away is no failure of ours: see `run`.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

try {
  await program.parseAsync();
} catch (thrown) {
  const output = { json: process.argv.includes('--json'), jsonTo: process.argv.includes('-') ? process.stderr : process.stdout };
  if (!(thrown instanceof CommanderError)) process.exitCode = reportFailure(thrown, output);
  else if (thrown.exitCode !== 0) {
    process.exitCode = 2;
    // Commander has said what is wrong to the person; a program wants it as JSON.
    if (output.json) reportFailure(usageError(thrown.message.replace(/^error: /, '')), output);
  }
}
