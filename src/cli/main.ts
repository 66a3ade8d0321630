#!/usr/bin/env node
/** Entry point; sets the size of V8's young generation, then starts the command. */

import { setFlagsFromString } from 'node:v8';
import { nodeVersionProblem } from '../node-version.ts';

// Megabytes. The first one of V8 is so small that it is collected a dozen times before the first request. The flag must be set before any
// other module is loaded.
setFlagsFromString('--min-semi-space-size=8');
const problem = nodeVersionProblem(process.versions.node);
if (problem === undefined) await import('./program.ts');
else {
  console.error(problem);
  process.exitCode = 1;
}
