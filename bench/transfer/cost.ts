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

/** `download` as an application calls it, which is started as it is. */
const application = `
import { download, withVCenter } from 'rx-content-library';
import { toDirectory } from 'rx-content-library/node';
const [server, itemId, folder, credentials] = process.argv.slice(1);
withVCenter({ server, credentials: JSON.parse(credentials) }, (vc) =>
  download(vc, itemId, toDirectory(folder, { force: true })),
).subscribe();
`;

/** What an application over the platform's own `fetch` costs. */
export const costOfApplication = (
  env: NodeJS.ProcessEnv,
  server: string,
  itemId: string,
  folder: string,
  credentials: object,
): Promise<Cost> =>
  cost(env, process.execPath, '--input-type=module', '--eval', application, server, itemId, folder, JSON.stringify(credentials));

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
  console.log(`${what}: ${value.toFixed(2)}, ${isWithin ? 'within' : 'ABOVE'} the limit of ${limit}`);
  if (!isWithin) process.exitCode = 1;
};
