/** The command `content-library`: subcommands, flags and help. */

import { readFileSync } from 'node:fs';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { defer } from 'rxjs';
import { usageError } from './command-error.ts';
import { describeSources, readConnection, withConnection, type ConnectionFlags } from './connection.ts';
import { parseDuration } from './duration.ts';
import { exportItem, type ExportFlags } from './export.ts';
import { findLostOutput, watchOutput } from './lost-output.ts';
import { ls } from './ls.ts';
import type { MirrorFlags } from './mirror.ts';
import { reportFailure, run } from './run.ts';
import type { SimulateFlags } from './simulate.ts';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string };

const parsePositive = (text: string): number => {
  const number = Number(text);
  if (!Number.isFinite(number) || number <= 0) throw new InvalidArgumentError('Expected a number greater than 0.');
  return number;
};

/** Milliseconds. */
const parsePeriod = (text: string): number => {
  const milliseconds = parseDuration(text);
  if (milliseconds === undefined || milliseconds <= 0)
    throw new InvalidArgumentError('Expected a duration such as 90s, 5m or 1h, or a number of seconds greater than 0.');
  return milliseconds;
};

const parseSeconds = (text: string): number => parsePeriod(text) / 1000;

const parsePositiveInteger = (text: string): number => {
  const number = parsePositive(text);
  if (!Number.isInteger(number)) throw new InvalidArgumentError('Expected an integer greater than 0.');
  return number;
};

/** An argument that is empty is a mistake, such as an unset variable of a script. */
const notEmpty = (text: string): string => {
  if (text === '') throw new InvalidArgumentError('It is empty.');
  return text;
};

const collect = (text: string, texts: readonly string[]): readonly string[] => [...texts, text];

const parsePort = (text: string): number => {
  const number = Number(text);
  if (!/^\d+$/.test(text) || number > 65_535) throw new InvalidArgumentError('Expected an integer from 0 to 65535.');
  return number;
};

const program = new Command('content-library')
  .description('Download files from vSphere Content Libraries. A file gets its final name only when it is complete.')
  .version(version)
  .showHelpAfterError('(see --help)')
  .exitOverride();

withConnection(
  program
    .command('ls')
    .argument('[path]', '', notEmpty)
    .description('list libraries, the items of LIBRARY, or the files of LIBRARY/ITEM'),
)
  .option('--timeout <duration>', 'give up after this time without progress, such as 90s or 5m', parseSeconds, 120)
  .option('--json', 'print JSON lines', false)
  .action(async (path: string | undefined, flags: ConnectionFlags & { json: boolean }) => {
    process.exitCode = await run(
      () => readConnection(flags),
      (vc) => defer(() => ls(vc, path, flags.json)),
      { json: flags.json, describe: (thrown) => describeSources(flags, thrown) },
    );
  });

withConnection(
  program
    .command('export')
    .argument('<path>', '', notEmpty)
    .argument('[destination]', '', notEmpty)
    .description(
      'download the files of LIBRARY/ITEM, or those that match LIBRARY/ITEM/GLOB, into a directory (the current one by default) or to standard output (-)',
    )
    .addHelpText(
      'after',
      '\nExit codes: 0 every file saved, 1 unexpected error, 2 usage, 3 login or privilege, 4 not found, 5 preparation,\n6 integrity, 7 network or server, 8 certificate, 9 some files failed, 10 disk or output,\n128 and the number of a signal if interrupted: 129 SIGHUP, 130 SIGINT, 131 SIGQUIT, 143 SIGTERM.',
    ),
)
  .option('--concurrency <n>', 'connections for bytes: files, and ranges of a large file', parsePositiveInteger, 2)
  .option('--force', 'replace existing files', false)
  .option('--continue-on-error', 'continue with the other files when one fails', false)
  .option('--require-proof', 'exit with 6 if a file can be verified neither by length nor by checksum', false)
  .option('--timeout <duration>', 'give up after this time without progress, such as 90s or 5m', parseSeconds, 120)
  .option('--json', 'print events as JSON lines', false)
  .action(async (path: string, destination: string | undefined, flags: ConnectionFlags & ExportFlags) => {
    const target = destination ?? '.';
    process.exitCode = await run(
      () => readConnection(flags),
      (vc, onWarning) => defer(() => exportItem(vc, path, target, flags, onWarning)),
      {
        json: flags.json,
        describe: (thrown) => describeSources(flags, thrown),
        ...(target === '-' ? { jsonTo: process.stderr } : {}),
      },
    );
  });

