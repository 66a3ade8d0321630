/** The links that the files of an item have since 9.0: they need no download session, and no preparation. */

import { ApiError, isTransient, LeaseError } from '../errors.ts';
import type { DownloadFileInfo } from '../model/download-file.ts';
import type { StoredFiles } from './opening.ts';

/** Stands where a download session has its identifier. */
export const byLinks = 'links';

/**
 * The files as a session would have them when all are prepared; `undefined` unless each has a link, and one that the login may be shown
 * to.
 */
export const linkedFiles = (
  isHome: (uri: string) => boolean,
  stored: StoredFiles,
  names: readonly string[],
): readonly DownloadFileInfo[] | undefined => {
  const linked = names.flatMap((name): readonly DownloadFileInfo[] => {
    const uri = stored.get(name)?.file_download_endpoint;
    if (uri === undefined || !URL.canParse(uri) || !isHome(uri)) return [];
    return [{ name, status: 'PREPARED', bytes_transferred: 0, download_endpoint: { uri } }];
  });
  return names.length > 0 && linked.length === names.length ? linked : undefined;
};

/** A link that is refused is lost, like the address of a file whose session is over: a download session may lead there all the same. */
export const lossOfLink = (sessionId: string, thrown: unknown): unknown =>
  sessionId === byLinks && thrown instanceof ApiError && !isTransient(thrown)
    ? new LeaseError({ downloadSessionId: byLinks, reason: 'a link of the item was refused' }, { cause: thrown })
    : thrown;
