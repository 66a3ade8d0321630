import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { download, vcenter, type DownloadOptions, type Sink } from 'rx-content-library';
import { createSimulator, type Scenario } from 'rx-content-library/simulator';
import { collect } from '../support/collect.ts';
import { ofType } from '../support/events.ts';
import { inFakeTime } from '../support/fake-time.ts';
import { memorySink } from '../support/memory-sink.ts';
import { operationNames, preparedAtOnce, simulatedVCenter, user } from '../support/simulated-vcenter.ts';

/** Bytes of a chunk of the simulator's bodies. */
const CHUNK = 256 * 1024;

const oneFile = (size: number) => ({
  libraries: [{ name: 'l', items: [{ name: 'i', id: 'item-1', contentVersion: '7', files: [{ name: 'disk.vmdk', size }] }] }],
});

/** A sink that takes so many milliseconds for each write. */
const slowSink = (delay: number): Sink & { readonly hashOf: () => string; readonly restarts: () => number } => {
  const memory = memorySink();
  let restarts = 0;
  return {
    ...memory,
    hashOf: () =>
      createHash('sha256')
        .update(memory.files.get('disk.vmdk') ?? '')
        .digest('hex'),
    restarts: () => restarts,
    open: async (file) => {
      const target = await memory.open(file);
      return {
        ...target,
        write: async (bytes) => {
          await new Promise((resolve) => setTimeout(resolve, delay));
          await target.write(bytes);
        },
        restart: async () => {
          restarts += 1;
        },
      };
    },
  };
};

const run = (scenario: Scenario, sink: Sink, size: number, options: DownloadOptions = {}, dialect: 'api' | 'rest' = 'api') =>
  inFakeTime(async () => {
    const { simulator, vc } = simulatedVCenter(dialect, {
      inventory: oneFile(size),
      scenario: { preparation: preparedAtOnce, ...scenario },
    });
    const { values, error } = await collect(download(vc, 'item-1', sink, options));
    expect(simulator.sessions).toEqual([]);
    return { simulator, values, error };
  });

const count = (names: readonly string[], operation: string): number => names.filter((name) => name.endsWith(operation)).length;

describe.each(['api', 'rest'] as const)('a lease of five minutes, in the dialect %s', (dialect) => {
  test('is extended once a minute during a transfer of twenty', async () => {
    const sink = slowSink(15_000);
    const { simulator, values, error } = await run({}, sink, 80 * CHUNK, {}, dialect);
    expect(error).toBeUndefined();
    expect(ofType(values, 'saved')).toMatchObject([{ bytes: 80 * CHUNK, verified: 'checksum' }]);
    expect(values.at(-1)).toMatchObject({ type: 'closed', duration: expect.any(Number) });
    expect(ofType(values, 'closed')[0]?.duration).toBeGreaterThan(20 * 60_000 - 1);
    const requested = operationNames(simulator);
    expect(count(requested, 'DownloadSession.create')).toBe(1);
    expect(count(requested, 'DownloadSession.keep_alive')).toBe(20);
    expect(ofType(values, 'lease').map(({ state }) => state)).toEqual(Array(20).fill('extended'));
    expect(ofType(values, 'lease')[0]?.expires).toMatch(/^\d{4}-\d\d-\d\dT/);
  });

  test('gets a keep-alive request once a minute', async () => {
    const { simulator } = await run({}, slowSink(15_000), 80 * CHUNK, {}, dialect);
    const keepAlives = simulator.requests.filter(({ operation }) => operation.endsWith('keep_alive'));
    expect(keepAlives).toHaveLength(20);
  });
});

test('a lease of two seconds is extended every two thirds of a second', async () => {
  const { simulator, values, error } = await run({ leases: { downloadSession: 2000 } }, slowSink(500), 20 * CHUNK);
  expect(error).toBeUndefined();
  expect(ofType(values, 'saved')).toHaveLength(1);
  expect(count(operationNames(simulator), 'DownloadSession.create')).toBe(1);
  expect(count(operationNames(simulator), 'DownloadSession.keep_alive')).toBeGreaterThanOrEqual(14);
});

