/** Examples of a subcommand: the first lines of its help, and of its part of the manual. */

import type { Command } from 'commander';

const examples = new WeakMap<Command, readonly string[]>();

/** Adds command lines that the help prints first. */
export const addExamples = (command: Command, lines: readonly string[]): Command => {
  examples.set(command, lines);
  return command.addHelpText('before', `Examples:\n${lines.map((line) => `  ${line}\n`).join('')}`);
};

/** Returns the examples of a subcommand. */
export const examplesOf = (command: Command): readonly string[] => examples.get(command) ?? [];
