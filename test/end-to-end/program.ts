import { fileURLToPath } from 'node:url';
import { text } from 'node:stream/consumers';
import { codeOf, runNode } from '../cli/command.ts';

export { program as command } from '../cli/command.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Tells at its end how much memory the process has held at most. Not by `maxRSS` where the system has better: Linux hands that down from
 * the process that started it, and a test runner is larger than what it tests.
 */
const witness = `data:text/javascript,${encodeURIComponent(`
  import { readFileSync } from 'node:fs';
  const own = () => {
    try {
      return /VmHWM:\\s+(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
    } catch {}
  };
  process.on('exit', () => process.stderr.write('\\nPEAK ' + (own() ?? process.resourceUsage().maxRSS) + '\\n'));
`)}`;

/** How a program ended. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** The most memory it has held, in bytes. */
  readonly peak: number;
}

/** Runs a program of this project in a process of its own. */
export const run = async (program: string, args: readonly string[], env: Readonly<Record<string, string>>): Promise<Ended> => {
  const child = runNode(['--import', witness, program, ...args], { cwd: root, env });
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), codeOf(child)]);
  const [, kilobytes = 'NaN'] = /\nPEAK (\d+)\n/.exec(stderr) ?? [];
  return { code, stdout, stderr: stderr.replace(/\nPEAK \d+\n/, ''), peak: Number(kilobytes) * 1024 };
};
