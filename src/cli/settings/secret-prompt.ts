/** Reads a secret from a terminal, without showing what is typed. */

import type { Readable } from 'node:stream';
import { CommandError } from '../command-error.ts';

/**
 * Asks for a secret on standard error; the terminal is as before afterwards.
 *
 * @param what - Names the secret, e.g. `password`.
 * @throws CommandError with exit code 130 after Ctrl-C.
 */
export const promptForSecret = async (what: string, input: Readable, output: NodeJS.WritableStream): Promise<string> => {
  // Loaded only where there is a terminal.
  const { isCancel, password } = await import('@clack/prompts');
  const entered = await password({
    message: `The ${what}:`,
    mask: '',
    input,
    output: output as NodeJS.WriteStream,
    withGuide: false,
  });
  if (isCancel(entered)) throw new CommandError('InterruptedError', 130, `Interrupted: no ${what} was entered.`);
  return entered;
};
