/** Frees the memory of chunks that are no longer needed at once, without waiting for the garbage collector. */

/** Frees a chunk, which is empty afterwards. */
export type FreeBuffer = (chunk: Uint8Array) => void;

/**
 * Returns how the chunks of a body are freed; `undefined` if other code may still hold them. A byte stream, such as the body of the
 * platform's `fetch`, transfers the buffer of each chunk to its reader; other streams pass on the buffers that they were given.
 */
export const createFreeBuffer = (stream: ReadableStream<Uint8Array>): FreeBuffer | undefined =>
  'transfer' in ArrayBuffer.prototype && isByteStream(stream) ? freeBuffer : undefined;

/** Only byte streams have BYOB readers. No property of a stream shows which kind it is. */
const isByteStream = (stream: ReadableStream<Uint8Array>): boolean => {
  try {
    stream.getReader({ mode: 'byob' }).releaseLock();
    return true;
  } catch {
    return false;
  }
};

const freeBuffer: FreeBuffer = ({ buffer }) => {
  if ('transfer' in buffer && !buffer.detached) buffer.transfer(0);
};
