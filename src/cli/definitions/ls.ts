/** Defines `content-library ls`. */

import type { Command } from 'commander';
import type { LsFlags } from '../commands/ls.ts';
import type { ConnectionFlags } from '../settings/connection.ts';
import { addTimeout } from './common-flags.ts';
import { addConnectionFlags } from './connection-flags.ts';
import { addExamples } from './examples.ts';
import { notEmpty } from './values.ts';

/** Adds the subcommand. */
export const defineLs = (program: Command): void => {
  const command = program
    .command('ls')
    .argument('[path]', '', notEmpty)
    .description('list libraries, the items of LIBRARY, the files of LIBRARY/ITEM, or what matches a pattern');
  command
    .option('-l, --long', 'print more columns: versions, times, checksums', false)
    .option('-d, --directory', 'list the library or the item itself, not what it contains', false);
  addExamples(command, [
    'content-library ls',
    'content-library ls Templates',
    "content-library ls -l 'Templates/debian-*'",
    "content-library ls 'Templates-*/debian-*/*.ovf'",
    'content-library ls Templates/debian-12 --json',
  ]);
  addTimeout(command).option('--json', 'print JSON lines', false);
  addConnectionFlags(command).action(async (path: string | undefined, flags: ConnectionFlags & LsFlags) => {
    const { ls } = await import('../commands/ls.ts');
    process.exitCode = await ls(path, flags);
  });
};
