/** Defines `content-library dashboard`, whose flags are those of the package `@rx-content-library/dashboard`. */

import type { Command } from 'commander';

/** Adds the subcommand. */
export const defineDashboard = (program: Command): void => {
  program
    .command('dashboard [flags...]')
    .description('serve a dashboard for exports (package @rx-content-library/dashboard); for its flags: dashboard --help')
    .allowUnknownOption()
    .helpOption(false)
    .action(async (flags: readonly string[]) => {
      const { dashboard } = await import('../commands/dashboard.ts');
      process.exitCode = await dashboard(flags);
    });
};
