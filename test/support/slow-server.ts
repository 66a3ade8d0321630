import type { Simulator } from 'rx-content-library/simulator';

/** How the connections to a server are. */
export interface Connection {
  /** Milliseconds from a request to its answer. */
  readonly latency: number;
  /** Bytes a millisecond, of each connection. */
  readonly bytesPerMillisecond: number;
}

/** What a slow server has seen of its data service. */
export interface SlowServer {
  readonly fetch: typeof globalThis.fetch;
  /** Bodies of files that were neither read to their end nor cancelled. */
  readonly open: () => number;
  /** The most of them at a time, the requests for them included. */
  readonly maxOpen: () => number;
  /** Bytes of files that were sent. */
  readonly sent: () => number;
  /** The ranges that were asked for, `''` where it was the whole. */
  readonly ranges: readonly string[];
  /** What else was said of them. */
  readonly conditions: ReadonlySet<string | null>;
}

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** A simulator far away, and what it has to do with the bytes of files. The time is that of the platform's timers. */
export const slowServer = (simulator: Simulator, { latency, bytesPerMillisecond }: Connection): SlowServer => {
  const ranges: string[] = [];
  const conditions = new Set<string | null>();
  let [open, most, sent] = [0, 0, 0];
  const begin = (): (() => void) => {
    let isOver = false;
    open += 1;
    most = Math.max(most, open);
    return () => {
      if (!isOver) open -= 1;
      isOver = true;
    };
  };
  const slowed = (body: ReadableStream<Uint8Array<ArrayBuffer>>, end: () => void): ReadableStream<Uint8Array<ArrayBuffer>> => {
    const reader = body.getReader();
    let isCancelled = false;
    return new ReadableStream<Uint8Array<ArrayBuffer>>(
      {
        pull: async (controller) => {
          try {
            const { value } = await reader.read();
            if (isCancelled) return;
            if (value === undefined) {
              end();
              controller.close();
              return;
            }
            sent += value.byteLength;
            if (bytesPerMillisecond !== Infinity) await pause(value.byteLength / bytesPerMillisecond);
            if (!isCancelled) controller.enqueue(value);
          } catch (thrown) {
            end();
            throw thrown;
          }
        },
        cancel: async (reason) => {
          isCancelled = true;
          end();
          await reader.cancel(reason);
        },
      },
      { highWaterMark: 0 },
    );
  };
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const request = new Request(input, init);
    const isData = request.url.includes('/cls/');
    const end = isData ? begin() : () => undefined;
    if (isData) ranges.push(request.headers.get('range') ?? '');
    if (request.headers.has('range')) conditions.add(request.headers.get('if-range'));
    request.signal.addEventListener('abort', end);
    try {
      if (latency > 0) await pause(latency);
      request.signal.throwIfAborted();
      const response = await simulator.fetch(request);
      if (!isData) return response;
      const { status, headers } = response;
      if (response.body !== null) return new Response(slowed(response.body, end), { status, headers });
      end();
      return new Response(null, { status, headers });
    } catch (thrown) {
      end();
      throw thrown;
    }
  };
  return { fetch, open: () => open, maxOpen: () => most, sent: () => sent, ranges, conditions };
};
