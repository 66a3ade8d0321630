/** Defines `content-library doctor`. */

import type { Command } from 'commander';
import type { DoctorFlags } from '../commands/doctor.ts';
import type { ConnectionFlags } from '../settings/connection.ts';
import { addTimeout } from './common-flags.ts';
import { addConnectionFlags } from './connection-flags.ts';
import { addExamples } from './examples.ts';
import { notEmpty } from './values.ts';

/** Adds the subcommand. */
export const defineDoctor = (program: Command): void => {
  const command = program
    .command('doctor')
    .argument('[path]', '', notEmpty)
    .description(
      'check settings, proxy, certificate, login, version and clock; with LIBRARY or LIBRARY/ITEM also privileges, names and space',
    );
  addExamples(command, ['content-library doctor', 'content-library doctor Templates/debian-12']);
  addTimeout(command).option('--json', 'print JSON lines', false);
  addConnectionFlags(command).action(async (path: string | undefined, flags: ConnectionFlags & DoctorFlags) => {
    const { doctor } = await import('../commands/doctor.ts');
    process.exitCode = await doctor(path, flags);
  });
};
