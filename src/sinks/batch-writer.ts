/** Joins small chunks into 1 MiB, for targets where a small write costs as much as a large one. */

/** Bytes. */
const BATCH_SIZE = 1024 * 1024;

export interface BatchWriter {
  /** Most chunks only join the batch, and need no promise; a promise means backpressure. */
  add(bytes: Uint8Array): void | Promise<void>;
  /** Sends the incomplete batch. */
  flush(): Promise<void>;
  /** Drops what was not sent yet. */
  clear(): void;
}

/** Sends one batch after the other, each when the previous one was accepted. A buffer that was sent is not reused. */
export const createBatchWriter = (send: (bytes: Uint8Array<ArrayBuffer>) => void | Promise<void>): BatchWriter => {
  let buffer: Uint8Array<ArrayBuffer> | undefined;
  let length = 0;

  const append = (bytes: Uint8Array): void => {
    buffer ??= new Uint8Array(BATCH_SIZE);
    buffer.set(bytes, length);
    length += bytes.byteLength;
  };
  const flush = async (): Promise<void> => {
    const batch = length === BATCH_SIZE ? buffer : buffer?.slice(0, length);
    buffer = undefined;
    length = 0;
    if (batch !== undefined && batch.byteLength > 0) await send(batch);
  };
  const appendAndFlush = async (bytes: Uint8Array): Promise<void> => {
    for (let rest = bytes; rest.byteLength > 0;) {
      const part = rest.subarray(0, BATCH_SIZE - length);
      append(part);
      rest = rest.subarray(part.byteLength);
      if (length === BATCH_SIZE) await flush();
    }
  };
  return {
    add: (bytes) => (length + bytes.byteLength < BATCH_SIZE ? append(bytes) : appendAndFlush(bytes)),
    flush,
    clear: () => {
      length = 0;
    },
  };
};
