/** Defines `content-library export`. */

import { Option, type Command } from 'commander';
import type { ExportFlags } from '../commands/export.ts';
import type { ConnectionFlags } from '../settings/connection.ts';
import { addLogFile, addTimeout } from './common-flags.ts';
import { addConnectionFlags } from './connection-flags.ts';
import { addExamples } from './examples.ts';
import { notEmpty, parseCount, parsePositiveInteger, parseRate } from './values.ts';

const EXIT_CODES = `
Exit codes: 0 every file saved, 1 unexpected error, 2 usage, 3 login or privilege, 4 not found, 5 preparation,
6 integrity, 7 network or server, 8 certificate, 9 some files failed, 10 disk or output,
128 and the number of a signal if interrupted: 129 SIGHUP, 130 SIGINT, 131 SIGQUIT, 143 SIGTERM.`;

/** Adds the subcommand. */
export const defineExport = (program: Command): void => {
  const command = program
    .command('export')
    .argument('<path>', '', notEmpty)
    .argument('[destination]', '', notEmpty)
    .description(
      'download the files of LIBRARY/ITEM, or those that match LIBRARY/ITEM/GLOB, into a directory (the current one by default) or to standard output (-)',
    )
    .addHelpText('after', EXIT_CODES)
    .optionsGroup('Files:')
    .option('--force', 'replace existing files', false)
    .option('--continue-on-error', 'continue with the other files when one fails', false)
    .option('--require-proof', 'exit with 6 if a file can be verified neither by length nor by checksum', false)
    .option('--manifest', 'verify the manifest (.mf) of the item, or write one with the SHA256 of each file', false)
    .option('--ova <file>', 'write one OVA of all files of an OVF item, to FILE or to standard output (-)', notEmpty)
    .option('--dry-run', 'print what would be downloaded, and download nothing', false)
    .optionsGroup('Transfer:')
    .option('--concurrency <n>', 'most connections for bytes: files, and ranges of a large file', parsePositiveInteger, 8)
    .option('--limit-rate <rate>', 'bytes per second over all files, such as 500k, 10M or 1G', parseRate)
    .option('--retries <n>', 'retries of a file that bring it no further', parseCount, 4);
  addTimeout(command)
    .optionsGroup('Output:')
    .addOption(
      new Option('--progress <kind>', 'auto: live lines on a terminal; plain: lines for a log')
        .choices(['auto', 'plain', 'none'])
        .default('auto'),
    )
    .option('--quiet', 'print warnings and errors only', false)
    .option('--json', 'print events as JSON lines', false);
  addLogFile(command);
  addExamples(command, [
    'content-library export Templates/debian-12 ./debian-12',
    "content-library export 'Templates/debian-12/*.vmdk' /srv --limit-rate 50M",
    'content-library export Templates/debian-12/debian.ovf - | less',
    'content-library export Templates/debian-12 /srv --dry-run',
    'content-library export Templates/debian-12 /srv --manifest',
    'content-library export Templates/debian-12 --ova debian-12.ova',
    'content-library export Templates/debian-12 --ova - | ssh host dd of=debian-12.ova',
  ]);
  addConnectionFlags(command).action(
    async (path: string, destination: string | undefined, flags: ConnectionFlags & ExportFlags) => {
      const { exportItem } = await import('../commands/export.ts');
      process.exitCode = await exportItem(path, destination, flags);
    },
  );
};
