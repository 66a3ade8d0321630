/** Loaded into a command by `startup.mjs`: counts the modules that it loads, and writes them and its CPU time to file descriptor 3. */

import { writeSync } from 'node:fs';
import { registerHooks } from 'node:module';

let modules = 0;
registerHooks({
  load: (url, context, nextLoad) => {
    if (url.startsWith('file:')) modules += 1;
    return nextLoad(url, context);
  },
});

process.on('exit', () => {
  const { user, system } = process.cpuUsage();
  writeSync(3, JSON.stringify({ modules, milliseconds: (user + system) / 1000 }));
});
