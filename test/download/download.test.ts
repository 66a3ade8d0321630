import { describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { filter, firstValueFrom, lastValueFrom, map, Subscription, take, tap } from 'rxjs';
import { download, logout, SinkError, vcenter, withVCenter, type DownloadEvent, type Sink } from 'rx-content-library';
import { createSimulator, type Scenario } from 'rx-content-library/simulator';
import { ofType } from '../support/events.ts';
import { inFakeTime } from '../support/fake-time.ts';
import { collectValues, collect } from '../support/collect.ts';
import { inventory, operationNames, preparedAtOnce, simulatedVCenter, user } from '../support/simulated-vcenter.ts';
import { memorySink } from '../support/memory-sink.ts';

const disk = 'ubuntu disk #1.vmdk';
const names = ['ubuntu.ovf', disk, 'ubuntu.nvram'];
const server = 'https://vcenter.example.com';

/** A simulator whose answers can be changed on their way: `data` sees the answers with bytes, `json` the text of all others. */
const tampered = (
  change: { data?: (response: Response) => Response; json?: (text: string) => string },
  scenario: Scenario = { preparation: preparedAtOnce },
) => {
  const simulator = createSimulator({ inventory, users: [user], scenario });
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const request = new Request(input, init);
    const response = await simulator.fetch(request);
    if (request.url.includes('/cls/data/')) return change.data?.(response) ?? response;
    if (change.json === undefined || response.status === 204) return response;
    return new Response(change.json(await response.text()), {
      status: response.status,
      headers: { 'content-type': 'application/json' },
    });
  };
  return { simulator, vc: vcenter({ server, credentials: user, fetch }) };
};

const headersOf = ({ headers }: Response, ...without: string[]): Headers => {
  const kept = new Headers(headers);
  for (const name of without) kept.delete(name);
  return kept;
};

const bodyThrough = (
  response: Response,
  transform: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer> | undefined,
): ReadableStream | null =>
  response.body?.pipeThrough(
    new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
      transform: (chunk, controller) => {
        const changed = transform(chunk);
        if (changed !== undefined) controller.enqueue(changed);
      },
    }),
  ) ?? null;

/** The first bytes of a body, which then ends cleanly. */
const firstOf = (response: Response, limit: number): ReadableStream | null => {
  let left = limit;
  return bodyThrough(response, (bytes) => {
    const part = bytes.subarray(0, left);
    left -= part.byteLength;
    return part.byteLength > 0 ? part : undefined;
  });
};

