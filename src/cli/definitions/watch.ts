/** Defines `content-library watch`. */

import type { Command } from 'commander';
import type { WatchFlags } from '../commands/watch.ts';
import type { ConnectionFlags } from '../settings/connection.ts';
import { addTimeout } from './common-flags.ts';
import { addConnectionFlags } from './connection-flags.ts';
import { addExamples } from './examples.ts';
import { notEmpty } from './values.ts';

/** Adds the subcommand. */
export const defineWatch = (program: Command): void => {
  const command = program
    .command('watch')
    .argument('<session>', '', notEmpty)
    .description('show a download session and its files, also one of another program, until it has ended (ids: sessions ls)');
  addExamples(command, ['content-library sessions ls', 'content-library watch 7f0c1c2e-8d55-4a52-9a1b-3f6f0b8f1a10']);
  addTimeout(command).option('--json', 'print JSON lines', false);
  addConnectionFlags(command).action(async (session: string, flags: ConnectionFlags & WatchFlags) => {
    const { watch } = await import('../commands/watch.ts');
    process.exitCode = await watch(session, flags);
  });
};
