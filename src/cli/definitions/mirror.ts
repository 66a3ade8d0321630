/** Defines `content-library mirror`. */

import type { Command } from 'commander';
import type { MirrorFlags } from '../commands/mirror.ts';
import type { ConnectionFlags } from '../settings/connection.ts';
import { addLogFile, addTimeout } from './common-flags.ts';
import { addConnectionFlags } from './connection-flags.ts';
import { addExamples } from './examples.ts';
import { collect, notEmpty, parseCount, parsePeriod, parsePositiveInteger } from './values.ts';

/** Adds the subcommand. */
export const defineMirror = (program: Command): void => {
  const command = program
    .command('mirror')
    .argument('<library>', '', notEmpty)
    .argument('<directory>', '', notEmpty)
    .description(
      'keep a copy of LIBRARY in DIRECTORY, or in s3://BUCKET/PREFIX: what is new is downloaded, what is current is skipped',
    )
    .option('--delete', 'remove items that are no longer in the library', false)
    .option('--include <glob>', 'mirror the items with such a name; may be repeated', collect, [])
    .option('--exclude <glob>', 'leave out the items with such a name; may be repeated', collect, [])
    .option('--watch <duration>', 'compare again this long after the end of each comparison, until interrupted', parsePeriod)
    .option('--retries <n>', 'retries of a file that bring it no further', parseCount, 4)
    .option('--concurrency <n>', 'most connections for bytes, for each of the two items', parsePositiveInteger, 8);
  addExamples(command, [
    'content-library mirror Templates /srv/templates',
    "content-library mirror Templates /srv/templates --include 'debian-*' --watch 1h",
    'content-library mirror Templates s3://images/vsphere',
  ]);
  addTimeout(addLogFile(command)).option('--json', 'print events as JSON lines', false);
  addConnectionFlags(command).action(async (path: string, directory: string, flags: ConnectionFlags & MirrorFlags) => {
    const { mirrorLibrary } = await import('../commands/mirror.ts');
    process.exitCode = await mirrorLibrary(path, directory, flags);
  });
};
