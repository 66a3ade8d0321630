/** Temporary directories for one test, removed after it. */

import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from '@jest/globals';

const made: string[] = [];

afterEach(async () => {
  await Promise.all(made.splice(0).map((directory) => rm(directory, { recursive: true, force: true })));
});

/** Creates an empty directory. */
export const temporaryDirectory = async (): Promise<string> => {
  const directory = await mkdtemp(join(tmpdir(), 'rx-content-library-'));
  made.push(directory);
  return directory;
};

/** Returns the names in a directory with their texts. */
export const contents = async (directory: string): Promise<Record<string, string>> =>
  Object.fromEntries(
    await Promise.all(
      (await readdir(directory)).sort().map(async (name) => [name, await readFile(join(directory, name), 'utf8')] as const),
    ),
  );