describe('a lease that is lost during a transfer', () => {
  const lost: Scenario = { faults: [{ kind: 'session-lost', operation: 'data', at: 10 * CHUNK, times: 1 }] };

  test('is renewed, and the transfer resumes without fetching bytes twice', async () => {
    const sink = slowSink(10);
    const { simulator, values, error } = await run(lost, sink, 30 * CHUNK);
    expect(error).toBeUndefined();
    expect(ofType(values, 'lease').map(({ state }) => state)).toEqual(['lost', 'renewed']);
    expect(ofType(values, 'saved')).toMatchObject([{ bytes: 30 * CHUNK, verified: 'checksum' }]);
    expect(count(operationNames(simulator), 'DownloadSession.create')).toBe(2);
    expect(sink.restarts()).toBe(0);
    const received = ofType(values, 'progress').map((event) => event.received);
    expect(received).toEqual([...received].sort((one, other) => one - other));
  });

  test('is renewed, and the file restarts if the server does not support byte ranges', async () => {
    const sink = slowSink(10);
    const { values, error } = await run({ ...lost, data: { ranges: false } }, sink, 30 * CHUNK);
    expect(error).toBeUndefined();
    expect(sink.restarts()).toBe(1);
    expect(ofType(values, 'saved')).toMatchObject([{ bytes: 30 * CHUNK }]);
  });

  test('errors with LeaseError after four sessions in a row without bytes', async () => {
    const always: Scenario = { faults: [{ kind: 'session-lost', operation: 'data' }] };
    const { simulator, values, error } = await run(always, slowSink(0), 30 * CHUNK);
    expect(error).toMatchObject({ _tag: 'LeaseError', ending: 'gone' });
    expect(ofType(values, 'lease').map(({ state }) => state)).toEqual(['lost', 'renewed', 'lost', 'renewed', 'lost', 'renewed']);
    expect(count(operationNames(simulator), 'DownloadSession.create')).toBe(4);
  });
});

describe('a keep-alive request', () => {
  /** The progress that each keep-alive request of a transfer reported. */
  const reportedProgress = (dialect: 'api' | 'rest', scenario: Scenario, chunks: number) =>
    inFakeTime(async () => {
      const bodies: unknown[] = [];
      const simulated = createSimulator({
        inventory: oneFile(chunks * CHUNK),
        users: [user],
        scenario: { preparation: preparedAtOnce, ...scenario },
      });
      const fetch: typeof globalThis.fetch = async (input, init) => {
        const request = new Request(input, init);
        if (request.url.includes('keep-alive')) bodies.push(await request.clone().json());
        return simulated.fetch(request);
      };
      const vc = vcenter({ server: 'https://vcenter.example.com', credentials: user, dialect, fetch });
      const { values, error } = await collect(download(vc, 'item-1', slowSink(15_000)));
      expect(error).toBeUndefined();
      return { bodies, values };
    });

  test.each(['api', 'rest'] as const)('reports a progress only if it has grown (%s)', async (dialect) => {
    const { bodies, values } = await reportedProgress(dialect, { assumptions: { equalProgress: 'refused' } }, 40);
    expect(bodies).toHaveLength(10);
    expect(ofType(values, 'retrying')).toEqual([]);
    const reported = bodies.flatMap((body) => Object.values(body as Record<string, number>));
    expect(reported).toEqual([...new Set(reported)].sort((one, other) => one - other));
    expect(reported).not.toContain(0);
  });

  test('reports no progress while nothing moves', async () => {
    const { bodies } = await reportedProgress('api', { preparation: { preparing: 90_000 } }, 1);
    expect(bodies).toEqual([{}]);
  });

  test.each(['INVALID_ARGUMENT', 'UNAUTHORIZED', 'UNAUTHENTICATED', 'INTERNAL_SERVER_ERROR', 'SERVICE_UNAVAILABLE'] as const)(
    'that is refused with %s is retried, and the bytes go on',
    async (errorType) => {
      const operation = 'content.library.item.DownloadSession.keep_alive';
      const scenario: Scenario = { faults: [{ operation, kind: 'refusal', errorType, times: 2 }] };
      const { values, error, simulator } = await run(scenario, slowSink(15_000), 40 * CHUNK);
      expect(error).toBeUndefined();
      expect(ofType(values, 'saved')).toHaveLength(1);
      expect(count(operationNames(simulator), 'DownloadSession.create')).toBe(1);
    },
  );

  test('that is refused for good is reported as retrying, and ends nothing while the session is valid', async () => {
    const operation = 'content.library.item.DownloadSession.keep_alive';
    const scenario: Scenario = { faults: [{ operation, kind: 'refusal', errorType: 'UNSUPPORTED' }] };
    const { values, error, simulator } = await run(scenario, slowSink(15_000), 80 * CHUNK);
    expect(error).toBeUndefined();
    expect(ofType(values, 'saved')).toHaveLength(1);
    const [first] = ofType(values, 'retrying');
    expect(first).toMatchObject({ attempt: 1, delay: 60_000, error: { _tag: 'ApiError', error_type: 'UNSUPPORTED' } });
    expect(count(operationNames(simulator), 'DownloadSession.create')).toBe(1);
  });

  test('to which a proxy always responds with its page, and a session that is gone: a new session replaces it', async () => {
    const { values, error, simulator } = await run(
      {
        faults: [
          { operation: 'content.library.item.DownloadSession.keep_alive', kind: 'page', status: 400 },
          { operation: 'content.library.item.DownloadSession.get', kind: 'session-lost', after: 1, times: 1 },
        ],
      },
      slowSink(15_000),
      40 * CHUNK,
    );
    expect(error).toBeUndefined();
    expect(ofType(values, 'lease').map(({ state }) => state)).toEqual(['lost', 'renewed']);
    expect(count(operationNames(simulator), 'DownloadSession.create')).toBe(2);
  });
});
