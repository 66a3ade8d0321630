/** A file that is being written to a bucket. */

import type { Proof, SinkFile } from '../index.ts';
import { fileError } from './bucket-error.ts';
import type { Bucket } from './bucket.ts';
import type { MemoryBudget } from './memory-budget.ts';
import { beginMultipartUpload, type MultipartUpload, type Part } from './multipart-upload.ts';
import { partSize } from './part-size.ts';
import type { StoredFile } from './published-item.ts';
import { etagOf, etagOfParts, storeOnce, type StoredOnce } from './store-once.ts';

/** Where a file is written. */
export interface ObjectFileOptions {
  readonly bucket: Bucket;
  readonly budget: MemoryBudget;
  readonly key: string;
  /** Key of the record that the file is complete. */
  readonly recordKey: string;
  /** Size in bytes, if known. */
  readonly size: number | undefined;
  /** Called when the file and its record are in the bucket. */
  readonly onStored: (file: StoredFile) => void;
}

/** A part that is being filled. */
interface Filling {
  readonly buffer: Buffer;
  length: number;
}

/** One attempt to write the file, from its first byte. */
interface Attempt {
  readonly controller: AbortController;
  filling: Filling | undefined;
  /** Set once the file has more bytes than one part. */
  upload: MultipartUpload | undefined;
  /** Number of parts that are filled. */
  parts: number;
  received: number;
}

/**
 * Creates a file. Its bytes are sent in parts while it is written; the object exists when `commit` has completed the upload. A file of one
 * part is sent by `commit`.
 */
export const createObjectFile = ({ bucket, budget, key, recordKey, size, onStored }: ObjectFileOptions): SinkFile => {
  const path = bucket.uriOf(key);
  let attempt = newAttempt();
  let committing: Promise<void> | undefined;
  let stored: StoredOnce | undefined;
  let isDiscarded = false;

  const partOf = ({ buffer, length }: Filling): Part => ({
    bytes: buffer.subarray(0, length),
    release: () => budget.release(buffer.byteLength),
  });
  const allocate = async (current: Attempt): Promise<void> => {
    const wanted = partSize(size, current.parts + 1);
    const rest = size === undefined ? wanted : Math.max(1, size - current.received);
    const length = Math.min(wanted, rest);
    const { signal } = current.controller;
    await budget.acquire(length, signal);
    if (signal.aborted) {
      budget.release(length);
      throw signal.reason;
    }
    current.filling = { buffer: Buffer.allocUnsafeSlow(length), length: 0 };
  };
  /** Copies bytes into the part that is being filled, and returns those that do not fit. */
  const fill = (current: Attempt, bytes: Uint8Array): Uint8Array => {
    const { filling } = current;
    if (filling === undefined) return bytes;
    const fitting = bytes.subarray(0, filling.buffer.byteLength - filling.length);
    filling.buffer.set(fitting, filling.length);
    filling.length += fitting.byteLength;
    current.received += fitting.byteLength;
    return bytes.subarray(fitting.byteLength);
  };
  const sendFilling = async (current: Attempt): Promise<void> => {
    const { filling } = current;
    if (filling === undefined) return;
    current.filling = undefined;
    current.parts += 1;
    current.upload ??= beginMultipartUpload(bucket, key);
    await current.upload.add(partOf(filling));
  };
  const writeRest = async (current: Attempt, bytes: Uint8Array): Promise<void> => {
    let rest = bytes;
    while (rest.byteLength > 0) {
      await sendFilling(current);
      await allocate(current);
      rest = fill(current, rest);
    }
  };
  const abandon = async (current: Attempt): Promise<void> => {
    current.controller.abort();
    await current.upload?.abort();
    if (current.filling !== undefined) partOf(current.filling).release();
    current.filling = undefined;
  };

  const store = async (current: Attempt): Promise<StoredOnce> => {
    if (current.upload === undefined) {
      const bytes = current.filling === undefined ? new Uint8Array() : partOf(current.filling).bytes;
      return storeOnce(
        bucket,
        key,
        async (condition) => bucket.put(key, bytes, condition),
        async () => etagOf(bytes),
      );
    }
    const { upload } = current;
    await sendFilling(current);
    const etags = await upload.sent();
    const completed = await storeOnce(
      bucket,
      key,
      async (condition) => upload.complete(condition),
      async () => etagOfParts(etags),
    );
    if (!completed.isOwn) await upload.abort();
    return completed;
  };
  const commit = async (current: Attempt, { checksum, sha256 }: Proof): Promise<void> => {
    stored = await store(current);
    const file: StoredFile = {
      key,
      etag: stored.etag,
      bytes: current.received,
      ...(checksum === undefined ? {} : { checksum }),
      ...(sha256 === undefined ? {} : { sha256 }),
    };
    await bucket.put(recordKey, JSON.stringify(file), 'always');
    if (current.filling !== undefined) partOf(current.filling).release();
    current.filling = undefined;
    if (!isDiscarded) onStored(file);
  };
  const failing = async (work: Promise<unknown>): Promise<void> => {
    try {
      await work;
    } catch (thrown) {
      throw fileError(path, thrown);
    }
  };

  return {
    path,
    write: (bytes, freeBuffer) => {
      const current = attempt;
      const rest = fill(current, bytes);
      if (rest.byteLength === 0) return freeBuffer?.(bytes);
      return failing(writeRest(current, rest)).then(() => freeBuffer?.(bytes));
    },
    restart: async () => {
      await failing(abandon(attempt));
      attempt = newAttempt();
    },
    commit: async (proof) => {
      committing = commit(attempt, proof);
      await failing(committing);
    },
    discard: async () => {
      isDiscarded = true;
      attempt.upload?.stop();
      await committing?.catch(() => undefined);
      await abandon(attempt);
      if (stored?.isOwn !== true) return;
      await bucket.remove(recordKey);
      await bucket.remove(key);
    },
  };
};

const newAttempt = (): Attempt => ({
  controller: new AbortController(),
  filling: undefined,
  upload: undefined,
  parts: 0,
  received: 0,
});
