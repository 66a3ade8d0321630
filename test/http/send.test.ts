import { gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { getLibrary, listLibraries, vcenter, type VCenter } from 'rx-content-library';
import { collectValues, collect } from '../support/collect.ts';
import { simulatedVCenter, user } from '../support/simulated-vcenter.ts';

const server = 'https://vcenter.example.com';

/** A connection that is logged in already, to a server that answers everything in one way. */
const answering = (answer: (request: Request) => Response | Promise<Response>, timeout = 60_000): VCenter =>
  vcenter({
    server,
    credentials: { sessionId: 'secret-session' },
    dialect: 'api',
    timeout,
    retry: false,
    fetch: async (input, init) => answer(new Request(input, init)),
  });

const page = '<html><body>Please log in to the guest network. secret-session</body></html>';

describe('an answer', () => {
  test.each([
    ['HTML', page, 'text/html', 'an HTML page'],
    ['text', 'OK', 'text/plain', 'text that is not JSON'],
    ['half of it', '["library-1', 'application/json', 'text that is not JSON'],
  ])('that is no JSON (%s) is a DecodeError that says so', async (_, body, type, found) => {
    const { error } = await collect(listLibraries(answering(() => new Response(body, { headers: { 'content-type': type } }))));
    expect(error).toMatchObject({
      _tag: 'DecodeError',
      operation: 'content.Library.list',
      issues: [{ path: '', expected: 'JSON', found }],
    });
    expect(String(error)).toMatch(/Check that the server is a vCenter/);
    expect(String(error)).not.toContain('secret-session');
  });

  test('that is JSON but not the contract is a DecodeError with the path', async () => {
    const { error } = await collect(
      getLibrary(
        answering(() => Response.json({ name: 'x' })),
        'library-1',
      ),
    );
    expect(error).toMatchObject({ _tag: 'DecodeError', issues: [{ path: 'type', expected: 'LibraryType', found: 'nothing' }] });
  });

  test('that is empty where something was asked for is a DecodeError', async () => {
    const { error } = await collect(listLibraries(answering(() => new Response(''))));
    expect(error).toMatchObject({ _tag: 'DecodeError' });
  });

  test('of a proxy that says no in HTML becomes an ApiError by its status', async () => {
    const { error } = await collect(listLibraries(answering(() => new Response(page, { status: 502 }))));
    expect(error).toMatchObject({ _tag: 'ApiError', status: 502, error_type: 'SERVICE_UNAVAILABLE', messages: [] });
  });

  test('that redirects is not followed: the session would go along', async () => {
    const asked: string[] = [];
    const vc = answering(
      ({ url }) => (asked.push(url), new Response(null, { status: 302, headers: { location: 'https://evil.example/' } })),
    );
    expect((await collect(listLibraries(vc))).error).toMatchObject({ _tag: 'TransportError', code: 'REDIRECT' });
    expect(asked).toEqual([`${server}/api/content/library`]);
  });

  test('that does not come is a TimeoutError, and the request is aborted', async () => {
    let signal: AbortSignal | undefined;
    const never = (request: Request) => ((signal = request.signal), new Promise<Response>(() => undefined));
    const { error } = await collect(listLibraries(answering(never, 5)));
    expect(error).toMatchObject({ _tag: 'TimeoutError', operation: 'content.Library.list', timeout: 5 });
    expect(signal?.aborted).toBe(true);
  });
});

const mebibyte = 1024 * 1024;

/** A body of blanks, which counts the bytes that were taken from it, and whether it was given up. */
const body = (size: number, piece = 64 * 1024) => {
  const taken = { bytes: 0, cancelled: false };
  const stream = new ReadableStream<Uint8Array>(
    {
      pull: (controller) => {
        if (taken.bytes >= size) return controller.close();
        taken.bytes += piece;
        controller.enqueue(new Uint8Array(piece).fill(32));
      },
      cancel: () => void (taken.cancelled = true),
    },
    { highWaterMark: 0 },
  );
  return { taken, stream };
};

describe('an answer that is too long', () => {
  const hundred = 100 * mebibyte;

  test.each([
    ['one object', (vc: VCenter) => getLibrary(vc, 'library-1'), mebibyte],
    ['a list', (vc: VCenter) => listLibraries(vc), 16 * mebibyte],
  ])('for %s is refused, and no more is taken of it than would do', async (_, ask, limit) => {
    const { taken, stream } = body(hundred);
    const { error } = await collect<unknown>(ask(answering(() => new Response(stream))));
    expect(error).toMatchObject({
      _tag: 'DecodeError',
      issues: [{ path: '', expected: `at most ${limit} bytes`, found: 'more' }],
    });
    expect(taken).toEqual({ bytes: limit + 64 * 1024, cancelled: true });
  });

  test('by its own word is refused before anything is taken of it', async () => {
    const { taken, stream } = body(hundred);
    const headers = { 'content-length': String(hundred) };
    const { error } = await collect(
      getLibrary(
        answering(() => new Response(stream, { headers })),
        'library-1',
      ),
    );
    expect(error).toMatchObject({ _tag: 'DecodeError' });
    expect(taken).toEqual({ bytes: 0, cancelled: true });
  });

  test('only once it is unpacked is refused: what counts is what would be held', async () => {
    const packed = gzipSync(Buffer.alloc(8 * mebibyte, ' '));
    expect(packed.byteLength).toBeLessThan(mebibyte);
    let taken = 0;
    const unpacked = new Response(packed).body?.pipeThrough(new DecompressionStream('gzip')).pipeThrough(
      new TransformStream<Uint8Array, Uint8Array>({
        transform: (part, controller) => ((taken += part.byteLength), controller.enqueue(part)),
      }),
    );
    const headers = { 'content-length': String(packed.byteLength) };
    const { error } = await collect(
      getLibrary(
        answering(() => new Response(unpacked ?? null, { headers })),
        'library-1',
      ),
    );
    expect(error).toMatchObject({ _tag: 'DecodeError' });
    expect(taken).toBeLessThan(2 * mebibyte);
  });

  test('and a refusal is an ApiError by its status: a page of that length is not vCenter’s', async () => {
    const { taken, stream } = body(hundred);
    const { error } = await collect(listLibraries(answering(() => new Response(stream, { status: 503 }))));
    expect(error).toMatchObject({ _tag: 'ApiError', status: 503, error_type: 'SERVICE_UNAVAILABLE', messages: [] });
    expect(taken).toEqual({ bytes: mebibyte + 64 * 1024, cancelled: true });
  });

  test('by not a byte is none', async () => {
    for (const size of [mebibyte - 1, mebibyte]) {
      const text = `"${'x'.repeat(size - 2)}"`;
      const { error } = await collect(
        getLibrary(
          answering(() => new Response(text)),
          'library-1',
        ),
      );
      expect(error).toMatchObject({
        _tag: 'DecodeError',
        issues: expect.arrayContaining([expect.objectContaining({ path: '', found: 'a string' })]),
      });
    }
  });
});

test('an answer that comes in pieces, cut inside a character, is read as one', async () => {
  const bytes = new TextEncoder().encode('["größe €","😀"]');
  const pieces = new ReadableStream<Uint8Array>({
    start: (controller) => {
      for (const byte of bytes) controller.enqueue(Uint8Array.of(byte));
      controller.close();
    },
  });
  expect(await collectValues(listLibraries(answering(() => new Response(pieces))))).toEqual([['größe €', '😀']]);
});

test('an answer that breaks off is a TransportError', async () => {
  const broken = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.error(Object.assign(new Error('terminated'), { code: 'UND_ERR_SOCKET' })),
  });
  const { error } = await collect(listLibraries(answering(() => new Response(broken))));
  expect(error).toMatchObject({ _tag: 'TransportError', code: 'UND_ERR_SOCKET' });
});

