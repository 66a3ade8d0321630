import { gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { getLibrary, isTransient, listLibraries, vcenter, type VCenter } from 'rx-content-library';
import { collect, collectValues } from '../support/collect.ts';
import { simulatedVCenter, user } from '../support/simulated-vcenter.ts';

const server = 'https://vcenter.example.com';

/** A connection with an API session, to a server that handles all requests alike. */
const respondingWith = (respond: (request: Request) => Response | Promise<Response>, timeout = 60_000): VCenter =>
  vcenter({
    server,
    credentials: { sessionId: 'secret-session' },
    dialect: 'api',
    timeout,
    retry: false,
    fetch: async (input, init) => respond(new Request(input, init)),
  });

const page = '<html><body>Please log in to the guest network. secret-session</body></html>';

describe('a response', () => {
  test.each([
    ['HTML', page, 'text/html', 'an HTML page'],
    ['text', 'OK', 'text/plain', 'text that is not JSON'],
    ['incomplete JSON', '["library-1', 'application/json', 'text that is not JSON'],
  ])('that is not JSON (%s) is a DecodeError', async (_, body, type, found) => {
    const { error } = await collect(
      listLibraries(respondingWith(() => new Response(body, { headers: { 'content-type': type } }))),
    );
    expect(error).toMatchObject({
      _tag: 'DecodeError',
      operation: 'content.Library.list',
      issues: [{ path: '', expected: 'JSON', found }],
    });
    expect(String(error)).toMatch(/Check that the server is a vCenter/);
    expect(String(error)).not.toContain('secret-session');
  });

  test('that does not match the specification is a DecodeError with the path', async () => {
    const { error } = await collect(
      getLibrary(
        respondingWith(() => Response.json({ name: 'x' })),
        'library-1',
      ),
    );
    expect(error).toMatchObject({ _tag: 'DecodeError', issues: [{ path: 'type', expected: 'LibraryType', found: 'nothing' }] });
  });

  test('that is empty is a DecodeError if the operation has a result', async () => {
    const { error } = await collect(listLibraries(respondingWith(() => new Response(''))));
    expect(error).toMatchObject({ _tag: 'DecodeError' });
  });

  test('that is an HTML error of a proxy is an ApiError by its status', async () => {
    const { error } = await collect(listLibraries(respondingWith(() => new Response(page, { status: 502 }))));
    expect(error).toMatchObject({ _tag: 'ApiError', status: 502, error_type: 'SERVICE_UNAVAILABLE', messages: [] });
  });

  test('that redirects is not followed: the redirect would receive the API session', async () => {
    const urls: string[] = [];
    const vc = respondingWith(
      ({ url }) => (urls.push(url), new Response(null, { status: 302, headers: { location: 'https://evil.example/' } })),
    );
    expect((await collect(listLibraries(vc))).error).toMatchObject({ _tag: 'TransportError', code: 'REDIRECT' });
    expect(urls).toEqual([`${server}/api/content/library`]);
  });

  test('that does not arrive is a TimeoutError, and the request is aborted', async () => {
    let signal: AbortSignal | undefined;
    const never = (request: Request) => ((signal = request.signal), new Promise<Response>(() => undefined));
    const { error } = await collect(listLibraries(respondingWith(never, 5)));
    expect(error).toMatchObject({ _tag: 'TimeoutError', operation: 'content.Library.list', timeout: 5 });
    expect(signal?.aborted).toBe(true);
  });
});

const mebibyte = 1024 * 1024;

/** A body of spaces that counts the bytes read, and whether it was cancelled. */
const body = (size: number, chunkSize = 64 * 1024) => {
  const read = { bytes: 0, cancelled: false };
  const stream = new ReadableStream<Uint8Array>(
    {
      pull: (controller) => {
        if (read.bytes >= size) return controller.close();
        read.bytes += chunkSize;
        controller.enqueue(new Uint8Array(chunkSize).fill(32));
      },
      cancel: () => void (read.cancelled = true),
    },
    { highWaterMark: 0 },
  );
  return { read, stream };
};

describe('a response that is too long', () => {
  const size = 100 * mebibyte;

  test.each([
    ['one object', (vc: VCenter) => getLibrary(vc, 'library-1'), mebibyte],
    ['a list', (vc: VCenter) => listLibraries(vc), 16 * mebibyte],
  ])('for %s is a DecodeError, and the rest is not read', async (_, call, limit) => {
    const { read, stream } = body(size);
    const { error } = await collect<unknown>(call(respondingWith(() => new Response(stream))));
    expect(error).toMatchObject({
      _tag: 'DecodeError',
      issues: [{ path: '', expected: `at most ${limit} bytes`, found: 'more' }],
    });
    expect(read).toEqual({ bytes: limit + 64 * 1024, cancelled: true });
  });

  test('by its Content-Length is a DecodeError before anything is read', async () => {
    const { read, stream } = body(size);
    const headers = { 'content-length': String(size) };
    const { error } = await collect(
      getLibrary(
        respondingWith(() => new Response(stream, { headers })),
        'library-1',
      ),
    );
    expect(error).toMatchObject({ _tag: 'DecodeError' });
    expect(read).toEqual({ bytes: 0, cancelled: true });
  });

  test('only when decompressed is a DecodeError: the limit is for memory', async () => {
    const compressed = gzipSync(Buffer.alloc(8 * mebibyte, ' '));
    expect(compressed.byteLength).toBeLessThan(mebibyte);
    let read = 0;
    const decompressed = new Response(compressed).body?.pipeThrough(new DecompressionStream('gzip')).pipeThrough(
      new TransformStream<Uint8Array, Uint8Array>({
        transform: (chunk, controller) => ((read += chunk.byteLength), controller.enqueue(chunk)),
      }),
    );
    const headers = { 'content-length': String(compressed.byteLength) };
    const { error } = await collect(
      getLibrary(
        respondingWith(() => new Response(decompressed ?? null, { headers })),
        'library-1',
      ),
    );
    expect(error).toMatchObject({ _tag: 'DecodeError' });
    expect(read).toBeLessThan(2 * mebibyte);
  });

  test('and an error is an ApiError by its status', async () => {
    const { read, stream } = body(size);
    const { error } = await collect(listLibraries(respondingWith(() => new Response(stream, { status: 503 }))));
    expect(error).toMatchObject({ _tag: 'ApiError', status: 503, error_type: 'SERVICE_UNAVAILABLE', messages: [] });
    expect(read).toEqual({ bytes: mebibyte + 64 * 1024, cancelled: true });
  });

  test('starts one byte above the limit', async () => {
    for (const size of [mebibyte - 1, mebibyte]) {
      const text = `"${'x'.repeat(size - 2)}"`;
      const { error } = await collect(
        getLibrary(
          respondingWith(() => new Response(text)),
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

test('a response whose chunks end inside characters is read correctly', async () => {
  const bytes = new TextEncoder().encode('["größe €","😀"]');
  const chunks = new ReadableStream<Uint8Array>({
    start: (controller) => {
      for (const byte of bytes) controller.enqueue(Uint8Array.of(byte));
      controller.close();
    },
  });
  expect(await collectValues(listLibraries(respondingWith(() => new Response(chunks))))).toEqual([['größe €', '😀']]);
});

test('a response that is interrupted is a TransportError', async () => {
  const broken = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.error(Object.assign(new Error('terminated'), { code: 'UND_ERR_SOCKET' })),
  });
  const { error } = await collect(listLibraries(respondingWith(() => new Response(broken))));
  expect(error).toMatchObject({ _tag: 'TransportError', code: 'UND_ERR_SOCKET' });
});

describe('a request', () => {
  test('is sent by each subscription, and aborted by its unsubscribe', async () => {
    const signals: AbortSignal[] = [];
    const vc = respondingWith(({ signal }) => (signals.push(signal), new Promise<Response>(() => undefined)));
    const libraries$ = listLibraries(vc);
    const subscriptions = [libraries$.subscribe(), libraries$.subscribe()];
    await new Promise(setImmediate);
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, false]);
    subscriptions[0]?.unsubscribe();
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
    subscriptions[1]?.unsubscribe();
  });

  test('is not aborted after its response', async () => {
    let signal: AbortSignal | undefined;
    await collectValues(listLibraries(respondingWith((request) => ((signal = request.signal), Response.json([])))));
    expect(signal?.aborted).toBe(false);
  });

  test('has the API session and accepts JSON', async () => {
    const { vc, simulator } = simulatedVCenter('api');
    const requests: Request[] = [];
    const recorded = vcenter({
      server,
      credentials: user,
      fetch: (input, init) => {
        requests.push(new Request(input, init).clone());
        return simulator.fetch(input, init);
      },
    });
    await collectValues(listLibraries(recorded));
    expect(requests.map(({ headers }) => headers.get('accept'))).toEqual(['application/json', 'application/json']);
    expect(requests[1]?.headers.get('vmware-api-session-id')).toMatch(/./);
    expect(requests[1]?.headers.get('authorization')).toBeNull();
    expect(vc.server).toBe(server);
  });

  test('that cannot reach the server is a TransportError with the system’s code, without secrets in it or its causes', async () => {
    const refused = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:443'), { code: 'ECONNREFUSED' });
    const vc = respondingWith(() => Promise.reject(new TypeError('fetch failed', { cause: refused })));
    const { error } = await collect(listLibraries(vc));
    expect(error).toMatchObject({ _tag: 'TransportError', code: 'ECONNREFUSED', operation: 'content.Library.list' });
    const { inspect } = await import('node:util');
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('secret-session');
  });

  test.each([
    'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED',
    'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA',
    'ERR_SSL_TLSV1_ALERT_ACCESS_DENIED',
    'ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE',
    'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE',
    'ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE',
  ])('that the server ends because of the client certificate (%s) is a TlsError without advice about trust', async (code) => {
    const cause = Object.assign(new Error('alert'), { code });
    const vc = respondingWith(() => Promise.reject(new TypeError('fetch failed', { cause })));
    const { error } = await collect(listLibraries(vc));
    expect(error).toMatchObject({ _tag: 'TlsError', code, host: 'vcenter.example.com' });
    expect(error).toMatchObject({ message: expect.stringMatching(/client certificate, which this client cannot send/) });
    expect(String(error)).not.toMatch(/[Tt]rust|was rejected/);
    expect(isTransient(error)).toBe(false);
  });

  test.each([
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'CERT_HAS_EXPIRED',
    'ERR_TLS_CERT_ALTNAME_INVALID',
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  ])('whose certificate is rejected (%s) is a TlsError with the host', async (code) => {
    const vc = respondingWith(() =>
      Promise.reject(new TypeError('fetch failed', { cause: Object.assign(new Error('bad'), { code }) })),
    );
    expect((await collect(listLibraries(vc))).error).toMatchObject({ _tag: 'TlsError', code, host: 'vcenter.example.com' });
  });
});
