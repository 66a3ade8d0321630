import { describe, expect, test } from '@jest/globals';
import { download, vcenter, type VCenter } from 'rx-content-library';
import { createSimulator } from 'rx-content-library/simulator';
import { throwError, type Observable } from 'rxjs';
import { endpoints, type Input } from '../contract/operations.ts';
import { collect } from '../support/collect.ts';
import { ofType } from '../support/events.ts';
import { inFakeTime } from '../support/fake-time.ts';
import { memorySink } from '../support/memory-sink.ts';
import { inventory, user } from '../support/simulated-vcenter.ts';

const server = 'https://vcenter.example.com';

const callEndpoint = (name: string, vc: VCenter, input: Input): Observable<unknown> =>
  endpoints[name]?.call(vc, input) ?? throwError(() => new Error(`No endpoint for ${name}`));

/** A `fetch` with a cache that keeps every GET, as behind a proxy that makes every response public, unless the request says `no-store`. */
const cachingFetch = (fetch: typeof globalThis.fetch) => {
  const cache = new Map<string, Response>();
  const requests: Request[] = [];
  const caching: typeof globalThis.fetch = async (input, init) => {
    const request = new Request(input, init);
    requests.push(request);
    const cached = request.method === 'GET' && request.cache !== 'no-store' ? cache.get(request.url) : undefined;
    if (cached !== undefined) return cached.clone();
    const response = await fetch(request);
    if (request.method === 'GET') cache.set(request.url, response.clone());
    return response;
  };
  return { fetch: caching, requests };
};

describe('through a fetch that caches every GET', () => {
  test.each([
    ['api', '8.0'],
    ['rest', '8.0'],
    ['api', '9.0'],
  ] as const)('a download ends with its files (%s of %s)', async (dialect, version) => {
    const { error, values, requests } = await inFakeTime(async () => {
      const simulator = createSimulator({ inventory, users: [user], scenario: { version } });
      const { fetch, requests } = cachingFetch(simulator.fetch);
      const vc = vcenter({ server, credentials: user, dialect, fetch });
      return { requests, ...(await collect(download(vc, 'item-1', memorySink()))) };
    });
    expect(error).toBeUndefined();
    expect(ofType(values, 'saved')).toHaveLength(3);
    expect(requests.some(({ url }) => url.includes('/cls/'))).toBe(true);
    expect(requests.filter(({ cache }) => cache !== 'no-store')).toEqual([]);
  });
});

describe.each(['api', 'rest'] as const)('in the dialect %s', (dialect) => {
  test.each(Object.keys(endpoints))('%s is requested with no-store', async (name) => {
    const requests: Request[] = [];
    const fetch: typeof globalThis.fetch = async (input, init) => {
      requests.push(new Request(input, init));
      return new Response(null, { status: 400 });
    };
    const credentials = name === 'cis.Session.create' ? user : { sessionId: 'session' };
    const vc = vcenter({ server, credentials, dialect, fetch });
    const input = new Proxy({}, { get: () => 'id' });
    await collect(callEndpoint(name, vc, input));
    if (name !== 'cis.Session.delete') expect(requests).not.toEqual([]);
    expect(requests.filter(({ cache }) => cache !== 'no-store')).toEqual([]);
  });
});

test('the fetch of the platform gets the mode, too', async () => {
  const original = globalThis.fetch;
  const modes: unknown[] = [];
  globalThis.fetch = async (input, init) => {
    modes.push(new Request(input, init).cache);
    return new Response(null, { status: 400 });
  };
  try {
    await collect(callEndpoint('content.Library.list', vcenter({ server, credentials: user }), {}));
  } finally {
    globalThis.fetch = original;
  }
  expect(modes).toEqual(['no-store']);
});
