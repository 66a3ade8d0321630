/** Runs the real command as a process of its own. */

import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { jest } from '@jest/globals';
import { assertOutputLine } from './output-schema.ts';

/** How a command ended. */
export interface Ended {
  /** 128 and the number of the signal if a signal killed it, as in a shell. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The environment of a command. */
export interface CommandOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Its standard input. */
  readonly input?: string;
  /** A file that its standard output is redirected to by a shell. */
  readonly stdoutTo?: string;
}

// Processes start slowly on a busy machine.
jest.setTimeout(60_000);

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

const root = fileURLToPath(new URL('../..', import.meta.url));
const onDist = process.env['RX_CONTENT_LIBRARY_TEST'] === 'dist';
const flags = [...(onDist ? [] : ['--conditions=rx-content-library-source']), '--disable-warning=ExperimentalWarning'];
/** Path of the command: bundled from the sources, or the build if the tests run on `dist`. */
export const program = `${root}${onDist ? 'dist/command' : 'node_modules/.tested-command'}/main.js`;

const signalNumbers: Readonly<Record<string, number>> = { SIGHUP: 1, SIGINT: 2, SIGQUIT: 3, SIGKILL: 9, SIGTERM: 15 };

/** The command's only environment variables, besides those of a test. */
const baseEnv = {
  // Without the user's own configuration file.
  XDG_CONFIG_HOME: '/nonexistent',
  PATH: process.env['PATH'],
  // Halves the time to start.
  NODE_COMPILE_CACHE: `${root}node_modules/.cache/compiled`,
};

/** Returns how to start the command by other means. */
export const commandLine = (args: readonly string[]) => ({
  file: process.execPath,
  rest: [...flags, program, ...args],
  env: baseEnv,
});

/** Starts Node with no other environment variables than those of the test. */
export const runNode = (args: readonly string[], { env = {}, cwd, input = '', stdoutTo }: CommandOptions = {}): Child => {
  const line = [process.execPath, ...flags, ...args];
  const [file = '', ...rest] = stdoutTo === undefined ? line : ['/bin/sh', '-c', `exec "$@" > ${stdoutTo}`, 'sh', ...line];
  const child = spawn(file, rest, {
    ...(cwd === undefined ? {} : { cwd }),
    env: { ...baseEnv, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  // It may end before it has read its input.
  child.stdin.on('error', () => undefined).end(input);
  return child;
};

/** Starts the command. */
export const start = (args: readonly string[], options?: CommandOptions): Child => runNode([program, ...args], options);

/** Resolves with the exit code after all output was read. */
export const codeOf = async (child: Child): Promise<number> => {
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  return code ?? 128 + (signalNumbers[signal ?? ''] ?? 0);
};

const isObject = (line: string): boolean => line.startsWith('{');

/** Runs the command until it ends. With `--json`, each line of its output must match the schema. */
export const command = async (args: readonly string[], options?: CommandOptions): Promise<Ended & { readonly bytes: Buffer }> => {
  const child = start(args, options);
  const [code, bytes, stderr] = await Promise.all([codeOf(child), buffer(child.stdout), text(child.stderr)]);
  const stdout = bytes.toString();
  // With `-` as destination, standard output has the bytes of a file, and standard error the events.
  if (args.includes('--json'))
    (args.includes('-') ? stderr : `${stdout}\n${stderr}`).split('\n').filter(isObject).forEach(assertOutputLine);
  return { code, stdout, stderr, bytes };
};

/** Resolves with all JSON lines of a stream, and calls a callback with each line as it arrives. */
export const jsonLines = async (stream: Readable, onLine: (event: JsonLine) => void = () => undefined): Promise<JsonLine[]> => {
  const lines: JsonLine[] = [];
  for await (const line of createInterface({ input: stream })) {
    assertOutputLine(line);
    const event = JSON.parse(line) as JsonLine;
    lines.push(event);
    onLine(event);
  }
  return lines;
};

/** A line of `--json` output. */
export interface JsonLine {
  readonly type: string;
  readonly [field: string]: unknown;
}

/** Parses output that consists of JSON lines. */
export const parsed = (output: string): JsonLine[] =>
  output
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as JsonLine);
