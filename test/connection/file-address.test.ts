import { describe, expect, test } from '@jest/globals';
import { download, vcenter, type VCenterOptions } from 'rx-content-library';
import { createSimulator } from 'rx-content-library/simulator';
import { rewriteHost } from '#src/connection/file-url.js';
import { collect } from '../support/collect.ts';
import { memorySink } from '../support/memory-sink.ts';
import { inventory, preparedAtOnce, user } from '../support/simulated-vcenter.ts';

const link = 'https://vcenter.corp.test/cls/data/0a1b/disk%20%231.vmdk?x=1&y=%2F';

describe('the host of a link', () => {
  test.each([
    ['10.0.0.5', link, 'https://10.0.0.5/cls/data/0a1b/disk%20%231.vmdk?x=1&y=%2F'],
    ['localhost:8443', link, 'https://localhost:8443/cls/data/0a1b/disk%20%231.vmdk?x=1&y=%2F'],
    ['other.test', 'https://vcenter.corp.test:9443/a', 'https://other.test:9443/a'],
    ['other.test:443', 'https://vcenter.corp.test:9443/a', 'https://other.test/a'],
    ['other.test', 'http://vcenter.corp.test/a', 'http://other.test/a'],
    ['[fd00::5]', 'https://vcenter.corp.test/a', 'https://[fd00::5]/a'],
    ['[fd00::5]:8443', 'https://vcenter.corp.test/a', 'https://[fd00::5]:8443/a'],
  ])('%s replaces the host of %s', (host, uri, expected) => {
    expect(rewriteHost(host)({ uri, ssl_certificate_thumbprint: 'AA' })).toEqual({
      uri: expected,
      ssl_certificate_thumbprint: 'AA',
    });
  });

  test.each([
    ['https://proxy.test', link, 'https://proxy.test/cls/data/0a1b/disk%20%231.vmdk?x=1&y=%2F'],
    ['http://localhost:4200', 'https://vcenter.corp.test:9443/a', 'http://localhost:4200/a'],
    ['HTTPS://Proxy.test:443/', 'http://vcenter.corp.test/a', 'https://proxy.test/a'],
    ['https://[fd00::5]:8443', 'https://vcenter.corp.test/a', 'https://[fd00::5]:8443/a'],
  ])('%s replaces the origin of %s, and what vCenter states about its certificate', (origin, uri, expected) => {
    expect(rewriteHost(origin)({ uri, ssl_certificate_thumbprint: 'AA', ssl_certificate: 'PEM' })).toEqual({ uri: expected });
  });

  test('stays without downloadHost', () => expect(rewriteHost(undefined)({ uri: link })).toEqual({ uri: link }));
});

const options: VCenterOptions = { server: 'https://10.0.0.5', credentials: user };

test.each([
  '',
  'https://10.0.0.5/cls',
  'https://me:secret@10.0.0.5',
  'https://10.0.0.5?a=b',
  'https://10.0.0.5\\secret',
  'https://',
  'ftp://10.0.0.5',
  '10.0.0.5/cls',
  'me:secret@10.0.0.5',
  'a b',
  '10.0.0.5:',
  'a:0',
  'a:65536',
  'fd00::5',
  '[',
  'a?b',
])('downloadHost %j is a TypeError that does not contain the value', (downloadHost) => {
  const make = () => vcenter({ ...options, downloadHost });
  expect(make).toThrow(TypeError);
  expect(make).toThrow(/^downloadHost: expected a host such as vcenter\.example\.com or 10\.0\.0\.5:8443, or an origin such as/);
  expect(make).not.toThrow(/secret/);
});

/** A vCenter that is reachable at 10.0.0.5 only, but has another name in its links. */
const unreachableLinks = () => {
  const thumbprint = 'AB'.repeat(20);
  const simulator = createSimulator({
    inventory,
    users: [user],
    scenario: { preparation: preparedAtOnce, data: { login: false } },
    certificate: { thumbprint },
  });
  const requests: { readonly host: string; readonly session: boolean; readonly pin: unknown }[] = [];
  const fetchWith =
    (pin: unknown): typeof globalThis.fetch =>
    async (input, init) => {
      const request = new Request(input, init);
      const url = new URL(request.url);
      if (url.pathname.startsWith('/cls/'))
        requests.push({ host: url.host, session: request.headers.has('vmware-api-session-id'), pin });
      if (url.hostname !== '10.0.0.5') throw Object.assign(new Error('no such name'), { code: 'ENOTFOUND' });
      url.port = '';
      const response = await simulator.fetch(new Request(url, request));
      if (!/json/.test(response.headers.get('content-type') ?? '')) return response;
      const text = (await response.text()).replaceAll('https://10.0.0.5', 'https://vcenter.corp.test');
      return new Response(text === '' ? null : text, { status: response.status, headers: response.headers });
    };
  const fetch = Object.assign(fetchWith(undefined), { pinned: (pin: unknown) => fetchWith(pin) });
  return { simulator, fetch, requests, thumbprint };
};

const run = async (changes: Partial<VCenterOptions>) => {
  const { fetch, requests, thumbprint, simulator } = unreachableLinks();
  const sink = memorySink();
  const vc = vcenter({ ...options, fetch, retry: false, ...changes });
  const files = ['ubuntu.nvram'];
  const result = await collect(download(vc, 'item-1', sink, { files, fileRetry: false }));
  return { ...result, sink, requests, thumbprint, simulator };
};

describe('a vCenter whose links have an unreachable host', () => {
  test('fails with an error that does not contain the link', async () => {
    const { error } = await run({});
    expect(error).toMatchObject({ _tag: 'TransportError', code: 'ENOTFOUND' });
    expect(String(error)).not.toMatch(/cls/);
  });

  test('is downloaded from downloadHost, with the API session and the pinned certificate of the link', async () => {
    const { error, sink, requests, thumbprint } = await run({ downloadHost: '10.0.0.5' });
    expect(error).toBeUndefined();
    expect(sink.files.has('ubuntu.nvram')).toBe(true);
    expect(requests).toEqual([{ host: '10.0.0.5', session: true, pin: { thumbprint } }]);
  });

  test('does not receive the API session at another port', async () => {
    const { error, requests, thumbprint } = await run({ downloadHost: '10.0.0.5:8443' });
    expect(error).toBeUndefined();
    expect(requests).toEqual([{ host: '10.0.0.5:8443', session: false, pin: { thumbprint } }]);
  });
});
