/** Defines `content-library simulate`. */

import type { Command } from 'commander';
import type { SimulateFlags } from '../commands/simulate.ts';
import { addExamples } from './examples.ts';
import { parsePort } from './values.ts';

/** Adds the subcommand. */
export const defineSimulate = (program: Command): void => {
  const command = program
    .command('simulate')
    .description('serve a simulated vCenter on a port of this machine until Ctrl-C')
    .option('--port <n>', 'the port; 0 selects a free one', parsePort, 0)
    .option('--tls', 'serve HTTPS with a generated self-signed certificate', false)
    .option('--inventory <file>', 'JSON file with the libraries and their files')
    .option('--scenario <file>', 'JSON file that describes how the server behaves, faults included')
    .option('--json', 'print JSON lines: the address, then every request', false)
    .action(async (flags: SimulateFlags) => {
      const { simulate } = await import('../commands/simulate.ts');
      process.exitCode = await simulate(flags);
    });
  addExamples(command, ['content-library simulate --tls', 'content-library simulate --port 8443 --scenario scenario.json']);
};
