/** Frees the memory of pieces that nobody needs any more at once, rather than when the collector comes. */

/** Frees a piece, which is empty from then on. */
export type ReleaseBuffer = (bytes: Uint8Array) => void;

/**
 * How the pieces of a body are freed; `undefined` where somebody else may hold them, too. A stream of bytes, which the platform's bodies
 * are, takes every piece away from whoever gives it; others hand out what they were given.
 */
export const bufferRelease = (stream: ReadableStream<Uint8Array>): ReleaseBuffer | undefined =>
  'transfer' in ArrayBuffer.prototype && isOfBytes(stream) ? free : undefined;

/** It cannot be told from others but by trying. */
const isOfBytes = (stream: ReadableStream<Uint8Array>): boolean => {
  try {
    stream.getReader({ mode: 'byob' }).releaseLock();
    return true;
  } catch {
    return false;
  }
};

const free: ReleaseBuffer = ({ buffer }) => {
  if ('transfer' in buffer && !buffer.detached) buffer.transfer(0);
};
