import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { download, getLibrary, listLibraries, logout, vcenter, type Dialect, type VCenterOptions } from 'rx-content-library';
import { createSimulator, type Inventory, type Scenario } from 'rx-content-library/simulator';
import { collect, collectValues } from '../support/collect.ts';
import { ofType } from '../support/events.ts';
import { inFakeTime } from '../support/fake-time.ts';
import { memorySink } from '../support/memory-sink.ts';
import { inventory, preparedAtOnce, user } from '../support/simulated-vcenter.ts';

/** A reverse proxy that serves a vCenter below a path. Another application owns every other path, and refuses all requests. */
const behindProxy = (
  prefix: string,
  scenario: Scenario = {},
  modify = (text: string): string => text,
  served: Inventory = inventory,
) => {
  const simulator = createSimulator({ inventory: served, users: [user], scenario: { preparation: preparedAtOnce, ...scenario } });
  const other: { readonly path: string; readonly secrets: readonly string[] }[] = [];
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const request = new Request(input, init);
    const url = new URL(request.url);
    if (!url.pathname.startsWith(`${prefix}/`)) {
      const secrets = ['authorization', 'vmware-api-session-id'].filter((name) => request.headers.has(name));
      other.push({ path: url.pathname, secrets });
      // The links of the vCenter do not know the prefix.
      if (url.pathname.startsWith('/cls/')) return simulator.fetch(request);
      return new Response('Not here', { status: 401 });
    }
    url.pathname = url.pathname.slice(prefix.length);
    const response = await simulator.fetch(new Request(url, request));
    if (!/json/.test(response.headers.get('content-type') ?? '')) return response;
    const text = modify(await response.text());
    return new Response(text === '' ? null : text, { status: response.status, headers: response.headers });
  };
  return { simulator, other, fetch };
};

const connect = (server: string, fetch: typeof globalThis.fetch, options: Partial<VCenterOptions> = {}) =>
  vcenter({ server, credentials: user, fetch, ...options });

describe('a path in the address of the server', () => {
  test.each(['api', 'rest', 'auto'] as const)(
    'is a prefix of every request, so that no other application gets the password (%s)',
    (dialect: Dialect | 'auto') =>
      inFakeTime(async () => {
        const { simulator, other, fetch } = behindProxy('/vcenter', { data: { login: false } });
        const vc = connect('https://proxy.example.com/vcenter', fetch, { dialect });
        const { values, error } = await collect(download(vc, 'item-1', memorySink()));
        await collectValues(logout(vc));
        expect(error).toBeUndefined();
        expect(ofType(values, 'saved')).toHaveLength(3);
        expect([simulator.apiSessions, simulator.sessions]).toEqual([0, []]);
        expect(other.filter(({ path, secrets }) => secrets.length > 0 || !path.startsWith('/cls/'))).toEqual([]);
      }),
  );

  test('may have several parts, escapes and slashes at its end', async () => {
    const part = fc.stringMatching(/^[a-z0-9._~-]{0,5}(?:%20)?[a-z0-9]$/);
    await fc.assert(
      fc.asyncProperty(fc.array(part, { minLength: 1, maxLength: 4 }), fc.nat(3), async (parts, slashes) => {
        const prefix = `/${parts.join('/')}`;
        const { other, fetch } = behindProxy(prefix);
        const vc = connect(`https://proxy.example.com${prefix}${'/'.repeat(slashes)}`, fetch);
        expect(vc.server).toBe(`https://proxy.example.com${prefix}`);
        expect(await collectValues(listLibraries(vc))).toEqual([['library-1']]);
        expect(other).toEqual([]);
      }),
      { numRuns: 50 },
    );
  });

  test('is part of the messages', async () => {
    const { fetch } = behindProxy('/vcenter');
    const { error } = await collect(listLibraries(connect('https://proxy.example.com/other', fetch)));
    expect(error).toMatchObject({ _tag: 'AuthenticationError', server: 'https://proxy.example.com/other' });
    expect(String(error)).toContain('https://proxy.example.com/other');
  });

  test('keeps the API session from links of the same origin beside it; links below it are used', async () => {
    const scenario: Scenario = { version: '9.0', data: { login: false } };
    const files = [{ name: 'ubuntu.ovf', content: '<Envelope/>' }];
    const linked = { libraries: [{ name: 'l', items: [{ name: 'i', id: 'item-1', contentVersion: '7', files }] }] };
    const strategy = async (modify: (text: string) => string) => {
      const { other, fetch } = behindProxy('/vcenter', scenario, modify, linked);
      const { values, error } = await inFakeTime(() =>
        collect(download(connect('https://proxy.example.com/vcenter', fetch), 'item-1', memorySink())),
      );
      expect(error).toBeUndefined();
      expect(other.filter(({ secrets }) => secrets.length > 0)).toEqual([]);
      return ofType(values, 'opened').map((event) => event.strategy);
    };
    expect(await strategy((text) => text)).toEqual(['session']);
    expect(
      await strategy((text) => text.replaceAll('https://proxy.example.com/cls/', 'https://proxy.example.com/vcenter/cls/')),
    ).toEqual(['link']);
  });

  test('with a query or a fragment is a TypeError', () => {
    for (const server of ['https://vcenter.example.com/ui/?a=secret', 'https://vcenter.example.com/ui/#/login'])
      expect(() => vcenter({ server, credentials: user })).toThrow(/^server: the address contains a query or a fragment/);
  });
});

test('downloadHost may be an origin: a development server that passes everything on', async () => {
  const { simulator, fetch } = behindProxy('');
  const hosts = new Set<string>();
  const spy: typeof globalThis.fetch = (input, init) => {
    const request = new Request(input, init);
    hosts.add(new URL(request.url).origin);
    return fetch(request);
  };
  const vc = connect('http://localhost:4200', spy, { downloadHost: 'http://localhost:4200' });
  const { values, error } = await inFakeTime(() => collect(download(vc, 'item-1', memorySink())));
  expect(error).toBeUndefined();
  expect(ofType(values, 'saved')).toHaveLength(3);
  expect([...hosts]).toEqual(['http://localhost:4200']);
  expect(await collectValues(getLibrary(vc, 'library-1'))).toHaveLength(1);
  expect(simulator.sessions).toEqual([]);
});
