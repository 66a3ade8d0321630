/** The machine that a bench runs on. */

import { cpus, loadavg, platform, release } from 'node:os';

/** Returns one line: Node, processor, operating system, and the load average, which is high if other processes compete. */
export const describeMachine = (): string =>
  [
    `Node ${process.version}`,
    `${cpus().length} cores of ${cpus()[0]?.model ?? 'an unknown processor'}`,
    `${platform()} ${release()}`,
    `load average ${(loadavg()[0] ?? NaN).toFixed(1)} at the start`,
  ].join(', ');
