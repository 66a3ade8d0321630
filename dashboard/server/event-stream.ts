/** The server-sent events of a list of exports: the whole state first, and then what has changed. */

import { auditTime, concat, share, take, type Observable } from 'rxjs';
import { changesBetween, type ExportsState } from '../shared/exports.ts';

/** Milliseconds between two events. */
const PERIOD = 250;

/** Milliseconds between two comments, by which a connection without changes is kept, and a lost client noticed. */
const HEARTBEAT = 15_000;

/** Milliseconds after which a browser connects again. */
const RETRY = 2000;

/** Events that a client has not read yet; the next ones then wait, and become one. */
const MAX_UNREAD = 4;

/** Returns the response for one client. It ends when the client disconnects, or when the states complete. */
export type EventStream = (signal: AbortSignal) => Response;

/**
 * Creates the stream of events, with one timer and one serialization for all clients. Every connection begins with the whole state, also
 * after `Last-Event-ID`. A client that reads slowly misses states between, never the last one.
 *
 * @param state$ - Emits the latest state at once.
 */
export const createEventStream = (state$: Observable<ExportsState>): EventStream => {
  const changed$ = state$.pipe(auditTime(PERIOD), share());
  const serialize = createSerializer();
  return (signal) => {
    const encoder = new TextEncoder();
    let latest: ExportsState | undefined;
    let sent: ExportsState | undefined;
    let write = (): void => undefined;
    let close = (): void => undefined;
    const start = (controller: ReadableStreamDefaultController<Uint8Array>): void => {
      controller.enqueue(encoder.encode(`retry: ${RETRY}\n\n`));
      write = () => {
        if (latest === undefined || latest === sent || (controller.desiredSize ?? 0) <= 0) return;
        controller.enqueue(encoder.encode(serialize(sent, latest)));
        sent = latest;
      };
      const heartbeat = setInterval(() => controller.enqueue(encoder.encode(':\n\n')), HEARTBEAT);
      heartbeat.unref();
      const subscription = concat(state$.pipe(take(1)), changed$).subscribe({
        next: (state) => {
          latest = state;
          write();
        },
        complete: () => {
          clearInterval(heartbeat);
          controller.close();
        },
      });
      close = () => {
        clearInterval(heartbeat);
        subscription.unsubscribe();
      };
      signal.addEventListener('abort', () => close());
    };
    const body = new ReadableStream<Uint8Array>(
      { start, pull: () => write(), cancel: () => close() },
      { highWaterMark: MAX_UNREAD },
    );
    // A proxy must not keep events back.
    return new Response(body, { headers: { 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' } });
  };
};

/** Returns a function that returns the event for a state, given the one before it. Clients that are in step share the text. */
const createSerializer = (): ((previous: ExportsState | undefined, state: ExportsState) => string) => {
  const ids = new WeakMap<ExportsState, number>();
  const texts = new WeakMap<ExportsState, Map<ExportsState | undefined, string>>();
  let lastId = 0;
  return (previous, state) => {
    const id = ids.get(state) ?? ++lastId;
    ids.set(state, id);
    const ofState = texts.get(state) ?? new Map<ExportsState | undefined, string>();
    texts.set(state, ofState);
    const known = ofState.get(previous);
    if (known !== undefined) return known;
    const [event, data] = previous === undefined ? ['state', state] : ['changes', changesBetween(previous, state)];
    const text = `event: ${event}\nid: ${id}\ndata: ${JSON.stringify(data)}\n\n`;
    ofState.set(previous, text);
    return text;
  };
};
