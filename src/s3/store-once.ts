/** Writes an object that another process may be writing, too. */

import { CONDITION_FAILED, hasCode, NO_SUCH_UPLOAD } from './bucket-error.ts';
import type { Bucket, WriteCondition } from './bucket.ts';
import { digestOf } from './digest.ts';

/** The object in the bucket. */
export interface StoredOnce {
  readonly etag: string;
  /** False if another process has written it with the same bytes. */
  readonly isOwn: boolean;
}

/**
 * Writes an object if it does not exist. If there is one, it is used if it has the same bytes, and replaced otherwise: it is what a crash
 * has left, of which it is not known whether it is verified.
 *
 * @param expectedEtag - Returns the `ETag` that the bytes have, if that can be known.
 */
export const storeOnce = async (
  bucket: Bucket,
  key: string,
  write: (condition: WriteCondition) => Promise<string>,
  expectedEtag: () => Promise<string | undefined>,
): Promise<StoredOnce> => {
  const existing = async (): Promise<StoredOnce | undefined> => {
    const expected = await expectedEtag();
    if (expected === undefined) return undefined;
    const object = await bucket.head(key);
    return object?.etag === expected ? { etag: expected, isOwn: false } : undefined;
  };
  const attempt = async (condition: WriteCondition): Promise<StoredOnce> => {
    try {
      return { etag: await write(condition), isOwn: true };
    } catch (thrown) {
      // The response to the first attempt of a completion may have been lost.
      const found = hasCode(thrown, NO_SUCH_UPLOAD) ? await existing() : undefined;
      if (found === undefined) throw thrown;
      return { ...found, isOwn: true };
    }
  };
  try {
    return await attempt('new');
  } catch (thrown) {
    if (!hasCode(thrown, CONDITION_FAILED)) throw thrown;
    return (await existing()) ?? attempt('always');
  }
};

/** Returns the `ETag` that stores compute of an object of one part, unless they encrypt it. */
export const etagOf = (bytes: Uint8Array): string => `"${digestOf('MD5', bytes)}"`;

/** Returns the `ETag` that stores compute of an object of several parts; `undefined` if those of the parts are not MD5. */
export const etagOfParts = (etags: readonly string[]): string | undefined => {
  const digests = etags.map((etag) => /^"?([0-9a-f]{32})"?$/.exec(etag)?.[1]);
  if (digests.length === 0 || digests.includes(undefined)) return undefined;
  return `"${digestOf('MD5', Buffer.from(digests.join(''), 'hex'))}-${etags.length}"`;
};
