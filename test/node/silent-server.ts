/**
 * Downloads from servers that fall silent, each at another moment, all at once. `silent-server.test.ts` runs it as a program of its own, to
 * see that it ends by itself. Its argument is the list of tasks.
 *
 * Time is virtual: it advances only while the server of every request in flight is silent. So no timeout depends on the speed of the
 * machine.
 */

import { writeSync } from 'node:fs';
import { download, withVCenter, type ContentLibraryError, type Sink } from 'rx-content-library';
import { nodeFetch, nodeHash } from 'rx-content-library/node';
import { requestIdHeader, type Report, type Silence, type Task } from './silent-server-protocol.ts';
import { installVirtualTime } from './virtual-time.ts';

const credentials = { username: 'administrator@vsphere.local', password: 'secret' };

const nullSink: Sink = {
  createHash: nodeHash,
  open: async () => ({ write: () => undefined, commit: async () => undefined, discard: async () => undefined }),
};

/** Virtual milliseconds, more than all timeouts of a task together. */
const TIME_LIMIT = 60_000;

const time = installVirtualTime();
const tasks = JSON.parse(process.argv[2] ?? '[]') as readonly Task[];
const reports: Report[] = tasks.map(() => ({}));
/** Bytes received so far, by request. */
const inFlight = new Map<string, number>();
/** Bytes after which its server falls silent, by request. */
const silences = new Map<string, number>();

const update = (task: number, change: Report): void => {
  reports[task] = { ...reports[task], ...change };
};

/** Passes a body on, without reading ahead. */
const track = (
  body: ReadableStream<Uint8Array>,
  onChunk: (chunk: Uint8Array) => void,
  onEnd: () => void,
): ReadableStream<Uint8Array> => {
  const reader = body.getReader();
  return new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        try {
          const { done, value } = await reader.read();
          if (!done) {
            onChunk(value);
            return controller.enqueue(value);
          }
          onEnd();
          controller.close();
        } catch (thrown) {
          onEnd();
          controller.error(thrown);
        }
      },
      cancel: async (reason) => {
        await reader.cancel(reason);
        onEnd();
      },
    },
    { highWaterMark: 0 },
  );
};

let requests = 0;

const trackedFetch =
  (task: number, fetch: typeof globalThis.fetch): typeof globalThis.fetch =>
  async (input, init) => {
    const request = new Request(input, init);
    const id = String((requests += 1));
    request.headers.set(requestIdHeader, id);
    inFlight.set(id, 0);
    const onEnd = (): void => {
      inFlight.delete(id);
      update(task, { idleAt: time.now() });
      advanceWhenSilent();
    };
    const onChunk = ({ byteLength }: Uint8Array): void => {
      inFlight.set(id, (inFlight.get(id) ?? 0) + byteLength);
      advanceWhenSilent();
    };
    try {
      const response = await fetch(request);
      if (response.body !== null) return new Response(track(response.body, onChunk, onEnd), response);
      onEnd();
      return response;
    } catch (thrown) {
      onEnd();
      throw thrown;
    }
  };

let isScheduled = false;

/** Lets everything that is ready run first. */
const advanceWhenSilent = (): void => {
  if (isScheduled) return;
  isScheduled = true;
  setImmediate(() =>
    setImmediate(() => {
      isScheduled = false;
      if (time.now() > TIME_LIMIT) throw new Error('a timer keeps the program alive');
      const isSilent = [...inFlight].every(([id, received]) => received === silences.get(id));
      if (isSilent && time.advance()) advanceWhenSilent();
    }),
  );
};

const subscriptions = tasks.map(({ server, fetch, patience }, task) => {
  const connection = {
    server,
    credentials,
    dialect: 'api',
    fetch: trackedFetch(task, fetch === 'node' ? nodeFetch() : globalThis.fetch),
    ...(patience === undefined ? {} : { timeout: patience, retry: false as const }),
  } as const;
  const options = patience === undefined ? {} : { timeout: patience, fileRetry: false as const };
  return withVCenter(connection, (vc) => download(vc, 'item-1', nullSink, options)).subscribe({
    error: ({ _tag: outcome }: ContentLibraryError) => update(task, { outcome }),
    complete: () => update(task, { outcome: 'completed' }),
  });
});

process.on('message', ({ task, requestId, sent, isMoment }: Silence) => {
  silences.set(requestId, sent);
  if (isMoment && tasks[task]?.patience === undefined) {
    subscriptions[task]?.unsubscribe();
    update(task, { outcome: 'unsubscribed' });
  }
  advanceWhenSilent();
});
// The test's messages must not keep the program alive.
process.channel?.unref();
process.on('exit', () => writeSync(1, JSON.stringify(reports)));
