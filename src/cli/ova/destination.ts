/** Where an OVA is written: a file, or standard output. */

import { lstat } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { SinkError, type SinkFile } from '../../index.ts';
import { toDirectory, toWritable } from '../../node/index.ts';

/** A file that an OVA is written to. */
export interface OvaDestination {
  /** Path of the file, if it has one. */
  readonly path?: string;
  /** Rejects if the file cannot be written. @param size - Number of bytes that it will have at least. */
  check(size: number): Promise<void>;
  /** Opens the file. @param size - Number of bytes that it will have at least. */
  open(size: number): Promise<SinkFile>;
}

/** A file that has another name until it is complete. `force` replaces an existing one. */
export const fileDestination = (file: string, force: boolean): OvaDestination => {
  const path = resolve(file);
  const name = basename(path);
  const directory = toDirectory(dirname(path), { force });
  const assertAbsent = async (): Promise<void> => {
    const existing = await lstat(path).catch(() => undefined);
    if (existing === undefined || force || existing.isDirectory()) return;
    const reason = 'a file with this name already exists. Choose another name, or replace it with --force.';
    throw new SinkError({ path, code: 'EEXIST', reason });
  };
  return {
    path,
    check: async (size) => {
      await assertAbsent();
      await directory.check?.([{ name, ...(size === 0 ? {} : { size }) }]);
    },
    open: async (size) => {
      await assertAbsent();
      return directory.open({ name, ...(size === 0 ? {} : { size }) });
    },
  };
};

/** Standard output, which is written but not closed. */
export const stdoutDestination = (): OvaDestination => ({
  check: async () => undefined,
  open: () => toWritable(process.stdout).open({ name: 'standard output' }),
});
