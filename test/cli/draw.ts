/** Draws a download once on a simulated terminal and prints what was written. Runs as a process, with an environment of its own. */

import { WriteStream } from 'node:tty';
import type { DownloadEvent } from 'rx-content-library';
import { of } from 'rxjs';
import { liveDisplay } from '#src/cli/output/display.js';
import { terminal } from './terminal.ts';

const { stream, written } = terminal(80);
// Node's implementation, which reads the environment.
stream.getColorDepth = (env) => WriteStream.prototype.getColorDepth.call(stream, env);

const events: readonly DownloadEvent[] = [
  {
    type: 'opened',
    itemId: 'item-1',
    dialect: 'api',
    strategy: 'session',
    contentVersion: '1',
    files: [{ name: 'a' }, { name: 'b' }],
  },
  { type: 'progress', file: 'a', received: 5, total: 10 },
];
of(...events)
  .pipe(liveDisplay(stream))
  .subscribe({ complete: () => process.stdout.write(written()) });
