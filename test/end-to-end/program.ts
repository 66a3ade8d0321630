import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { text } from 'node:stream/consumers';

const root = fileURLToPath(new URL('../..', import.meta.url));
const onDist = process.env['RX_CONTENT_LIBRARY_TEST'] === 'dist';

/** The command, from the sources or from what is published. */
export const command = onDist ? 'dist/cli/main.js' : 'src/cli/main.ts';

/** Tells at its end how much memory the process has held at most. */
const witness = `data:text/javascript,process.on('exit',()=>process.stderr.write('\\nPEAK '+process.resourceUsage().maxRSS+'\\n'))`;

/** How a program ended. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The most memory it has held, in bytes. */
  readonly peak: number;
}

/** Runs a program of this project in a process of its own. */
export const run = async (program: string, args: readonly string[], env: Readonly<Record<string, string>>): Promise<Ended> => {
  const conditions = onDist ? [] : ['--conditions=rx-content-library-source'];
  const child = spawn(
    process.execPath,
    [...conditions, '--disable-warning=ExperimentalWarning', '--import', witness, program, ...args],
    {
      cwd: root,
      // Compiled once for all: taking the types away holds thirty megabytes that the published command never needs.
      env: { PATH: process.env['PATH'], NODE_COMPILE_CACHE: `${root}node_modules/.cache/compiled`, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const [stdout, stderr, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise<number | null>((resolve) => child.once('close', resolve)),
  ]);
  const [, kilobytes = 'NaN'] = /\nPEAK (\d+)\n/.exec(stderr) ?? [];
  return { code, stdout, stderr: stderr.replace(/\nPEAK \d+\n/, ''), peak: Number(kilobytes) * 1024 };
};
