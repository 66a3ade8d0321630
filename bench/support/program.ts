/** Runs and measures programs. */

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { OnTearDown } from './bench.ts';

/** The published command. */
export const command = join(import.meta.dirname, '../../dist/command/main.js');

const downloadProgram = join(import.meta.dirname, 'download-program.mjs');

/** The options of the program that calls `download`. */
export interface DownloadProgramOptions {
  readonly server: string;
  readonly itemId: string;
  readonly folder: string;
  readonly credentials: object;
  /** The certificate that `nodeFetch` accepts. @default the platform's `fetch` is used */
  readonly thumbprint?: string;
  /** True if files in the folder are replaced. @default false */
  readonly force?: boolean;
  /** True if the program sets the size of the young generation of the heap, as the command does. @default false */
  readonly setsYoungGeneration?: boolean;
}

/** Returns the arguments of Node for the program that calls `download`. */
export const downloadProgramArgs = (options: DownloadProgramOptions): readonly string[] => [
  downloadProgram,
  JSON.stringify(options),
];

const packages: Readonly<Record<string, string>> = {
  '/usr/bin/time': 'time',
  '/usr/bin/curl': 'curl',
  '/usr/bin/openssl': 'openssl',
};

/** @throws Error if a program is not installed. */
export const requirePrograms = (...programs: readonly string[]): void => {
  for (const program of programs)
    if (!existsSync(program)) throw new Error(`Missing ${program}: install the package "${packages[program] ?? program}".`);
};

/** Runs a program; errors if its exit code is not 0. */
export const runProgram = (
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<{ readonly stderr: string }> => promisify(execFile)(program, args, { env: { ...process.env, ...env } });

/** What one run of a program used. */
export interface ProgramCost {
  /** Seconds of CPU time, in user and system mode. */
  readonly cpu: number;
  /** Seconds. */
  readonly wall: number;
  /** Peak resident memory in MiB. */
  readonly memory: number;
}

/** Runs a program under `/usr/bin/time`. */
export const measureProgram = async (
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<ProgramCost> => {
  const { stderr } = await runProgram('/usr/bin/time', ['-f', 'cost %U %S %e %M', program, ...args], env);
  const [, user, system, wall, memory] = /^cost (\S+) (\S+) (\S+) (\S+)$/m.exec(stderr) ?? [];
  return { cpu: Number(user) + Number(system), wall: Number(wall), memory: Number(memory) / 1024 };
};

/**
 * Creates a temporary folder.
 *
 * @param where - `memory`: in shared memory where there is one, so that the disk's speed is not measured.
 */
export const createTemporaryFolder = async (onTearDown: OnTearDown, where: 'memory' | 'disk'): Promise<string> => {
  const parent = where === 'memory' && existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
  const folder = await mkdtemp(join(parent, 'rx-content-library-'));
  onTearDown(() => rm(folder, { recursive: true, force: true }));
  return folder;
};
