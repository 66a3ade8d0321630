/** Measures whole programs against limits. */

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cpus, release } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** What is published stands in `dist` below it. */
const root = join(import.meta.dirname, '../..');

/** The command as it is published. */
export const command = join(root, 'dist/cli/main.js');

/** What one program took. */
export interface Cost {
  /** Seconds, in the program and in the system for it. */
  readonly cpu: number;
  /** Seconds. */
  readonly wall: number;
  /** MiB that were resident at the most. */
  readonly memory: number;
}

const time = '/usr/bin/time';

/** @throws Error if one of the programs is not there. */
export const refuseMissing = (...programs: readonly string[]): void => {
  for (const program of [time, ...programs])
    if (!existsSync(program)) throw new Error(`${program} is missing: install the packages "time", "curl" and "openssl".`);
};

/** Runs a program to its end. */
export const cost = async (env: NodeJS.ProcessEnv, program: string, ...args: readonly string[]): Promise<Cost> => {
  const { stderr } = await promisify(execFile)(time, ['-f', 'cost %U %S %e %M', program, ...args], {
    cwd: root,
    env: { ...process.env, ...env },
  });
  const [, user, system, wall, memory] = /^cost (\S+) (\S+) (\S+) (\S+)$/m.exec(stderr) ?? [];
  return { cpu: Number(user) + Number(system), wall: Number(wall), memory: Number(memory) / 1024 };
};

/** `download` as an application calls it; what it is told stands in its arguments. */
const application = `
const [{ server, itemId, folder, credentials, thumbprint, hasSmallHeap }] = process.argv.slice(1).map((text) => JSON.parse(text));
if (hasSmallHeap) (await import('node:v8')).setFlagsFromString('--semi-space-growth-factor=1');
const { download, withVCenter } = await import('rx-content-library');
const { nodeFetch, toDirectory } = await import('rx-content-library/node');
const over = thumbprint === undefined ? {} : { fetch: nodeFetch({ thumbprint }) };
withVCenter({ server, credentials, ...over }, (vc) => download(vc, itemId, toDirectory(folder, { force: true }))).subscribe();
`;

/** What an application does. */
export interface Application {
  readonly server: string;
  readonly itemId: string;
  readonly folder: string;
  readonly credentials: object;
  /** Over `nodeFetch`, which accepts this certificate. @default over the platform's `fetch` */
  readonly thumbprint?: string;
  /** Whether it sets the flag of the heap that the command sets. @default false */
  readonly hasSmallHeap?: boolean;
}

/** What an application costs. */
export const costOfApplication = (told: Application, env: NodeJS.ProcessEnv = {}): Promise<Cost> =>
  cost(env, process.execPath, '--input-type=module', '--eval', application, JSON.stringify(told));

/** The one in the middle; of an even number the greater of the two. */
export const medianOf = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;

/** The median, and how far the values are apart. */
export const spread = (values: readonly number[], digits: number): string =>
  `${medianOf(values).toFixed(digits)} (${Math.min(...values).toFixed(digits)}..${Math.max(...values).toFixed(digits)})`;

/** Where it was measured. */
export const machine = (): string =>
  `Node ${process.version}, ${cpus().length} cores of ${cpus()[0]?.model ?? 'an unknown kind'}, ${process.platform} ${release()}`;

/** Says whether a value is within its limit; the process fails if it is not. */
export const within = (what: string, value: number, limit: number): void => {
  const isWithin = value <= limit;
  console.log(`${what}: ${Number(value.toFixed(3))}, ${isWithin ? 'within' : 'ABOVE'} the limit of ${limit}`);
  if (!isWithin) process.exitCode = 1;
};
