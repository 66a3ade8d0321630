import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { download, logout, SinkError, vcenter, withVCenter, type DownloadEvent, type Sink } from 'rx-content-library';
import { createSimulator, type Scenario } from 'rx-content-library/simulator';
import { filter, firstValueFrom, lastValueFrom, map, Subscription, take, tap } from 'rxjs';
import { collect, collectValues } from '../support/collect.ts';
import { ofType } from '../support/events.ts';
import { inFakeTime } from '../support/fake-time.ts';
import { memorySink } from '../support/memory-sink.ts';
import { inventory, operationNames, preparedAtOnce, simulatedVCenter, user } from '../support/simulated-vcenter.ts';

const disk = 'ubuntu disk #1.vmdk';
const names = ['ubuntu.ovf', disk, 'ubuntu.nvram'];
const server = 'https://vcenter.example.com';

/** A simulator whose responses are modified: those with the bytes of a file by `data`, the text of all others by `json`. */
const modifiedVCenter = (
  modify: { data?: (response: Response) => Response; json?: (text: string) => string },
  scenario: Scenario = { preparation: preparedAtOnce },
) => {
  const simulator = createSimulator({ inventory, users: [user], scenario });
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const request = new Request(input, init);
    const response = await simulator.fetch(request);
    if (request.url.includes('/cls/data/')) return modify.data?.(response) ?? response;
    if (modify.json === undefined || response.status === 204) return response;
    return new Response(modify.json(await response.text()), {
      status: response.status,
      headers: { 'content-type': 'application/json' },
    });
  };
  return { simulator, vc: vcenter({ server, credentials: user, fetch }) };
};

const headersWithout = ({ headers }: Response, ...removed: string[]): Headers => {
  const remaining = new Headers(headers);
  for (const name of removed) remaining.delete(name);
  return remaining;
};

const mapBody = (
  response: Response,
  transform: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer> | undefined,
): ReadableStream | null =>
  response.body?.pipeThrough(
    new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
      transform: (chunk, controller) => {
        const mapped = transform(chunk);
        if (mapped !== undefined) controller.enqueue(mapped);
      },
    }),
  ) ?? null;

/** The first bytes of a body, which then closes normally. */
const truncateBody = (response: Response, limit: number): ReadableStream | null => {
  let left = limit;
  return mapBody(response, (bytes) => {
    const chunk = bytes.subarray(0, left);
    left -= chunk.byteLength;
    return chunk.byteLength > 0 ? chunk : undefined;
  });
};

