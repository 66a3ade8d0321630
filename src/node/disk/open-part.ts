/** Makes room for a file: anew, or where an earlier run has stood. */

import type { FileHandle } from 'node:fs/promises';
import type { IncomingFile } from '../../index.ts';
import { lstatIfExists, identityOf, unlinkIfExists, openForResume } from './no-follow-fs.ts';
import { alreadyExistsError } from './publish.ts';
import { removeLeftovers } from './existing-file.ts';
import { PartFile } from './part-file.ts';
import { createExclusive, acquireSidecar } from './sidecar.ts';

/** What is wrong with its name or its place is said now, not after its last byte. With force, what stands there will be replaced. */
export const openPart = async (path: string, file: IncomingFile, force: boolean): Promise<PartFile> => {
  const existing = await lstatIfExists(path);
  if (existing?.isDirectory() === true) throw Object.assign(new Error(path), { code: 'EISDIR' });
  if (existing !== undefined && !force) {
    await removeLeftovers(path);
    throw alreadyExistsError(path);
  }
  const sidecar = await acquireSidecar(path, `${path}.part.json`, file);
  let handle: FileHandle | undefined;
  try {
    handle = sidecar.trustedBytes > 0 ? await openForResume(`${path}.part`) : undefined;
    const left = (await handle?.stat())?.size ?? 0;
    let kept = Math.min(left, sidecar.trustedBytes);
    if (handle === undefined || left > (file.size ?? Infinity)) {
      await handle?.close();
      if (sidecar.trustedBytes > 0) await sidecar.forget();
      // Made anew, rather than opened: what stands there may be a link to somewhere else.
      await unlinkIfExists(`${path}.part`);
      handle = await createExclusive(path, `${path}.part`);
      kept = 0;
    } else if (kept < left) await handle.truncate(kept);
    await sidecar.note(Math.min(kept, sidecar.flushed));
    return new PartFile({ path, size: file.size, force, sidecar, handle, identity: await identityOf(handle), kept });
  } catch (thrown) {
    await handle?.close().catch(() => undefined);
    await sidecar.remove();
    throw thrown;
  }
};
