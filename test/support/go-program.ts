/** Builds Go programs that tests use, once, with Debian's Go packages. */

import { execFile, spawnSync } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const gopath = '/usr/share/gocode';

/** A program that is built on first use. */
export interface GoProgram {
  /** Returns why it cannot be built on this machine; `undefined` if it can. */
  readonly missing: () => string | undefined;
  /** Builds it unless it is cached (half a minute); resolves with its path. */
  readonly build: () => Promise<string>;
}

/**
 * A program with one source file.
 *
 * @param folder - The folder in `test/` that contains `main.go`.
 * @param needed - The package of govmomi that it imports, if any.
 */
export const goProgram = (folder: string, needed?: string): GoProgram => {
  const main = fileURLToPath(new URL(`../${folder}/main.go`, import.meta.url));
  const cache = fileURLToPath(new URL(`../../node_modules/.cache/${basename(folder)}`, import.meta.url));
  const sources = needed === undefined ? undefined : join(gopath, 'src/github.com/vmware/govmomi', needed);
  const binary = join(cache, createHash('sha256').update(readFileSync(main)).digest('hex'), basename(folder));
  return {
    missing: () => {
      if (existsSync(binary)) return undefined;
      if (spawnSync('go', ['version']).status !== 0) return `${folder} cannot be built: Go is not installed (Debian: golang-go).`;
      if (sources === undefined || existsSync(sources)) return undefined;
      return `${folder} cannot be built: ${sources} does not exist (Debian: golang-github-vmware-govmomi-dev).`;
    },
    build: async () => {
      if (existsSync(binary)) return binary;
      await mkdir(dirname(binary), { recursive: true });
      // Jest's workers may build at the same time: each writes its own file and renames it.
      const own = `${binary}.${randomUUID()}`;
      await promisify(execFile)('go', ['build', '-o', own, main], {
        env: { ...process.env, GO111MODULE: 'off', GOPATH: gopath },
      });
      await rename(own, binary);
      return binary;
    },
  };
};