describe.each(['api', 'rest'] as const)('a download in the dialect %s', (dialect) => {
  test('brings every file, proven by the checksum, and tells the whole story', async () => {
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
      const own = events.filter((event) => 'file' in event && event.file === name);
      expect(own.map(({ type }) => type).slice(-3)).toEqual(['progress', 'progress', 'saved']);
      expect(own.slice(0, -3).every(({ type }) => type === 'status')).toBe(true);
      const bytes = sink.files.get(name) ?? new Uint8Array();
      expect(own.at(-1)).toEqual({
        type: 'saved',
        file: name,
        bytes: bytes.byteLength,
        path: `/memory/${name}`,
        checksum: { algorithm: 'SHA1', value: createHash('sha1').update(bytes).digest('hex') },
        sha256: createHash('sha256').update(bytes).digest('hex'),
        verified: 'checksum',
      });
    }
    expect(sink.files.get(disk)?.byteLength).toBe(300_000);
    expect(new TextDecoder().decode(sink.files.get('ubuntu.ovf'))).toBe('<Envelope/>');
    expect(events.at(-1)).toEqual({ type: 'closed', files: 3, failed: 0, bytes: 300_016, duration: expect.any(Number) });
    expect(simulator.sessions).toEqual([]);
    expect(operationNames(simulator)).not.toContain('content.library.item.DownloadSession.cancel');
  });

  test('lists, prepares and polls five files together: one list a tick, whatever their number', async () => {
    // Every look at the clock lets 30 ms pass: the preparation takes several polls, and the test no time.
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

    const asked = operationNames(simulator);
    const prepares = asked.filter((name) => name.endsWith('File.prepare'));
    const afterPrepares = asked.slice(asked.lastIndexOf('content.library.item.downloadsession.File.prepare') + 1);
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

describe('which files', () => {
  test('a function chooses', async () => {
    const { vc } = simulatedVCenter();
    const sink = memorySink();
    const events = await collectValues(download(vc, 'item-1', sink, { files: (name) => name.endsWith('.nvram') }));
    expect([...sink.files.keys()]).toEqual(['ubuntu.nvram']);
    expect(events[0]).toMatchObject({ files: [{ name: 'ubuntu.nvram' }] });
  });

  test('names choose; a name that the item does not have is refused by vCenter (400)', async () => {
    const { simulator, vc } = simulatedVCenter();
    const { error } = await collect(download(vc, 'item-1', memorySink(), { files: ['ubuntu.ovf', 'none.iso'] }));
    expect(error).toMatchObject({ _tag: 'ApiError', status: 400, error_type: 'INVALID_ARGUMENT' });
    expect(simulator.sessions).toEqual([]);
  });

  test('none is a short story', async () => {
    const { vc } = simulatedVCenter();
    const events = await collectValues(download(vc, 'item-1', memorySink(), { files: () => false }));
    expect(events.map(({ type }) => type)).toEqual(['opened', 'closed']);
  });
});

describe('a file is not saved', () => {
  const notSaved = async (
    setup: ReturnType<typeof tampered>,
    sink: Sink & { log?: string[] } = memorySink(),
    only: readonly string[] = [disk],
  ) => {
    const { values, error } = await collect(
      download(setup.vc, 'item-1', sink, { files: only, timeout: 60_000, fileRetry: false }),
    );
    expect(ofType(values, 'saved')).toEqual([]);
    expect(ofType(values, 'closed')).toEqual([]);
    expect(setup.simulator.sessions).toEqual([]);
    expect(operationNames(setup.simulator).slice(-2)).toEqual([
      'content.library.item.DownloadSession.cancel',
      'content.library.item.DownloadSession.delete',
    ]);
    return error;
  };

  test('when fewer bytes come than Content-Length says, however cleanly they end', async () => {
    const cut = (response: Response) => new Response(firstOf(response, 100_000), { headers: headersOf(response) });
    const sink = memorySink();
    expect(await notSaved(tampered({ data: cut }), sink)).toMatchObject({
      _tag: 'TruncatedError',
      file: disk,
      expected: 300_000,
      received: 100_000,
    });
    expect(sink.log).toEqual([`open ${disk}`, `discard ${disk}`]);
  });

  test('when there is no length and the body ends early: the session’s size tells', async () => {
    const cut = (response: Response) =>
      new Response(firstOf(response, 100_000), { headers: headersOf(response, 'content-length') });
    expect(await notSaved(tampered({ data: cut }))).toMatchObject({
      _tag: 'TruncatedError',
      expected: 300_000,
      received: 100_000,
    });
  });

  test('when a byte is wrong', async () => {
    const flip = (response: Response) =>
      new Response(
        bodyThrough(response, (bytes) => bytes.with(7, (bytes[7] ?? 0) ^ 1)),
        { headers: headersOf(response) },
      );
    const error = await notSaved(tampered({ data: flip }));
    expect(error).toMatchObject({ _tag: 'ChecksumError', file: disk, algorithm: 'SHA1' });
  });

  test('when the connection breaks in the middle', async () => {
    const broken = (response: Response) =>
      new Response(
        new ReadableStream({
          start: (controller) => controller.enqueue(new Uint8Array(1000)),
          pull: (controller) => controller.error(new TypeError('terminated')),
        }),
        { headers: headersOf(response) },
      );
    expect(await notSaved(tampered({ data: broken }))).toMatchObject({
      _tag: 'TruncatedError',
      expected: 300_000,
      received: 1000,
    });
  });

  test('when no byte comes any more', async () => {
    const { simulator, vc } = tampered({
      data: (response) => new Response(new ReadableStream(), { headers: headersOf(response) }),
    });
    const { error } = await collect(
      download(vc, 'item-1', memorySink(), { files: [disk], timeout: 5, period: 1, fileRetry: false }),
    );
    expect(error).toMatchObject({ _tag: 'TimeoutError', timeout: 5 });
    expect(simulator.sessions).toEqual([]);
  });

  test('when its address is gone, and that of each new session, too: the lease was lost', async () => {
    const gone = () => new Response('Not found', { status: 404 });
    expect(await inFakeTime(() => notSaved(tampered({ data: gone })))).toMatchObject({
      _tag: 'LeaseError',
      downloadSessionId: expect.any(String),
    });
  });

  test('when its address is on a datastore', async () => {
    const toDatastore = (text: string) =>
      text.replaceAll(/https:\/\/vcenter\.example\.com\/cls\/data\/[^"]*/g, 'ds:///vmfs/volumes/1/disk.vmdk');
    expect(await notSaved(tampered({ json: toDatastore }))).toMatchObject({ _tag: 'UnsupportedEndpointError', scheme: 'ds:' });
  });

  test('when it is PREPARED without an address', async () => {
    const without = (text: string) => text.replaceAll(/,?"download_endpoint":\{[^}]*\}/g, '');
    expect(await notSaved(tampered({ json: without }))).toMatchObject({ _tag: 'DecodeError' });
  });

  test.each([
    ['what vCenter said', { id: 'com.vmware.locked', default_message: 'The disk is locked.', args: [] }, 'The disk is locked.'],
    ['that no reason was given', null, 'no reason given'],
  ] as const)('when its preparation ends with ERROR: the error says %s', async (_, message, said) => {
    const setup = tampered({}, { preparation: { ...preparedAtOnce, outcome: 'ERROR', message } });
    expect(await notSaved(setup)).toMatchObject({ _tag: 'PreparationError', file: disk, message: expect.stringContaining(said) });
  });

  test.each(['open', 'write', 'commit'] as const)('when the sink fails to %s', async (method) => {
    const full = Object.assign(new Error('no space left'), { code: 'ENOSPC' });
    const memory = memorySink();
    const failing: Sink = {
      open: async (file) => {
        if (method === 'open') throw full;
        const target = await memory.open(file);
        return { ...target, [method]: () => Promise.reject(full) };
      },
    };
    expect(await notSaved(tampered({}), failing)).toMatchObject({
      _tag: 'SinkError',
      message: expect.stringContaining('no space left'),
    });
    expect(memory.log).toEqual(method === 'open' ? [] : [`open ${disk}`, `discard ${disk}`]);
  });

  test('when the sink says so itself, with its own error', async () => {
    const refusal = new SinkError({ path: '/x', code: 'EEXIST', reason: 'it is there already' });
    expect(await notSaved(tampered({}), { open: () => Promise.reject(refusal) })).toBe(refusal);
  });
});

test('with continueOnError the others are saved, and the failure is told', async () => {
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

describe('the proof', () => {
  test('without a checksum is the length', async () => {
    const { vc } = simulatedVCenter('api', { scenario: { preparation: preparedAtOnce, checksums: 'none' } });
    const events = await collectValues(download(vc, 'item-1', memorySink()));
    expect(ofType(events, 'saved').map(({ verified, checksum }) => [verified, checksum?.algorithm])).toEqual([
      ['length', 'SHA256'],
      ['length', 'SHA256'],
      ['length', 'SHA256'],
    ]);
  });

  test('without a checksum and a length is none, and is said so', async () => {
    const { vc } = tampered(
      {
        data: (response) => new Response(response.body, { headers: headersOf(response, 'content-length') }),
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

  test('is asked for again when a request for it fails, also of a sink that can neither make checksums nor start over', async () => {
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

  test('with a sink that makes no checksums is the length, and no checksum is told', async () => {
    const { vc } = simulatedVCenter();
    const memory = memorySink();
    const events = await collectValues(download(vc, 'item-1', { open: (file) => memory.open(file) }, { files: [disk] }));
    expect(ofType(events, 'saved')).toEqual([
      { type: 'saved', file: disk, bytes: 300_000, path: `/memory/${disk}`, verified: 'length' },
    ]);
  });
});

test('the sink is told the proof before the file has its name, and may refuse', async () => {
  const { vc } = simulatedVCenter('api', { scenario: { preparation: preparedAtOnce, checksums: 'none' } });
  const memory = memorySink();
  const strict: Sink = {
    open: async (file) => ({
      ...(await memory.open(file)),
      commit: async ({ verified }) => {
        if (verified !== 'checksum') throw new Error(`proven by ${verified} only`);
      },
    }),
  };
  const { error } = await collect(download(vc, 'item-1', strict, { files: [disk] }));
  expect(error).toMatchObject({ _tag: 'SinkError', message: expect.stringContaining('proven by length only') });
  expect(memory.log).toEqual([`open ${disk}`, `discard ${disk}`]);
});

describe('unsubscribing', () => {
  test('in the middle of the bytes discards them, then cancels and deletes the session; logout waits for that', async () => {
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

  test('while the session is being created still deletes it', async () => {
    const simulator = createSimulator({ inventory, users: [user], scenario: { preparation: preparedAtOnce } });
    const left = new Subscription();
    const fetch: typeof globalThis.fetch = (input, init) => {
      const request = new Request(input, init);
      if (request.url.includes('download-session')) left.unsubscribe();
      return simulator.fetch(request);
    };
    const vc = vcenter({ server, credentials: user, fetch });
    left.add(download(vc, 'item-1', memorySink()).subscribe());
    await new Promise<void>((resolve) => left.add(resolve));
    await collectValues(logout(vc));
    expect(operationNames(simulator)).toContain('content.library.item.DownloadSession.create');
    expect([simulator.sessions, simulator.apiSessions]).toEqual([[], 0]);
  });

  test.each(['opened', 'status', 'progress', 'saved'] as const)('at the first %s leaves nothing behind', async (type) => {
    const { simulator, vc } = simulatedVCenter();
    await firstValueFrom(download(vc, 'item-1', memorySink(), { concurrency: 1 }).pipe(filter((event) => event.type === type)));
    await collectValues(logout(vc));
    expect([simulator.sessions, simulator.apiSessions]).toEqual([[], 0]);
  });

  test('a download within withVCenter logs out last', async () => {
    const simulator = createSimulator({ inventory, users: [user], scenario: { preparation: preparedAtOnce } });
    const stream = withVCenter({ server, credentials: user, fetch: simulator.fetch }, (vc) =>
      download(vc, 'item-1', memorySink()),
    );
    await firstValueFrom(stream.pipe(filter(({ type }) => type === 'progress')));
    // The stream was left: what it still does is seen by the simulator alone.
    while (simulator.apiSessions > 0) await new Promise(setImmediate);
    expect(operationNames(simulator).at(-1)).toBe('cis.Session.delete');
    expect(simulator.sessions).toEqual([]);
  });
});

describe('the session of the API', () => {
  const headersOfData = async (json: (text: string) => string = (text) => text): Promise<(string | null)[]> => {
    const simulator = createSimulator({ inventory, users: [user], scenario: { preparation: preparedAtOnce } });
    const seen: (string | null)[] = [];
    const fetch: typeof globalThis.fetch = async (input, init) => {
      const request = new Request(input, init);
      if (!request.url.includes('/cls/data/')) {
        const response = await simulator.fetch(request);
        return response.status === 204 ? response : new Response(json(await response.text()), { status: response.status });
      }
      seen.push(request.headers.get('vmware-api-session-id'));
      return simulator.fetch(request);
    };
    await lastValueFrom(download(vcenter({ server, credentials: user, fetch }), 'item-1', memorySink(), { files: [disk] }));
    return seen;
  };

  test('goes along to an address of the same origin', async () => {
    expect(await headersOfData()).toEqual([expect.stringMatching(/./)]);
  });

  test.each(['https://esx.example.com', 'https://vcenter.example.com:8443', 'http://vcenter.example.com'])(
    'never goes to %s',
    async (origin) => {
      expect(await headersOfData((text) => text.replaceAll('https://vcenter.example.com/cls', `${origin}/cls`))).toEqual([null]);
    },
  );
});

test('never more files at once than asked for', async () => {
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
  let most = 0;
  const counting: Sink = {
    open: async (file) => {
      most = Math.max(most, (open += 1));
      const target = await memory.open(file);
      return { ...target, commit: async (proof) => ((open -= 1), target.commit(proof)) };
    },
  };
  await collectValues(download(vc, 'item-9', counting, { concurrency: 3 }));
  expect(memory.files.size).toBe(9);
  expect(most).toBe(3);
});

test('a download can be repeated: each subscription has a session of its own', async () => {
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