describe.each(['api', 'rest'] as const)('a download in the dialect %s', (dialect) => {
  test('downloads every file, verified by checksum, with all events', async () => {
    const { simulator, vc } = simulatedVCenter(dialect);
    const sink = memorySink();
    const events = await collectValues(download(vc, { id: 'item-1', name: 'ubuntu' }, sink));

    expect(events[0]).toEqual({
      type: 'opened',
      itemId: 'item-1',
      itemName: 'ubuntu',
      dialect,
      strategy: 'session',
      downloadSessionId: expect.any(String),
      contentVersion: '7',
      files: names.map((name) => ({ name })),
    });
    for (const name of names) {
      const eventsOfFile = events.filter((event) => 'file' in event && event.file === name);
      expect(eventsOfFile.map(({ type }) => type).slice(-3)).toEqual(['progress', 'progress', 'saved']);
      expect(eventsOfFile.slice(0, -3).every(({ type }) => type === 'status')).toBe(true);
      const bytes = sink.files.get(name) ?? new Uint8Array();
      expect(eventsOfFile.at(-1)).toEqual({
        type: 'saved',
        file: name,
        bytes: bytes.byteLength,
        path: `/memory/${name}`,
        checksum: { algorithm: 'SHA1', value: createHash('sha1').update(bytes).digest('hex') },
        verified: 'checksum',
      });
    }
    expect(sink.files.get(disk)?.byteLength).toBe(300_000);
    expect(new TextDecoder().decode(sink.files.get('ubuntu.ovf'))).toBe('<Envelope/>');
    expect(events.at(-1)).toEqual({ type: 'closed', files: 3, failed: 0, bytes: 300_016, duration: expect.any(Number) });
    expect(simulator.sessions).toEqual([]);
    expect(operationNames(simulator)).not.toContain('content.library.item.DownloadSession.cancel');
  });

  test('prepares five files and polls them together, with one list per poll', async () => {
    // Each read of the clock advances it by 30 ms: the preparation takes several polls, and the test no time.
    let now = 0;
    const five = ['a', 'b', 'c', 'd', 'e'].map((name) => ({ name, content: name }));
    const { simulator, vc } = simulatedVCenter(dialect, {
      clock: { now: () => (now += 30) },
      scenario: { preparation: { requested: 2400, preparing: 2400 } },
      inventory: { libraries: [{ name: 'l', items: [{ name: 'i', id: 'item-5', files: five }] }] },
    });
    const sink = memorySink();
    const events = await collectValues(download(vc, 'item-5', sink, { period: 1 }));
    expect([...sink.files.keys()].sort()).toEqual(['a', 'b', 'c', 'd', 'e']);

    const requested = operationNames(simulator);
    const prepares = requested.filter((name) => name.endsWith('File.prepare'));
    const afterPrepares = requested.slice(requested.lastIndexOf('content.library.item.downloadsession.File.prepare') + 1);
    const polls = afterPrepares.slice(0, afterPrepares.indexOf('data'));
    expect(prepares).toHaveLength(5);
    expect(polls.length).toBeGreaterThan(3);
    expect(new Set(polls)).toEqual(new Set(['content.library.item.downloadsession.File.list']));
    const statuses = ofType(events, 'status')
      .filter(({ file }) => file === 'a')
      .map(({ status }) => status);
    expect([...new Set(statuses)]).toEqual(['PREPARE_REQUESTED', 'PREPARING', 'PREPARED']);
  });
});

describe('the option files', () => {
  test('selects files with a predicate', async () => {
    const { vc } = simulatedVCenter();
    const sink = memorySink();
    const events = await collectValues(download(vc, 'item-1', sink, { files: (name) => name.endsWith('.nvram') }));
    expect([...sink.files.keys()]).toEqual(['ubuntu.nvram']);
    expect(events[0]).toMatchObject({ files: [{ name: 'ubuntu.nvram' }] });
  });

  test('selects files by name; vCenter refuses a name that the item does not have (400)', async () => {
    const { simulator, vc } = simulatedVCenter();
    const { error } = await collect(download(vc, 'item-1', memorySink(), { files: ['ubuntu.ovf', 'none.iso'] }));
    expect(error).toMatchObject({ _tag: 'ApiError', status: 400, error_type: 'INVALID_ARGUMENT' });
    expect(simulator.sessions).toEqual([]);
  });

  test('selecting no file emits opened and closed', async () => {
    const { vc } = simulatedVCenter();
    const events = await collectValues(download(vc, 'item-1', memorySink(), { files: () => false }));
    expect(events.map(({ type }) => type)).toEqual(['opened', 'closed']);
  });
});

