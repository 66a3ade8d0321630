#!/usr/bin/env node
/** Entry point of the command `content-library-dashboard`. */

import { runDashboard } from '../server/command.ts';

process.exitCode = await runDashboard(process.argv.slice(2));
