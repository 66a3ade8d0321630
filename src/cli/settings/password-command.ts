/** Runs the command of a profile that prints a password. */

import { spawnSync } from 'node:child_process';
import { usageError } from '../command-error.ts';
import { decodeText } from './text-file.ts';

/**
 * Returns the first line that a command prints. It may ask the user, because it shares the terminal.
 *
 * @param command - A line for the shell, or a program with its arguments.
 * @throws CommandError (usage) if it fails or prints nothing. Its output is never part of the message.
 */
export const runPasswordCommand = (command: string | readonly string[]): string => {
  const [program = '', ...args] = typeof command === 'string' ? [command] : command;
  const { error, status, signal, stdout } = spawnSync(program, args, {
    shell: typeof command === 'string',
    stdio: ['inherit', 'pipe', 'inherit'],
    windowsHide: true,
  });
  if (error !== undefined) throw usageError(`Cannot run the password_command of the profile: ${error.message}.`);
  if (status !== 0)
    throw usageError(
      `The password_command of the profile has failed ${status === null ? `(${signal})` : `with exit code ${status}`}.`,
    );
  const [password = ''] = decodeText(stdout, 'The output of password_command').split(/\r?\n/, 1);
  if (password === '') throw usageError('The password_command of the profile has printed nothing.');
  return password;
};
