/** Joins small pieces into large ones, for whatever costs as much for a small piece as for a large one. */

const size = 1024 * 1024;

/** What came in small pieces, on its way in large ones. */
export interface BatchWriter {
  /** A promise holds back the next piece; most only join the others, and need none. */
  add(bytes: Uint8Array): void | Promise<void>;
  /** Sends the rest. */
  flush(): Promise<void>;
  /** Forgets what was not sent yet. */
  clear(): void;
}

/** Sends one mebibyte after the other, each when the one before was taken. What was sent is not used again. */
export const createBatchWriter = (send: (bytes: Uint8Array<ArrayBuffer>) => void | Promise<void>): BatchWriter => {
  let buffer: Uint8Array<ArrayBuffer> | undefined;
  let filled = 0;

  const fill = (bytes: Uint8Array): void => {
    buffer ??= new Uint8Array(size);
    buffer.set(bytes, filled);
    filled += bytes.byteLength;
  };
  const flush = async (): Promise<void> => {
    const full = filled === size ? buffer : buffer?.slice(0, filled);
    buffer = undefined;
    filled = 0;
    if (full !== undefined && full.byteLength > 0) await send(full);
  };
  const addMore = async (bytes: Uint8Array): Promise<void> => {
    for (let rest = bytes; rest.byteLength > 0;) {
      const piece = rest.subarray(0, size - filled);
      fill(piece);
      rest = rest.subarray(piece.byteLength);
      if (filled === size) await flush();
    }
  };
  return {
    add: (bytes) => (filled + bytes.byteLength < size ? fill(bytes) : addMore(bytes)),
    flush,
    clear: () => {
      filled = 0;
    },
  };
};
