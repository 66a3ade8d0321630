/** A program in Go that is part of a test: built once, with the packages that Debian has for it. */

import { execFile, spawnSync } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const gopath = '/usr/share/gocode';

/** A program that may have to be built yet. */
export interface GoProgram {
  /** Why it cannot be had on this machine; `undefined` when it can. */
  readonly missing: () => string | undefined;
  /** Builds it, unless that was done before (half a minute); answers where it is. */
  readonly build: () => Promise<string>;
}

/**
 * A program of one file.
 *
 * @param folder - In `test/`; it has a `main.go`.
 * @param needed - The package of govmomi that it is about.
 */
export const goProgram = (folder: string, needed: string): GoProgram => {
  const main = fileURLToPath(new URL(`../${folder}/main.go`, import.meta.url));
  const cache = fileURLToPath(new URL(`../../node_modules/.cache/${basename(folder)}`, import.meta.url));
  const sources = join(gopath, 'src/github.com/vmware/govmomi', needed);
  const binary = join(cache, createHash('sha256').update(readFileSync(main)).digest('hex'), basename(folder));
  return {
    missing: () => {
      if (existsSync(binary)) return undefined;
      if (spawnSync('go', ['version']).status !== 0) return `${folder} cannot be built: there is no Go here (Debian: golang-go).`;
      if (existsSync(sources)) return undefined;
      return `${folder} cannot be built: ${sources} is not there (Debian: golang-github-vmware-govmomi-dev).`;
    },
    build: async () => {
      if (existsSync(binary)) return binary;
      await mkdir(dirname(binary), { recursive: true });
      // Jest's workers may all build at once: each renames a whole binary of its own.
      const mine = `${binary}.${randomUUID()}`;
      await promisify(execFile)('go', ['build', '-o', mine, main], {
        env: { ...process.env, GO111MODULE: 'off', GOPATH: gopath },
      });
      await rename(mine, binary);
      return binary;
    },
  };
};
