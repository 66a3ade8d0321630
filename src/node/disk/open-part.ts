/** Makes room for a file: anew, or where an earlier run has stood. */

import type { FileHandle } from 'node:fs/promises';
import type { IncomingFile } from '../../index.ts';
import { entryAt, identityOf, removeAt, reopenAt } from './entry.ts';
import { alreadyThere } from './final-name.ts';
import { sweep } from './found-file.ts';
import { PartFile } from './part-file.ts';
import { makeOwn, takeSidecar } from './sidecar.ts';

/** What is wrong with its name or its place is said now, not after its last byte. With force, what stands there will be replaced. */
export const openPart = async (path: string, file: IncomingFile, force: boolean): Promise<PartFile> => {
  const there = await entryAt(path);
  if (there?.isDirectory() === true) throw Object.assign(new Error(path), { code: 'EISDIR' });
  if (there !== undefined && !force) {
    await sweep(path);
    throw alreadyThere(path);
  }
  const sidecar = await takeSidecar(path, `${path}.part.json`, file);
  let handle: FileHandle | undefined;
  try {
    handle = sidecar.trusted > 0 ? await reopenAt(`${path}.part`) : undefined;
    const left = (await handle?.stat())?.size ?? 0;
    let kept = Math.min(left, sidecar.trusted);
    if (handle === undefined || left > (file.size ?? Infinity)) {
      await handle?.close();
      if (sidecar.trusted > 0) await sidecar.forget();
      // Made anew, rather than opened: what stands there may be a link to somewhere else.
      await removeAt(`${path}.part`);
      handle = await makeOwn(path, `${path}.part`);
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