describe('a file is not saved', () => {
  const failedDownload = async (
    setup: ReturnType<typeof modifiedVCenter>,
    sink: Sink & { log?: string[] } = memorySink(),
    files: readonly string[] = [disk],
  ) => {
    const { values, error } = await collect(download(setup.vc, 'item-1', sink, { files, timeout: 60_000, fileRetry: false }));
    expect(ofType(values, 'saved')).toEqual([]);
    expect(ofType(values, 'closed')).toEqual([]);
    expect(setup.simulator.sessions).toEqual([]);
    expect(operationNames(setup.simulator).slice(-2)).toEqual([
      'content.library.item.DownloadSession.cancel',
      'content.library.item.DownloadSession.delete',
    ]);
    return error;
  };

  test('when the body is shorter than Content-Length, even if it closes normally', async () => {
    const cut = (response: Response) => new Response(truncateBody(response, 100_000), { headers: headersWithout(response) });
    const sink = memorySink();
    expect(await failedDownload(modifiedVCenter({ data: cut }), sink)).toMatchObject({
      _tag: 'TruncatedError',
      file: disk,
      expected: 300_000,
      received: 100_000,
    });
    expect(sink.log).toEqual([`open ${disk}`, `discard ${disk}`]);
  });

  test('when the body has no Content-Length and is shorter than the size that the session states', async () => {
    const cut = (response: Response) =>
      new Response(truncateBody(response, 100_000), { headers: headersWithout(response, 'content-length') });
    expect(await failedDownload(modifiedVCenter({ data: cut }))).toMatchObject({
      _tag: 'TruncatedError',
      expected: 300_000,
      received: 100_000,
    });
  });

  test('when a byte is wrong', async () => {
    const flip = (response: Response) =>
      new Response(
        mapBody(response, (bytes) => bytes.with(7, (bytes[7] ?? 0) ^ 1)),
        { headers: headersWithout(response) },
      );
    const error = await failedDownload(modifiedVCenter({ data: flip }));
    expect(error).toMatchObject({ _tag: 'ChecksumError', file: disk, algorithm: 'SHA1' });
  });

  test('when the connection breaks during the body', async () => {
    const connectionError = (response: Response) =>
      new Response(
        new ReadableStream({
          start: (controller) => controller.enqueue(new Uint8Array(1000)),
          pull: (controller) => controller.error(new TypeError('terminated')),
        }),
        { headers: headersWithout(response) },
      );
    expect(await failedDownload(modifiedVCenter({ data: connectionError }))).toMatchObject({
      _tag: 'TruncatedError',
      expected: 300_000,
      received: 1000,
    });
  });

  test('when no more bytes are received', async () => {
    const { simulator, vc } = modifiedVCenter({
      data: (response) => new Response(new ReadableStream(), { headers: headersWithout(response) }),
    });
    const { error } = await collect(
      download(vc, 'item-1', memorySink(), { files: [disk], timeout: 5, period: 1, fileRetry: false }),
    );
    expect(error).toMatchObject({ _tag: 'TimeoutError', timeout: 5 });
    expect(simulator.sessions).toEqual([]);
  });

  test('when its address returns 404 in every session: LeaseError', async () => {
    const notFound = () => new Response('Not found', { status: 404 });
    expect(await inFakeTime(() => failedDownload(modifiedVCenter({ data: notFound })))).toMatchObject({
      _tag: 'LeaseError',
      downloadSessionId: expect.any(String),
    });
  });

  test('when its address is not HTTP but on a datastore', async () => {
    const toDatastore = (text: string) =>
      text.replaceAll(/https:\/\/vcenter\.example\.com\/cls\/data\/[^"]*/g, 'ds:///vmfs/volumes/1/disk.vmdk');
    expect(await failedDownload(modifiedVCenter({ json: toDatastore }))).toMatchObject({
      _tag: 'UnsupportedEndpointError',
      scheme: 'ds:',
    });
  });

  test('when it is PREPARED without an address', async () => {
    const withoutEndpoint = (text: string) => text.replaceAll(/,?"download_endpoint":\{[^}]*\}/g, '');
    expect(await failedDownload(modifiedVCenter({ json: withoutEndpoint }))).toMatchObject({ _tag: 'DecodeError' });
  });

  test.each([
    ['vCenter’s message', { id: 'com.vmware.locked', default_message: 'The disk is locked.', args: [] }, 'The disk is locked.'],
    ['that no reason was given', null, 'no reason given'],
  ] as const)('when its preparation ends with ERROR: the error states %s', async (_, message, expected) => {
    const setup = modifiedVCenter({}, { preparation: { ...preparedAtOnce, outcome: 'ERROR', message } });
    expect(await failedDownload(setup)).toMatchObject({
      _tag: 'PreparationError',
      file: disk,
      message: expect.stringContaining(expected),
    });
  });

  test.each(['open', 'write', 'commit'] as const)('when the sink fails to %s', async (method) => {
    const noSpaceError = Object.assign(new Error('no space left'), { code: 'ENOSPC' });
    const memory = memorySink();
    const failing: Sink = {
      open: async (file) => {
        if (method === 'open') throw noSpaceError;
        const target = await memory.open(file);
        return { ...target, [method]: () => Promise.reject(noSpaceError) };
      },
    };
    expect(await failedDownload(modifiedVCenter({}), failing)).toMatchObject({
      _tag: 'SinkError',
      message: expect.stringContaining('no space left'),
    });
    expect(memory.log).toEqual(method === 'open' ? [] : [`open ${disk}`, `discard ${disk}`]);
  });

  test('when the sink rejects with a SinkError, which is passed on', async () => {
    const sinkError = new SinkError({ path: '/x', code: 'EEXIST', reason: 'it is there already' });
    expect(await failedDownload(modifiedVCenter({}), { open: () => Promise.reject(sinkError) })).toBe(sinkError);
  });
});

test('the first files are transferred while the preparation of others is still to be requested', async () => {
  const files = Array.from({ length: 30 }, (_, index) => ({ name: `${index}.txt`, content: `${index}` }));
  const { simulator, vc } = simulatedVCenter('api', {
    inventory: { libraries: [{ name: 'l', items: [{ name: 'many', id: 'many', files }] }] },
  });
  const sink = memorySink();
  await collectValues(download(vc, 'many', sink));
  expect(sink.files.size).toBe(30);
  const operations = operationNames(simulator);
  const firstData = operations.indexOf('data');
  const lastPrepare = operations.lastIndexOf('content.library.item.downloadsession.File.prepare');
  expect(firstData).toBeGreaterThan(-1);
  expect(lastPrepare).toBeGreaterThan(firstData);
});

test('with continueOnError the other files are saved, and a failed event reports the failure', async () => {
  const { simulator, vc } = simulatedVCenter('api', {
    scenario: { preparation: preparedAtOnce, files: { [disk]: { outcome: 'ERROR', message: null } } },
  });
  const sink = memorySink();
  const events = await collectValues(download(vc, 'item-1', sink, { continueOnError: true }));
  expect([...sink.files.keys()].sort()).toEqual(['ubuntu.nvram', 'ubuntu.ovf']);
  expect(ofType(events, 'failed')).toEqual([
    { type: 'failed', file: disk, error: expect.objectContaining({ _tag: 'PreparationError' }) },
  ]);
  expect(events.at(-1)).toMatchObject({ type: 'closed', files: 2, failed: 1 });
  expect(simulator.sessions).toEqual([]);
});

describe('verification', () => {
  test('compares the length if no checksum is stated', async () => {
    const { vc } = simulatedVCenter('api', { scenario: { preparation: preparedAtOnce, checksums: 'none' } });
    const events = await collectValues(download(vc, 'item-1', memorySink()));
    expect(ofType(events, 'saved').map(({ verified, checksum }) => [verified, checksum?.algorithm])).toEqual([
      ['length', 'SHA256'],
      ['length', 'SHA256'],
      ['length', 'SHA256'],
    ]);
  });

  test('is none if neither a checksum nor a length is stated', async () => {
    const { vc } = modifiedVCenter(
      {
        data: (response) => new Response(response.body, { headers: headersWithout(response, 'content-length') }),
        json: (text) => text.replaceAll(/"size":\d+,?/g, ''),
      },
      { preparation: preparedAtOnce, checksums: 'none', data: { ranges: false } },
    );
    const events = await collectValues(download(vc, 'item-1', memorySink(), { files: [disk] }));
    expect(ofType(events, 'saved')).toMatchObject([{ verified: 'none', bytes: 300_000 }]);
    expect(ofType(events, 'progress').every(({ total }) => total === undefined)).toBe(true);
  });

  test('uses the algorithm that vCenter states', async () => {
    const { vc } = simulatedVCenter('api', { scenario: { preparation: preparedAtOnce, checksums: 'MD5' } });
    const events = await collectValues(download(vc, 'item-1', memorySink(), { files: ['ubuntu.ovf'] }));
    expect(ofType(events, 'saved')).toMatchObject([{ verified: 'checksum', checksum: { algorithm: 'MD5' } }]);
  });

  test('is repeated in a new session when its request fails, without fetching the file again', async () => {
    const { simulator, vc } = simulatedVCenter('api', {
      scenario: {
        preparation: preparedAtOnce,
        faults: [{ kind: 'session-lost', operation: 'content.library.item.downloadsession.File.list', after: 1, times: 1 }],
      },
    });
    const memory = memorySink();
    const { values, error } = await collect(
      download(vc, 'item-1', { open: (file) => memory.open(file) }, { files: [disk], concurrency: 1 }),
    );
    expect(error).toBeUndefined();
    expect(ofType(values, 'lease').map(({ state }) => state)).toEqual(['lost', 'renewed']);
    expect(ofType(values, 'saved')).toMatchObject([{ bytes: 300_000, verified: 'length' }]);
    expect(simulator.count('data')).toBe(1);
  });

  test('compares the length if the sink has no hashes, and reports no checksum', async () => {
    const { vc } = simulatedVCenter();
    const memory = memorySink();
    const events = await collectValues(download(vc, 'item-1', { open: (file) => memory.open(file) }, { files: [disk] }));
    expect(ofType(events, 'saved')).toEqual([
      { type: 'saved', file: disk, bytes: 300_000, path: `/memory/${disk}`, verified: 'length' },
    ]);
  });
});

test('commit is called with the proof, and may reject it', async () => {
  const { vc } = simulatedVCenter('api', { scenario: { preparation: preparedAtOnce, checksums: 'none' } });
  const memory = memorySink();
  const strict: Sink = {
    open: async (file) => ({
      ...(await memory.open(file)),
      commit: async ({ verified }) => {
        if (verified !== 'checksum') throw new Error(`verified by ${verified} only`);
      },
    }),
  };
  const { error } = await collect(download(vc, 'item-1', strict, { files: [disk] }));
  expect(error).toMatchObject({ _tag: 'SinkError', message: expect.stringContaining('verified by length only') });
  expect(memory.log).toEqual([`open ${disk}`, `discard ${disk}`]);
});

describe('unsubscribing', () => {
  test('during a transfer discards the file, then cancels and deletes the session; logout waits for that', async () => {
    const { simulator, vc } = simulatedVCenter('api', {
      inventory: { libraries: [{ name: 'l', items: [{ name: 'i', id: 'item-1', files: [{ name: disk, size: 1e12 }] }] }] },
    });
    const sink = memorySink();
    const endless: Sink = {
      open: async (file) => ({ ...(await sink.open(file)), write: () => new Promise((resolve) => setImmediate(resolve)) }),
    };
    await firstValueFrom(
      download(vc, 'item-1', endless).pipe(filter((event) => event.type === 'progress' && event.received > 0)),
    );
    await collectValues(logout(vc));
    expect(operationNames(simulator).slice(-3)).toEqual([
      'content.library.item.DownloadSession.cancel',
      'content.library.item.DownloadSession.delete',
      'cis.Session.delete',
    ]);
    expect(sink.log).toEqual([`open ${disk}`, `discard ${disk}`]);
    expect([simulator.sessions, simulator.apiSessions]).toEqual([[], 0]);
  });

  test('while the session is being created deletes it', async () => {
    const simulator = createSimulator({ inventory, users: [user], scenario: { preparation: preparedAtOnce } });
    const subscription = new Subscription();
    const fetch: typeof globalThis.fetch = (input, init) => {
      const request = new Request(input, init);
      if (request.url.includes('download-session')) subscription.unsubscribe();
      return simulator.fetch(request);
    };
    const vc = vcenter({ server, credentials: user, fetch });
    subscription.add(download(vc, 'item-1', memorySink()).subscribe());
    await new Promise<void>((resolve) => subscription.add(resolve));
    await collectValues(logout(vc));
    expect(operationNames(simulator)).toContain('content.library.item.DownloadSession.create');
    expect([simulator.sessions, simulator.apiSessions]).toEqual([[], 0]);
  });

  test.each(['opened', 'status', 'progress', 'saved'] as const)('at the first %s leaves no session behind', async (type) => {
    const { simulator, vc } = simulatedVCenter();
    await firstValueFrom(download(vc, 'item-1', memorySink(), { concurrency: 1 }).pipe(filter((event) => event.type === type)));
    await collectValues(logout(vc));
    expect([simulator.sessions, simulator.apiSessions]).toEqual([[], 0]);
  });

  test('of withVCenter logs out after the download session is deleted', async () => {
    const simulator = createSimulator({ inventory, users: [user], scenario: { preparation: preparedAtOnce } });
    const stream = withVCenter({ server, credentials: user, fetch: simulator.fetch }, (vc) =>
      download(vc, 'item-1', memorySink()),
    );
    await firstValueFrom(stream.pipe(filter(({ type }) => type === 'progress')));
    // The stream is unsubscribed from: only the simulator shows what it still does.
    while (simulator.apiSessions > 0) await new Promise(setImmediate);
    expect(operationNames(simulator).at(-1)).toBe('cis.Session.delete');
    expect(simulator.sessions).toEqual([]);
  });
});

describe('the API session id', () => {
  const sessionHeadersOfData = async (json: (text: string) => string = (text) => text): Promise<(string | null)[]> => {
    const simulator = createSimulator({ inventory, users: [user], scenario: { preparation: preparedAtOnce } });
    const sessionHeaders: (string | null)[] = [];
    const fetch: typeof globalThis.fetch = async (input, init) => {
      const request = new Request(input, init);
      if (!request.url.includes('/cls/data/')) {
        const response = await simulator.fetch(request);
        return response.status === 204 ? response : new Response(json(await response.text()), { status: response.status });
      }
      sessionHeaders.push(request.headers.get('vmware-api-session-id'));
      return simulator.fetch(request);
    };
    await lastValueFrom(download(vcenter({ server, credentials: user, fetch }), 'item-1', memorySink(), { files: [disk] }));
    return sessionHeaders;
  };

  test('is sent to an address of the same origin', async () => {
    expect(await sessionHeadersOfData()).toEqual([expect.stringMatching(/./)]);
  });

  test.each(['https://esx.example.com', 'https://vcenter.example.com:8443', 'http://vcenter.example.com'])(
    'is never sent to %s',
    async (origin) => {
      expect(await sessionHeadersOfData((text) => text.replaceAll('https://vcenter.example.com/cls', `${origin}/cls`))).toEqual([
        null,
      ]);
    },
  );
});

test('transfers at most `concurrency` files at a time', async () => {
  const { vc } = simulatedVCenter('api', {
    inventory: {
      libraries: [
        {
          name: 'l',
          items: [{ name: 'i', id: 'item-9', files: Array.from({ length: 9 }, (_, n) => ({ name: `f${n}`, size: 500_000 })) }],
        },
      ],
    },
  });
  const memory = memorySink();
  let open = 0;
  let maxOpen = 0;
  const counting: Sink = {
    open: async (file) => {
      maxOpen = Math.max(maxOpen, (open += 1));
      const target = await memory.open(file);
      return { ...target, commit: async (proof) => ((open -= 1), target.commit(proof)) };
    },
  };
  await collectValues(download(vc, 'item-9', counting, { concurrency: 3 }));
  expect(memory.files.size).toBe(9);
  expect(maxOpen).toBe(3);
});

test('each subscription has a download session of its own', async () => {
  const { simulator, vc } = simulatedVCenter();
  const stream = download(vc, 'item-1', memorySink()).pipe(
    filter(({ type }) => type === 'opened'),
    map((event) => (event as Extract<DownloadEvent, { type: 'opened' }>).downloadSessionId),
    take(1),
  );
  const ids: unknown[] = [];
  await lastValueFrom(stream.pipe(tap((id) => ids.push(id))));
  await lastValueFrom(stream.pipe(tap((id) => ids.push(id))));
  await collectValues(logout(vc));
  expect(new Set(ids).size).toBe(2);
  expect(simulator.sessions).toEqual([]);
});
