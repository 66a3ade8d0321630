/** Defines `content-library sessions ls` and `content-library sessions prune`. */

import type { Command } from 'commander';
import type { PruneFlags, SessionsFlags } from '../commands/sessions.ts';
import type { ConnectionFlags } from '../settings/connection.ts';
import { addTimeout } from './common-flags.ts';
import { addConnectionFlags } from './connection-flags.ts';
import { addExamples } from './examples.ts';

/** Adds the subcommands. */
export const defineSessions = (program: Command): void => {
  const sessions = program
    .command('sessions')
    .description("list or delete the user's own download sessions on the server")
    .enablePositionalOptions();
  const ls = sessions.command('ls').description("list the user's own download sessions");
  addExamples(ls, ['content-library sessions ls']);
  addTimeout(ls).option('--json', 'print JSON lines', false);
  addConnectionFlags(ls).action(async (flags: ConnectionFlags & SessionsFlags) => {
    const { listSessions } = await import('../commands/sessions.ts');
    process.exitCode = await listSessions(flags);
  });
  const prune = sessions
    .command('prune')
    .argument('[ids...]')
    .description('delete the download sessions with these ids; without ids, those that have failed or were cancelled')
    .option('--all', 'delete all of them, also those that another program may be using', false);
  addExamples(prune, ['content-library sessions prune', 'content-library sessions prune --all']);
  addTimeout(prune).option('--json', 'print JSON lines', false);
  addConnectionFlags(prune).action(async (ids: readonly string[], flags: ConnectionFlags & PruneFlags) => {
    const { pruneSessions } = await import('../commands/sessions.ts');
    process.exitCode = await pruneSessions(ids, flags);
  });
};
