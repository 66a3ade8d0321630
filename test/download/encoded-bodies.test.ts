/** A proxy that encodes responses although `identity` was requested. */

import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { download, listLibraries, vcenter, type Sink } from 'rx-content-library';
import { createSimulator, type Scenario } from 'rx-content-library/simulator';
import { collect, collectValues } from '../support/collect.ts';
import { ofType } from '../support/events.ts';
import { restartableMemorySink } from '../support/memory-sink.ts';
import { preparedAtOnce, user } from '../support/simulated-vcenter.ts';

const content = `<Envelope>${'<Item/>'.repeat(2000)}</Envelope>`;
const inventory = {
  libraries: [{ name: 'l', items: [{ name: 'i', id: 'item-1', files: [{ name: 'a.ovf', content }] }] }],
};
const scenario: Scenario = { preparation: { ...preparedAtOnce, sizeKnown: 'never' }, checksums: 'none' };

type Front = (response: Response, request: Request) => Response | Promise<Response>;

/** A client behind a proxy that changes responses. */
const behind = (front: Front, options: Scenario = scenario) => {
  const simulator = createSimulator({ inventory, users: [user], scenario: options });
  const requests: Request[] = [];
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const request = new Request(input, init);
    requests.push(request);
    return front(await simulator.fetch(request), request);
  };
  const vc = vcenter({ server: 'https://vcenter.example.com', credentials: user, fetch, dialect: 'api' });
  return { requests, vc };
};

const isData = ({ url }: Request): boolean => url.includes('/cls/');

type Encode = (bytes: Uint8Array) => Uint8Array;

/** Encodes a complete response; `cut` is the part of its bytes that arrives. */
const encoded = async (response: Response, coding: string, encode: Encode, cut = 1): Promise<Response> => {
  const bytes = encode(new Uint8Array(await response.arrayBuffer()));
  const headers = new Headers(response.headers);
  for (const name of ['content-length', 'accept-ranges']) headers.delete(name);
  headers.set('content-encoding', coding);
  return new Response(new Uint8Array(bytes.subarray(0, Math.floor(bytes.byteLength * cut))), {
    status: response.status,
    headers,
  });
};

/** In real time: the platform decodes in a thread, for which virtual time would not wait. */
const run = async (front: Front, options?: Scenario) => {
  const { vc, requests } = behind(front, options);
  const sink = restartableMemorySink();
  const hasChecksums = options !== undefined && options.checksums !== 'none';
  // Without hashes, no checksum is waited for.
  const target: Sink = hasChecksums ? sink : { open: (file) => sink.open(file) };
  const { values, error } = await collect(download(vc, 'item-1', target, { fileRetry: { delay: 0 } }));
  const bytes = sink.files.get('a.ovf');
  return { error, requests, saved: ofType(values, 'saved')[0], text: bytes && Buffer.from(bytes).toString() };
};

