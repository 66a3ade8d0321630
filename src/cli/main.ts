#!/usr/bin/env node
/** Entry point; tunes V8's young generation for streaming, then starts the command. */

import { setFlagsFromString } from 'node:v8';

// Every chunk becomes garbage at once. A young generation that grows lets 100 MB of it accumulate before a collection; a fixed one takes
// less memory and less time (`npm run bench -- memory`). The flag must be set before any other module is loaded.
setFlagsFromString('--semi-space-growth-factor=1');
await import('./program.ts');
