/** A multipart upload: sends parts, a few at a time. */

import type { Bucket, WriteCondition } from './bucket.ts';

/** A part to send. */
export interface Part {
  readonly bytes: Uint8Array;
  /** Called when the bytes are no longer needed. */
  readonly release: () => void;
}

/** A multipart upload. The object does not exist before `complete` fulfills. */
export interface MultipartUpload {
  /** Begins to send a part; fulfills when the next one may be added. Rejects if a part has failed. */
  add(part: Part): Promise<void>;
  /** Waits until all parts are sent. Rejects if one has failed. */
  sent(): Promise<readonly string[]>;
  /** Makes the parts an object, and returns its `ETag`. */
  complete(condition: WriteCondition): Promise<string>;
  /** Stops sending; `sent` and `complete` reject, unless the completion has been requested. */
  stop(): void;
  /** Stops sending and removes the parts. Waits for the requests in flight, because they would leave parts behind. */
  abort(): Promise<void>;
}

/** Parts that are sent at the same time. */
const PART_CONCURRENCY = 4;

/** Begins a multipart upload. */
export const beginMultipartUpload = (bucket: Bucket, key: string): MultipartUpload => {
  const controller = new AbortController();
  const { signal } = controller;
  // It is not aborted: its response states what has to be removed.
  const begun = bucket.beginUpload(key);
  const sending = new Set<Promise<void>>();
  const etags: string[] = [];
  let failure: { readonly thrown: unknown } | undefined;
  const fail = (thrown: unknown): void => {
    failure ??= { thrown };
  };
  begun.catch(fail);

  const send = async (number: number, { bytes, release }: Part): Promise<void> => {
    try {
      const uploadId = await begun;
      signal.throwIfAborted();
      etags[number - 1] = await bucket.uploadPart({ key, uploadId, number, bytes, signal });
    } catch (thrown) {
      fail(thrown);
    } finally {
      release();
    }
  };
  const throwIfFailed = (): void => {
    signal.throwIfAborted();
    if (failure !== undefined) throw failure.thrown;
  };
  const sent = async (): Promise<readonly string[]> => {
    await Promise.all(sending);
    throwIfFailed();
    return etags;
  };
  let parts = 0;
  return {
    add: async (part) => {
      try {
        throwIfFailed();
      } catch (thrown) {
        part.release();
        throw thrown;
      }
      parts += 1;
      const done: Promise<void> = send(parts, part).finally(() => sending.delete(done));
      sending.add(done);
      while (sending.size >= PART_CONCURRENCY) await Promise.race(sending);
      throwIfFailed();
    },
    sent,
    complete: async (condition) => bucket.completeUpload(key, await begun, await sent(), condition),
    stop: () => controller.abort(),
    abort: async () => {
      controller.abort();
      await Promise.all(sending);
      let uploadId: string;
      try {
        uploadId = await begun;
      } catch {
        return;
      }
      await bucket.abortUpload(key, uploadId);
    },
  };
};
