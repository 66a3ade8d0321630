/** Defines `content-library verify`. */

import type { Command } from 'commander';
import type { VerifyFlags } from '../commands/verify.ts';
import type { ConnectionFlags } from '../settings/connection.ts';
import { addTimeout } from './common-flags.ts';
import { addConnectionFlags } from './connection-flags.ts';
import { addExamples } from './examples.ts';
import { notEmpty } from './values.ts';

/** Adds the subcommand. */
export const defineVerify = (program: Command): void => {
  const command = program
    .command('verify')
    .argument('<path>', '', notEmpty)
    .argument('[directory]', '', notEmpty)
    .description(
      'compare the files of LIBRARY/ITEM, or those that match LIBRARY/ITEM/GLOB, with those of a directory (the current one by default); exits with 6 if any differs',
    );
  addExamples(command, ['content-library verify Templates/debian-12 ./debian-12']);
  addTimeout(command).option('--json', 'print JSON lines', false);
  addConnectionFlags(command).action(
    async (path: string, directory: string | undefined, flags: ConnectionFlags & VerifyFlags) => {
      const { verify } = await import('../commands/verify.ts');
      process.exitCode = await verify(path, directory ?? '.', flags);
    },
  );
};
