/** Opens `NAME.part`: resumes the one of an earlier run, or creates a new one. */

import type { FileHandle } from 'node:fs/promises';
import type { IncomingFile } from '../../index.ts';
import { removeLeftovers } from './existing-file.ts';
import { identityOf, lstatIfExists, openForResume, unlinkIfExists } from './no-follow-fs.ts';
import { PartFile, type PartFileOptions } from './part-file.ts';
import { alreadyExistsError } from './publish.ts';
import { acquireSidecar, createExclusive } from './sidecar.ts';
import { temporaryPathsOf } from './temporary-paths.ts';

export type OpenPartOptions = Pick<PartFileOptions, 'force' | 'isNew' | 'toError' | 'onCommitted'>;

/**
 * Returns what has the final name of a file, if anything.
 *
 * @throws an error with the code `EISDIR` for a directory: it is never replaced.
 */
export const findObstacle = async (path: string): Promise<'file' | 'other' | undefined> => {
  const existing = await lstatIfExists(path);
  if (existing?.isDirectory() === true) throw Object.assign(new Error(path), { code: 'EISDIR' });
  return existing && (existing.isFile() ? 'file' : 'other');
};

/** Rejects now, not after the last byte, if the name is taken or not possible. */
export const openPart = async (path: string, file: IncomingFile, options: OpenPartOptions): Promise<PartFile> => {
  if ((await findObstacle(path)) !== undefined && !options.force) {
    await removeLeftovers(path).catch(() => undefined);
    throw alreadyExistsError(path);
  }
  const temporary = temporaryPathsOf(path);
  const sidecar = await acquireSidecar(path, temporary.sidecar, file);
  let handle: FileHandle | undefined;
  try {
    const { verified } = sidecar;
    const isTrusted = sidecar.trustedBytes > 0 || verified !== undefined;
    handle = isTrusted ? await openForResume(temporary.part) : undefined;
    const partSize = (await handle?.stat())?.size ?? 0;
    let keptBytes = verified?.bytes === partSize ? partSize : Math.min(partSize, sidecar.trustedBytes);
    if (handle === undefined || partSize > (file.size ?? Infinity)) {
      await handle?.close();
      if (isTrusted) await sidecar.invalidate();
      // Created, not truncated: the existing one may be a link.
      await unlinkIfExists(temporary.part);
      handle = await createExclusive(path, temporary.part);
      keptBytes = 0;
    } else if (keptBytes < partSize) await handle.truncate(keptBytes);
    await sidecar.validate(Math.min(keptBytes, sidecar.syncedBytes));
    const identity = await identityOf(handle);
    const { part } = temporary;
    return new PartFile({ ...options, path, part, size: file.size, sidecar, handle, identity, keptBytes });
  } catch (thrown) {
    await handle?.close().catch(() => undefined);
    await sidecar.restore();
    throw thrown;
  }
};
