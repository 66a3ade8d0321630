/** Creates a directory and its missing parents. */

import { access, constants, mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { SinkError } from '../../index.ts';
import { codeOf, diskError } from './disk-error.ts';

/**
 * Creates the directory level by level: Node's recursive `mkdir` never ends where a level cannot be created although its parent exists,
 * as below `/proc`.
 *
 * @throws SinkError if the path is a file (`ENOTDIR`), or the directory cannot be created.
 */
export const ensureDirectory = async (directory: string): Promise<void> => {
  try {
    await createLevels(directory);
  } catch (thrown) {
    if (codeOf(thrown) === 'ENOENT') throw notPossibleError(directory, thrown);
    throw diskError(directory, thrown);
  }
};

/** @throws SinkError if files cannot be created in the directory: `EACCES`, `EROFS`. */
export const assertWritable = async (directory: string): Promise<void> => {
  await access(directory, constants.W_OK | constants.X_OK).catch((thrown: unknown) => {
    throw diskError(directory, thrown);
  });
};

const createLevels = async (directory: string): Promise<void> => {
  try {
    await createOne(directory);
  } catch (thrown) {
    const parent = dirname(directory);
    if (codeOf(thrown) !== 'ENOENT' || parent === directory) throw thrown;
    await createLevels(parent);
    await createOne(directory);
  }
};

/** Creates one level, unless it exists. Some systems report another error than `EEXIST` for a directory that exists. */
const createOne = async (directory: string): Promise<void> => {
  try {
    await mkdir(directory);
  } catch (thrown) {
    const code = codeOf(thrown);
    if (code === 'ENOENT') throw thrown;
    if ((await stat(directory).catch(() => undefined))?.isDirectory() === true) return;
    throw code === 'EEXIST' || code === 'ENOTDIR' ? notDirectoryError(directory) : thrown;
  }
};

const notDirectoryError = (path: string): SinkError =>
  new SinkError({ path, code: 'ENOTDIR', reason: 'this is a file, not a directory. Choose another directory.' });

const notPossibleError = (path: string, cause: unknown): SinkError =>
  new SinkError(
    { path, code: 'ENOENT', reason: 'the file system does not allow a directory here. Choose another directory.' },
    { cause },
  );
