/** Runs programs of this project and measures their memory. */

import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { codeOf, runNode } from '../cli/command.ts';

export { program as command } from '../cli/command.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Prints the peak memory of the process at its end. On Linux `maxRSS` is inherited from the parent process, and a test runner is larger
 * than the program it tests, so `/proc` is read if there is one.
 */
const peakReporter = `data:text/javascript,${encodeURIComponent(`
  import { readFileSync } from 'node:fs';
  const peak = () => {
    try {
      return /VmHWM:\\s+(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
    } catch {}
  };
  process.on('exit', () => process.stderr.write('\\nPEAK ' + (peak() ?? process.resourceUsage().maxRSS) + '\\n'));
`)}`;

/** The result of a program. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Its peak memory in bytes. */
  readonly peak: number;
}

/** Runs a program of this project in a process of its own. */
export const run = async (program: string, args: readonly string[], env: Readonly<Record<string, string>>): Promise<Ended> => {
  const child = runNode(['--import', peakReporter, program, ...args], { cwd: root, env });
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), codeOf(child)]);
  const [, kilobytes = 'NaN'] = /\nPEAK (\d+)\n/.exec(stderr) ?? [];
  return { code, stdout, stderr: stderr.replace(/\nPEAK \d+\n/, ''), peak: Number(kilobytes) * 1024 };
};
