/** Publishes a complete file under its final name, atomically. */

import { link, rename, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { SinkError, type SinkWarning } from '../../index.ts';
import { codeOf } from './disk-error.ts';
import { partNotRemovedWarning } from './disk-warning.ts';
import { isSameFile, lstatIfExists, syncDirectory, unlinkIfExists, type Identity } from './no-follow-fs.ts';
import { isNotSupported, refusalOf } from './not-supported.ts';

/** A complete file with its temporary name. */
export interface PublishOptions {
  readonly part: string;
  readonly path: string;
  /** True to replace an existing file. */
  readonly force: boolean;
  readonly identity: Identity;
}

/**
 * Gives the file its final name, and makes that survive a power cut. If the disk fails, the file has its temporary name again, unless it
 * has replaced another one: that cannot be restored.
 *
 * @throws SinkError with `EEXIST` if the name exists, without `force`.
 */
export const publish = async (options: PublishOptions): Promise<readonly SinkWarning[]> => {
  const { part, path, force } = options;
  const isLinked = await linkOrRename(options);
  try {
    await syncDirectory(dirname(path));
    const refusal = isLinked ? await refusalOf(unlinkIfExists(part)) : undefined;
    return refusal === undefined ? [] : [partNotRemovedWarning(part, refusal)];
  } catch (thrown) {
    if (!force) await unpublish(options).catch(() => undefined);
    throw thrown;
  }
};

/** Returns true if the file still has its temporary name, too. */
const linkOrRename = async ({ part, path, force }: PublishOptions): Promise<boolean> => {
  if (!force) {
    try {
      // Unlike `rename`, `link` never replaces a file that was created in the meantime.
      await link(part, path);
      return true;
    } catch (thrown) {
      if (codeOf(thrown) === 'EEXIST') throw alreadyExistsError(path);
      if (!isNotSupported(thrown)) throw thrown;
      if ((await lstatIfExists(path)) !== undefined) throw alreadyExistsError(path);
    }
  }
  await rename(part, path);
  return false;
};

const unpublish = async ({ part, path, identity }: PublishOptions): Promise<void> =>
  (await isSameFile(part, identity)) ? unlink(path) : rename(path, part);

/** The same message as that of `toFileSystemDirectory`. */
export const alreadyExistsError = (path: string): SinkError =>
  new SinkError({
    path,
    code: 'EEXIST',
    reason: 'a file with this name already exists. Choose another directory, or replace it with force.',
  });
