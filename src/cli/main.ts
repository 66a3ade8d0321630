#!/usr/bin/env node
/** Entry point; tunes V8's young generation for streaming, then starts the command. */

import { setFlagsFromString } from 'node:v8';
import { nodeVersionProblem } from '../node-version.ts';

// Every chunk becomes garbage at once. A young generation that grows lets 100 MB of it accumulate before a collection; a fixed one takes
// less memory and less time (`npm run bench -- memory`). The flag must be set before any other module is loaded.
setFlagsFromString('--semi-space-growth-factor=1');
const problem = nodeVersionProblem(process.versions.node);
if (problem === undefined) await import('./program.ts');
else {
  console.error(problem);
  process.exitCode = 1;
}
