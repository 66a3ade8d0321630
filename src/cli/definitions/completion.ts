/** Defines `content-library completion`, and the hidden `complete` that the scripts of the shells call. */

import { Argument, type Command } from 'commander';
import { addExamples } from './examples.ts';

/** Shells with a script. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;

/** Adds the subcommands. */
export const defineCompletion = (program: Command): void => {
  const completion = program
    .command('completion')
    .addArgument(new Argument('<shell>').choices(SHELLS))
    .description('print a script that completes subcommands, flags, and names of libraries and items')
    .action(async (shell: (typeof SHELLS)[number]) => {
      const { scriptFor } = await import('../commands/completion.ts');
      process.stdout.write(scriptFor(shell));
    });
  addExamples(completion, [
    'source <(content-library completion bash)',
    'content-library completion fish > ~/.config/fish/completions/content-library.fish',
  ]);
  program
    .command('complete', { hidden: true })
    .argument('[words...]')
    .action(async (words: readonly string[]) => {
      const { candidatesFor } = await import('../commands/complete.ts');
      process.stdout.write((await candidatesFor(program, words)).map((line) => `${line}\n`).join(''));
    });
};
