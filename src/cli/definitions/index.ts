/** The program with all its subcommands. No module of this folder may load the library: `--help` and wrong calls need none of it. */

import { Command } from 'commander';
import { usageError } from '../command-error.ts';
import { addTimeout } from './common-flags.ts';
import { defineCompletion } from './completion.ts';
import { addConnectionFlags } from './connection-flags.ts';
import { defineDashboard } from './dashboard.ts';
import { defineDoctor } from './doctor.ts';
import { defineExport } from './export.ts';
import { defineLs } from './ls.ts';
import { defineMirror } from './mirror.ts';
import { defineSessions } from './sessions.ts';
import { defineSimulate } from './simulate.ts';
import { defineVerify } from './verify.ts';
import { defineWatch } from './watch.ts';

/** Creates the program. */
export const createProgram = (version: string): Command => {
  const program = new Command('content-library')
    .description('Download files from vSphere Content Libraries. A file gets its final name only when it is complete.')
    .version(version)
    .showHelpAfterError('(see --help)')
    .exitOverride()
    .enablePositionalOptions()
    .hook('preAction', passOnGlobalFlags);
  addTimeout(program.optionsGroup('Flags, here or after the subcommand:')).option('--json', 'print JSON lines', false);
  addConnectionFlags(program);
  defineLs(program);
  defineExport(program);
  defineVerify(program);
  defineMirror(program);
  defineSessions(program);
  defineWatch(program);
  defineDoctor(program);
  defineSimulate(program);
  defineDashboard(program);
  defineCompletion(program);
  return program;
};

/** A flag before the subcommand is as good as one after it, which wins if both are there. */
const passOnGlobalFlags = (program: Command, command: Command): void => {
  for (const option of program.options) {
    const name = option.attributeName();
    if (program.getOptionValueSource(name) !== 'cli') continue;
    if (!command.options.some((known) => known.attributeName() === name))
      throw usageError(`${command.name()} has no flag ${option.long ?? name}. See content-library ${command.name()} --help.`);
    if (command.getOptionValueSource(name) !== 'cli') command.setOptionValueWithSource(name, program.getOptionValue(name), 'cli');
  }
};
