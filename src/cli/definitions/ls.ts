/** Defines `content-library ls`. */

import type { Command } from 'commander';
import type { LsFlags } from '../commands/ls.ts';
import type { ConnectionFlags } from '../settings/connection.ts';
import { addTimeout } from './common-flags.ts';
import { addConnectionFlags } from './connection-flags.ts';
import { notEmpty } from './values.ts';

/** Adds the subcommand. */
export const defineLs = (program: Command): void => {
  const command = program
    .command('ls')
    .argument('[path]', '', notEmpty)
    .description('list libraries, the items of LIBRARY, or the files of LIBRARY/ITEM');
  addTimeout(command).option('--json', 'print JSON lines', false);
  addConnectionFlags(command).action(async (path: string | undefined, flags: ConnectionFlags & LsFlags) => {
    const { ls } = await import('../commands/ls.ts');
    process.exitCode = await ls(path, flags);
  });
};
