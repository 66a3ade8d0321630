/** Files that arrive too slowly, though every attempt receives some bytes. */

import { describe, expect, test } from '@jest/globals';
import { download, vcenter, type DownloadOptions, type Sink } from 'rx-content-library';
import { createSimulator, type Scenario } from 'rx-content-library/simulator';
import { collect } from '../support/collect.ts';
import { ofType } from '../support/events.ts';
import { inFakeTime } from '../support/fake-time.ts';
import { restartableMemorySink } from '../support/memory-sink.ts';
import { preparedAtOnce, user } from '../support/simulated-vcenter.ts';

const size = 1_000_000;
const inventory = { libraries: [{ name: 'l', items: [{ name: 'i', id: 'item-1', files: [{ name: 'a.iso', size }] }] }] };

interface Server {
  /** Number of bytes that a response sends at once. */
  readonly burst: number;
  /** Milliseconds between two bursts; the response never ends otherwise. */
  readonly every?: number;
  /** What follows a single burst, if there is no `every`. */
  readonly then?: 'silence' | 'break';
  readonly scenario?: Scenario;
}

/** A server whose responses with bytes of the file are slow. */
const slowFetch = ({ burst, every, then, scenario = {} }: Server): typeof globalThis.fetch => {
  const simulator = createSimulator({ inventory, users: [user], scenario: { preparation: preparedAtOnce, ...scenario } });
  return async (input, init) => {
    const request = new Request(input, init);
    const response = await simulator.fetch(request);
    if (!request.url.includes('/cls/') || !response.ok) return response;
    const bytes = new Uint8Array(await response.arrayBuffer());
    let sent = 0;
    let timer: ReturnType<typeof setInterval> | undefined;
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        const send = (): void => {
          controller.enqueue(bytes.slice(sent, (sent += burst)));
          if (sent < bytes.byteLength && then !== 'break') return;
          clearInterval(timer);
          controller.close();
        };
        if (every !== undefined) timer = setInterval(send, every);
        send();
      },
      cancel: () => clearInterval(timer),
    });
    return new Response(body as BodyInit, { status: response.status, headers: response.headers });
  };
};

const run = (server: Server, options: DownloadOptions = {}, sink: Sink = restartableMemorySink()) =>
  inFakeTime(async () => {
    const vc = vcenter({ server: 'https://vcenter.example.com', credentials: user, fetch: slowFetch(server), dialect: 'api' });
    const startedAt = Date.now();
    const { values, error } = await collect(download(vc, 'item-1', sink, options));
    return { values, error, duration: Date.now() - startedAt };
  });

describe('a file that receives 100 bytes and then nothing, again and again', () => {
  test('fails, with the speed in the error', async () => {
    const { error, values, duration } = await run({ burst: 100, then: 'silence' }, { timeout: 60_000 });
    expect(error).toMatchObject({ _tag: 'TimeoutError', timeout: 300_000, speed: { minimum: 1000 } });
    expect(String(error)).toMatch(/received [4567]00 bytes in 300 s, [12]\.?\d* bytes\/s; the minimum is 1000 bytes\/s/);
    expect(ofType(values, 'retrying').length).toBeGreaterThan(3);
    expect(duration).toBeLessThan(400_000);
  });

  test.each([1000, 5000, 120_000])('fails within six times a timeout of %d ms', async (timeout) => {
    const { error, duration } = await run({ burst: 100, then: 'silence' }, { timeout });
    expect(error).toMatchObject({ _tag: 'TimeoutError', timeout: 5 * timeout });
    expect(duration).toBeLessThan(6 * timeout + 2000);
  });

  test('fails for itself only with continueOnError', async () => {
    const { error, values } = await run({ burst: 100, then: 'silence' }, { timeout: 5000, continueOnError: true });
    expect(error).toBeUndefined();
    expect(ofType(values, 'failed')).toMatchObject([{ error: { _tag: 'TimeoutError', speed: { minimum: 1000 } } }]);
  });
});

test('a file whose connection breaks after every few bytes fails', async () => {
  const { error } = await run(
    { burst: 100, then: 'break' },
    { timeout: 10_000, fileRetry: { delay: 2000 }, lowSpeed: { bytesPerSecond: 5000 } },
  );
  expect(error).toMatchObject({ _tag: 'TimeoutError', timeout: 50_000, speed: { minimum: 5000 } });
});

test('a file that trickles over one connection fails', async () => {
  const { error } = await run({ burst: 100, every: 1000 }, { lowSpeed: { bytesPerSecond: 200, time: 30_000 } });
  expect(error).toMatchObject({ _tag: 'TimeoutError', timeout: 30_000, speed: { minimum: 200 } });
});

test('a file that is slow, but not too slow, is saved', async () => {
  const { error, values } = await run({ burst: 100_000, every: 1000 }, { lowSpeed: { bytesPerSecond: 99_000, time: 5000 } });
  expect(error).toBeUndefined();
  expect(ofType(values, 'saved')).toMatchObject([{ bytes: size, verified: 'checksum' }]);
});

test('the time in which the sink is writing is not measured', async () => {
  const sink: Sink = {
    open: async () => ({
      write: () => new Promise((resolve) => setTimeout(resolve, 30_000)),
      commit: async () => undefined,
      discard: async () => undefined,
    }),
  };
  const { error, duration } = await run(
    { burst: 500_000, every: 1 },
    { lowSpeed: { bytesPerSecond: 100_000, time: 10_000 } },
    sink,
  );
  expect(error).toBeUndefined();
  expect(duration).toBeGreaterThanOrEqual(60_000);
});

test('the delays of a busy server are not measured', async () => {
  const scenario: Scenario = {
    faults: [{ kind: 'refusal', operation: 'data', errorType: 'SERVICE_UNAVAILABLE', times: 3, retryAfter: 400 }],
  };
  const { error } = await run({ burst: size, scenario }, { timeout: 10_000 });
  expect(error).toBeUndefined();
});

test('lowSpeed: false allows any speed', async () => {
  const server: Server = { burst: 50_000, then: 'silence' };
  expect(await run(server, { timeout: 60_000 })).toMatchObject({ error: { _tag: 'TimeoutError', speed: { minimum: 1000 } } });
  const { error, duration } = await run(server, { timeout: 60_000, lowSpeed: false });
  expect(error).toBeUndefined();
  expect(duration).toBeGreaterThan(1_000_000);
});

test.each([{ bytesPerSecond: -1 }, { bytesPerSecond: NaN }, { time: 0 }, { time: -5 }, { speed: 3 }])(
  'lowSpeed %j is a TypeError',
  async (lowSpeed) => {
    const { error } = await run({ burst: 1 }, { lowSpeed });
    expect(error).toBeInstanceOf(TypeError);
  },
);
