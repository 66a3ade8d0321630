/** Interrupts or transforms a body while it is read. */

type Bytes = Uint8Array<ArrayBuffer>;

/** Runs within a body. It may end the body, and returns true if the body continues; `canceled` aborts when the reader cancels. */
export type Interruption = (
  controller: ReadableStreamDefaultController<Bytes>,
  canceled: AbortSignal,
) => boolean | Promise<boolean>;

/**
 * Returns a body that is interrupted once.
 *
 * @param at - Number of bytes that are sent before; a shorter body is interrupted at its end.
 */
export const interruptBody = (body: ReadableStream<Bytes>, at: number, interruption: Interruption): ReadableStream<Bytes> => {
  const reader = body.getReader();
  const canceled = new AbortController();
  let remaining = Math.max(0, at);
  let isInterrupted = false;
  /** Bytes that were read, but not enqueued yet. */
  let buffered: Bytes | undefined;
  const next = async (): Promise<Bytes | undefined> => {
    const bytes = buffered ?? (await reader.read()).value;
    buffered = undefined;
    if (bytes === undefined || isInterrupted || bytes.length <= remaining) return bytes;
    buffered = bytes.subarray(remaining);
    return bytes.subarray(0, remaining);
  };
  const interrupt = async (controller: ReadableStreamDefaultController<Bytes>): Promise<boolean> => {
    isInterrupted = true;
    const continues = await interruption(controller, canceled.signal);
    if (!continues) await reader.cancel();
    return continues;
  };
  return new ReadableStream<Bytes>(
    {
      pull: async (controller) => {
        if (remaining === 0 && !isInterrupted && !(await interrupt(controller))) return;
        const bytes = await next();
        if (bytes !== undefined) {
          remaining -= bytes.length;
          controller.enqueue(bytes);
        } else if (isInterrupted || (await interrupt(controller))) controller.close();
      },
      cancel: async (reason) => {
        canceled.abort(reason);
        await reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
};

/** Returns a body whose chunks are transformed; `offset` is the position of the chunk within the body, in bytes. */
export const mapBody = (body: ReadableStream<Bytes>, project: (bytes: Bytes, offset: number) => Bytes): ReadableStream<Bytes> => {
  const reader = body.getReader();
  let offset = 0;
  return new ReadableStream<Bytes>(
    {
      pull: async (controller) => {
        const { value } = await reader.read();
        if (value === undefined) return controller.close();
        controller.enqueue(project(value, offset));
        offset += value.length;
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
};