describe('bytes of a file that arrive encoded', () => {
  test.each<[string, Encode]>([
    ['gzip', gzipSync],
    ['x-gzip', gzipSync],
    ['deflate', deflateSync],
    ['identity, GZIP', gzipSync],
    ['deflate, gzip', (bytes) => gzipSync(deflateSync(bytes))],
  ])('as %s are decoded', async (coding, encode) => {
    const { text, saved, error } = await run((response, request) =>
      isData(request) && response.status === 200 ? encoded(response, coding, encode) : response,
    );
    expect(error).toBeUndefined();
    expect(text).toBe(content);
    expect(saved).toMatchObject({ bytes: content.length, verified: 'none' });
  });

  test.each<[string, Encode]>([
    ['compress', (bytes) => bytes],
    ['zstd', () => Buffer.from('28b52ffd00', 'hex')],
    ['gzip, aes128gcm', gzipSync],
  ])('as %s are refused by the name of the coding, and nothing is saved', async (coding, encode) => {
    const { error, text } = await run((response, request) => (isData(request) ? encoded(response, coding, encode) : response));
    expect(error).toMatchObject({ _tag: 'TransportError', code: 'UNKNOWN_ENCODING' });
    expect(String(error)).toContain(`"${coding}"`);
    expect(text).toBeUndefined();
  });

  test('are not decoded twice if the platform has decoded them', async () => {
    const { text } = await run((response, request) => (isData(request) ? encoded(response, 'gzip', (bytes) => bytes) : response));
    expect(text).toBe(content);
  });

  test('as Brotli are not decoded twice if the platform has decoded them', async () => {
    const asPlatform = (response: Response): Response => Object.defineProperty(response, 'type', { value: 'cors' });
    const { text } = await run(async (response, request) =>
      isData(request) ? asPlatform(await encoded(response, 'br', (bytes) => bytes)) : response,
    );
    expect(text).toBe(content);
  });

  test('are compared with the checksum of the decoded bytes', async () => {
    const { text, saved } = await run(
      (response, request) => (isData(request) && response.status === 200 ? encoded(response, 'gzip', gzipSync) : response),
      { preparation: preparedAtOnce },
    );
    expect(text).toBe(content);
    expect(saved).toMatchObject({ verified: 'checksum' });
  });

  test('are requested from the start again, never by a range, when they end early', async () => {
    await fc.assert(
      fc.asyncProperty(fc.double({ min: 0.05, max: 0.95, noNaN: true }), async (cut) => {
        let isFirst = true;
        const { text, requests, error } = await run((response, request) => {
          if (!isData(request) || response.status !== 200) return response;
          const part = isFirst ? cut : 1;
          isFirst = false;
          return encoded(response, 'gzip', gzipSync, part);
        });
        expect(error).toBeUndefined();
        expect(text).toBe(content);
        expect(requests.filter(isData).map(({ headers }) => headers.get('range'))).toEqual([null, null, null]);
      }),
      { numRuns: 10 },
    );
  });

  test('are not kept for a later run', async () => {
    const calls: string[] = [];
    const sink: Sink = {
      open: async () => ({
        write: () => undefined,
        suspend: async () => void calls.push('suspend'),
        discard: async () => void calls.push('discard'),
        commit: async () => void calls.push('commit'),
      }),
    };
    const { vc } = behind((response, request) => (isData(request) ? encoded(response, 'gzip', gzipSync, 0.5) : response));
    const { error } = await collect(download(vc, 'item-1', sink, { fileRetry: false }));
    expect(error).toMatchObject({ _tag: 'TransportError' });
    expect(calls).toEqual(['discard']);
  });
});

test('a file that broke off is started over if the rest arrives encoded', async () => {
  const { text, error } = await run(
    (response, request) => (isData(request) && request.headers.has('range') ? encoded(response, 'gzip', gzipSync) : response),
    { ...scenario, faults: [{ kind: 'truncate', operation: 'data', shape: 'length-reset', at: 1000, times: 1 }] },
  );
  expect(error).toBeUndefined();
  expect(text).toBe(content);
});

describe('JSON that arrives encoded', () => {
  test.each<[string, Encode]>([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
  ])('as %s is decoded', async (coding, encode) => {
    const { vc } = behind((response) => encoded(response, coding, encode));
    expect(await collectValues(listLibraries(vc))).toHaveLength(1);
  });

  test('in an unknown coding is refused by its name', async () => {
    const { vc } = behind((response) => encoded(response, 'compress', (bytes) => bytes));
    const { error } = await collect(listLibraries(vc));
    expect(error).toMatchObject({ _tag: 'TransportError', code: 'UNKNOWN_ENCODING' });
    expect(String(error)).toContain('"compress"');
  });

  test('is decoded in error responses, too', async () => {
    const { vc } = behind((response) => encoded(response, 'gzip', gzipSync), {
      faults: [{ kind: 'refusal', operation: 'content.Library.list', errorType: 'UNAUTHORIZED' }],
    });
    const { error } = await collect(listLibraries(vc));
    expect(error).toMatchObject({ _tag: 'ApiError', error_type: 'UNAUTHORIZED' });
  });
});

test('every request asks for identity', async () => {
  const { requests, error } = await run((response) => response);
  expect(error).toBeUndefined();
  expect(requests.length).toBeGreaterThan(5);
  for (const { headers } of requests) expect(headers.get('accept-encoding')).toBe('identity');
});
