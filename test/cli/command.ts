/** The real command, as a process of its own. */

import { jest } from '@jest/globals';
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

/** How a command ended. */
export interface Ended {
  /** 128 and the signal's number where a signal ended it, as shells tell it. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a command is started with. */
export interface CommandOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** What it reads on standard input. */
  readonly input?: string;
}

// Processes are slow to start where many are started.
jest.setTimeout(60_000);

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

const root = fileURLToPath(new URL('../..', import.meta.url));
const onDist = process.env['RX_CONTENT_LIBRARY_TEST'] === 'dist';
const flags = [...(onDist ? [] : ['--conditions=rx-content-library-source']), '--disable-warning=ExperimentalWarning'];
/** The command, from the sources or from what is published. */
export const program = `${root}${onDist ? 'dist/cli/main.js' : 'src/cli/main.ts'}`;

const signalNumbers: Readonly<Record<string, number>> = { SIGINT: 2, SIGKILL: 9, SIGTERM: 15 };

/** Starts Node with nothing in its environment but what the test says. */
export const runNode = (args: readonly string[], { env = {}, cwd, input = '' }: CommandOptions = {}): Child => {
  const child = spawn(process.execPath, [...flags, ...args], {
    ...(cwd === undefined ? {} : { cwd }),
    // With its modules compiled once for all, it starts in half the time.
    env: { PATH: process.env['PATH'], NODE_COMPILE_CACHE: `${root}node_modules/.cache/compiled`, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  // It may well end before it has read anything.
  child.stdin.on('error', () => undefined).end(input);
  return child;
};

/** Starts the command. */
export const start = (args: readonly string[], options?: CommandOptions): Child => runNode([program, ...args], options);

/** The exit code, once all output is there too. */
export const codeOf = async (child: Child): Promise<number> => {
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  return code ?? 128 + (signalNumbers[signal ?? ''] ?? 0);
};

/** Runs the command to its end. */
export const command = async (args: readonly string[], options?: CommandOptions): Promise<Ended & { readonly bytes: Buffer }> => {
  const child = start(args, options);
  const [code, bytes, stderr] = await Promise.all([codeOf(child), buffer(child.stdout), text(child.stderr)]);
  return { code, stdout: bytes.toString(), stderr, bytes };
};

/** Fulfils with everything on a stream that had `--json` in it, and tells of every line as it comes. */
export const jsonLines = async (stream: Readable, onLine: (event: JsonLine) => void = () => undefined): Promise<JsonLine[]> => {
  const lines: JsonLine[] = [];
  for await (const line of createInterface({ input: stream })) {
    const event = JSON.parse(line) as JsonLine;
    lines.push(event);
    onLine(event);
  }
  return lines;
};

/** One line of `--json`. */
export interface JsonLine {
  readonly type: string;
  readonly [field: string]: unknown;
}

/** The lines of an output that is all JSON. */
export const parsed = (output: string): JsonLine[] =>
  output
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as JsonLine);