withConnection(
  program
    .command('mirror')
    .argument('<library>', '', notEmpty)
    .argument('<directory>', '', notEmpty)
    .description('keep a copy of LIBRARY in DIRECTORY: what is new is downloaded, what is current is skipped'),
)
  .option('--delete', 'remove items that are no longer in the library', false)
  .option('--include <glob>', 'mirror the items with such a name; may be repeated', collect, [])
  .option('--exclude <glob>', 'leave out the items with such a name; may be repeated', collect, [])
  .option('--watch <duration>', 'compare again this long after the end of each comparison, until interrupted', parsePeriod)
  .option('--concurrency <n>', 'connections for bytes, for each of the two items at a time', parsePositiveInteger, 2)
  .option('--timeout <duration>', 'give up after this time without progress, such as 90s or 5m', parseSeconds, 120)
  .option('--json', 'print events as JSON lines', false)
  .action(async (path: string, directory: string, flags: ConnectionFlags & MirrorFlags) => {
    // Only this subcommand needs it.
    const { mirrorLibrary } = await import('./mirror.ts');
    process.exitCode = await run(
      () => readConnection(flags),
      (vc, onWarning) => defer(() => mirrorLibrary(vc, path, directory, flags, onWarning)),
      { json: flags.json, describe: (thrown) => describeSources(flags, thrown) },
    );
  });

program
  .command('simulate')
  .description('serve a simulated vCenter on a port of this machine until Ctrl-C')
  .option('--port <n>', 'the port; 0 selects a free one', parsePort, 0)
  .option('--tls', 'serve HTTPS with a generated self-signed certificate', false)
  .option('--inventory <file>', 'JSON file with the libraries and their files')
  .option('--scenario <file>', 'JSON file that describes how the server behaves, faults included')
  .option('--json', 'print JSON lines: the address, then every request', false)
  .action(async (flags: SimulateFlags) => {
    // The simulator is nearly as large as all other modules: only this subcommand loads it.
    const { simulate } = await import('./simulate.ts');
    process.exitCode = await simulate(flags);
  });

program
  .command('dashboard [flags...]')
  .description('serve a dashboard for exports (package @rx-content-library/dashboard); for its flags: dashboard --help')
  .allowUnknownOption()
  .helpOption(false)
  .action(async (flags: readonly string[]) => {
    const { dashboard } = await import('./dashboard.ts');
    process.exitCode = await dashboard(flags);
  });

watchOutput();
// `-` is the destination, unless it is the value of --session-id.
const toStdout = process.argv.some((argument, index) => argument === '-' && process.argv[index - 1] !== '--session-id');
const output = { json: process.argv.includes('--json'), jsonTo: toStdout ? process.stderr : process.stdout };
try {
  await program.parseAsync();
} catch (thrown) {
  if (!(thrown instanceof CommanderError)) process.exitCode = reportFailure(thrown, output);
  else if (thrown.exitCode !== 0) {
    process.exitCode = 2;
    // Commander has printed the error as text.
    if (output.json) reportFailure(usageError(thrown.message.replace(/^error: /, '')), output);
  }
}
for (const stream of new Set([process.stdout, output.jsonTo])) {
  const lost = await findLostOutput(stream);
  if (lost === undefined) continue;
  const code = reportFailure(lost, { json: false });
  process.exitCode = Number(process.exitCode ?? 0) === 0 ? code : process.exitCode;
}
