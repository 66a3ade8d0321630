/** Runs the command with the page of a test: `command-program.ts PAGE FLAGS…`. */

import { runDashboard } from '../../server/command.ts';

const [page = '', ...args] = process.argv.slice(2);
process.exitCode = await runDashboard(args, { options: { page } });
