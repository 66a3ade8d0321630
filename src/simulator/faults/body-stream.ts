/** A body with something done to it while it is read. */

type Bytes = Uint8Array<ArrayBuffer>;

/**
 * What happens within a body. It may end the body, and answers whether it goes on; `cancelled` aborts when nobody reads it any more.
 */
export type Interruption = (
  controller: ReadableStreamDefaultController<Bytes>,
  cancelled: AbortSignal,
) => boolean | Promise<boolean>;

/**
 * A body that is interrupted once.
 *
 * @param at - How many bytes are handed over before; where there are fewer, it happens at their end.
 */
export const interruptBody = (body: ReadableStream<Bytes>, at: number, interruption: Interruption): ReadableStream<Bytes> => {
  const reader = body.getReader();
  const cancelled = new AbortController();
  let left = Math.max(0, at);
  let isOver = false;
  /** What was read and not handed over yet. */
  let kept: Bytes | undefined;
  const next = async (): Promise<Bytes | undefined> => {
    const bytes = kept ?? (await reader.read()).value;
    kept = undefined;
    if (bytes === undefined || isOver || bytes.length <= left) return bytes;
    kept = bytes.subarray(left);
    return bytes.subarray(0, left);
  };
  const interrupt = async (controller: ReadableStreamDefaultController<Bytes>): Promise<boolean> => {
    isOver = true;
    const goesOn = await interruption(controller, cancelled.signal);
    if (!goesOn) await reader.cancel();
    return goesOn;
  };
  return new ReadableStream<Bytes>(
    {
      pull: async (controller) => {
        if (left === 0 && !isOver && !(await interrupt(controller))) return;
        const bytes = await next();
        if (bytes !== undefined) {
          left -= bytes.length;
          controller.enqueue(bytes);
        } else if (isOver || (await interrupt(controller))) controller.close();
      },
      cancel: async (reason) => {
        cancelled.abort(reason);
        await reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
};

/** A body each piece of which is changed; `offset` is that of the piece within the body, in bytes. */
export const mapBody = (body: ReadableStream<Bytes>, change: (bytes: Bytes, offset: number) => Bytes): ReadableStream<Bytes> => {
  const reader = body.getReader();
  let offset = 0;
  return new ReadableStream<Bytes>(
    {
      pull: async (controller) => {
        const { value } = await reader.read();
        if (value === undefined) return controller.close();
        controller.enqueue(change(value, offset));
        offset += value.length;
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
};