describe('a request', () => {
  test('is sent by each subscription, and aborted by unsubscribing', async () => {
    const signals: AbortSignal[] = [];
    const vc = answering(({ signal }) => (signals.push(signal), new Promise<Response>(() => undefined)));
    const libraries$ = listLibraries(vc);
    const subscriptions = [libraries$.subscribe(), libraries$.subscribe()];
    await new Promise(setImmediate);
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, false]);
    subscriptions[0]?.unsubscribe();
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
    subscriptions[1]?.unsubscribe();
  });

  test('that was answered is not aborted afterwards', async () => {
    let signal: AbortSignal | undefined;
    await collectValues(listLibraries(answering((request) => ((signal = request.signal), Response.json([])))));
    expect(signal?.aborted).toBe(false);
  });

  test('carries the session, asks for JSON, and says what it sends', async () => {
    const { vc, simulator } = simulatedVCenter('api');
    const requests: Request[] = [];
    const spied = vcenter({
      server,
      credentials: user,
      fetch: (input, init) => {
        requests.push(new Request(input, init).clone());
        return simulator.fetch(input, init);
      },
    });
    await collectValues(listLibraries(spied));
    expect(requests.map(({ headers }) => headers.get('accept'))).toEqual(['application/json', 'application/json']);
    expect(requests[1]?.headers.get('vmware-api-session-id')).toMatch(/./);
    expect(requests[1]?.headers.get('authorization')).toBeNull();
    expect(vc.server).toBe(server);
  });

  test('that cannot reach the server is a TransportError with the system’s code, and no secret in it or its causes', async () => {
    const refused = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:443'), { code: 'ECONNREFUSED' });
    const vc = answering(() => Promise.reject(new TypeError('fetch failed', { cause: refused })));
    const { error } = await collect(listLibraries(vc));
    expect(error).toMatchObject({ _tag: 'TransportError', code: 'ECONNREFUSED', operation: 'content.Library.list' });
    const { inspect } = await import('node:util');
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('secret-session');
  });

  test.each([
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'CERT_HAS_EXPIRED',
    'ERR_TLS_CERT_ALTNAME_INVALID',
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  ])('whose certificate is refused (%s) is a TlsError with the host', async (code) => {
    const vc = answering(() =>
      Promise.reject(new TypeError('fetch failed', { cause: Object.assign(new Error('bad'), { code }) })),
    );
    expect((await collect(listLibraries(vc))).error).toMatchObject({ _tag: 'TlsError', code, host: 'vcenter.example.com' });
  });
});
