/** Completes the last word of a command line: a subcommand, a flag, the value of a flag, or a path in the library. */

import type { Command, Option } from 'commander';
import type { ConnectionFlags } from '../settings/connection.ts';

/** A candidate that means: the names of files, which the shell completes. */
const FILES = ':files';

/** Arguments that are paths in the library. */
const LIBRARY_ARGUMENTS: ReadonlySet<string> = new Set(['path', 'library']);

/**
 * Returns the candidates, each with a tab and a description where there is one.
 *
 * @param words - The words after the name of the program; the last one is completed.
 */
export const candidatesFor = async (program: Command, words: readonly string[]): Promise<readonly string[]> => {
  const current = words.at(-1) ?? '';
  const { command, operands, pending } = parseWords(program, words.slice(0, -1));
  if (pending !== undefined) return startingWith(current, pending.argChoices ?? [FILES]);
  if (current.startsWith('-')) return startingWith(current, flagsOf(command));
  const subcommands = command.createHelp().visibleCommands(command);
  if (command.registeredArguments.length === 0)
    return startingWith(
      current,
      subcommands.map((each) => withDescription(each.name(), each.description())),
    );
  const argument = command.registeredArguments[operands.length] ?? command.registeredArguments.find(({ variadic }) => variadic);
  if (argument === undefined) return [];
  if (argument.argChoices !== undefined) return startingWith(current, argument.argChoices);
  if (!LIBRARY_ARGUMENTS.has(argument.name())) return [FILES];
  // Only here the library is loaded.
  const { completePath } = await import('./complete-path.ts');
  return completePath(connectionFlags(command, words.slice(0, -1)), current, argument.name() === 'library');
};

interface ParsedWords {
  readonly command: Command;
  readonly operands: readonly string[];
  /** The flag whose value is completed. */
  readonly pending: Option | undefined;
}

const parseWords = (program: Command, words: readonly string[]): ParsedWords => {
  let command = program;
  let operands: readonly string[] = [];
  let pending: Option | undefined;
  for (const word of words) {
    if (pending !== undefined) pending = undefined;
    else if (word.startsWith('-')) pending = command.options.find((option) => option.long === word && option.required);
    else {
      const next = operands.length === 0 ? command.commands.find((each) => each.name() === word) : undefined;
      if (next === undefined) operands = [...operands, word];
      else command = next;
    }
  }
  return { command, operands, pending };
};

const flagsOf = (command: Command): readonly string[] =>
  command
    .createHelp()
    .visibleOptions(command)
    .flatMap(({ long, description }) => (long == null ? [] : [withDescription(long, description)]));

const withDescription = (name: string, description: string): string => (description === '' ? name : `${name}\t${description}`);

const startingWith = (current: string, candidates: readonly string[]): readonly string[] =>
  candidates.filter((candidate) => candidate === FILES || candidate.startsWith(current));

const connectionFlags = (command: Command, words: readonly string[]): ConnectionFlags => {
  for (const each of [command.parent, command]) each?.parseOptions([...words]);
  return { ...command.parent?.opts(), ...command.opts() };
};
