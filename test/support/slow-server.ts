import type { Simulator } from 'rx-content-library/simulator';

/** The speed of the connections to a server. */
export interface Connection {
  /** Milliseconds from a request to its response. */
  readonly latency: number;
  /** Bytes per millisecond on each connection. */
  readonly bytesPerMillisecond: number;
}

/** A slow server, with counters of its data service. */
export interface SlowServer {
  readonly fetch: typeof globalThis.fetch;
  /** Number of responses that were neither read to the end nor cancelled. */
  readonly open: () => number;
  /** Maximum of `open()` so far, including requests without a response yet. */
  readonly maxOpen: () => number;
  /** File bytes sent. */
  readonly sent: () => number;
  /** The requested ranges; `''` for a request without a range. */
  readonly ranges: readonly string[];
  /** The `If-Range` headers of the requests with a range. */
  readonly conditions: ReadonlySet<string | null>;
}

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Delays the responses of a simulator with the platform's timers, and counts requests for file data. */
export const slowServer = (simulator: Simulator, { latency, bytesPerMillisecond }: Connection): SlowServer => {
  const ranges: string[] = [];
  const conditions = new Set<string | null>();
  let [open, most, sent] = [0, 0, 0];
  const begin = (): (() => void) => {
    let hasEnded = false;
    open += 1;
    most = Math.max(most, open);
    return () => {
      if (!hasEnded) open -= 1;
      hasEnded = true;
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
