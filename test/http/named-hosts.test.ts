import { describe, expect, test } from '@jest/globals';
import { download, listLibraries, vcenter, type VCenterOptions } from 'rx-content-library';
import { createSimulator, type Fault } from 'rx-content-library/simulator';
import { collect } from '../support/collect.ts';
import { inFakeTime } from '../support/fake-time.ts';
import { memorySink } from '../support/memory-sink.ts';
import { inventory, preparedAtOnce, user } from '../support/simulated-vcenter.ts';

const failing =
  (code: string | undefined): typeof globalThis.fetch =>
  () =>
    Promise.reject(new TypeError('fetch failed', code === undefined ? {} : { cause: Object.assign(new Error(code), { code }) }));

const errorOf = async (server: string, fetch: typeof globalThis.fetch, options: Partial<VCenterOptions> = {}) =>
  (await collect(listLibraries(vcenter({ server, credentials: user, retry: false, fetch, ...options })))).error;

describe('an error of the network names host and port', () => {
  test.each([
    ['https://vcenter.example.com', 'vcenter.example.com:443'],
    ['http://localhost', 'localhost:80'],
    ['https://vcenter.example.com:8443/path', 'vcenter.example.com:8443'],
    ['https://[fd00::5]', '[fd00::5]:443'],
  ])('%s', async (server, host) => {
    for (const code of ['ECONNREFUSED', 'ENOTFOUND', undefined]) {
      const error = await errorOf(server, failing(code));
      expect(error).toMatchObject({ _tag: 'TransportError', host, code });
      expect(String(error)).toContain(`cannot reach ${host}${code === undefined ? '.' : ` (${code}).`}`);
    }
  });

  test('and so does one without a response in time', async () => {
    const hanging: typeof globalThis.fetch = () => new Promise(() => undefined);
    const error = await inFakeTime(() => errorOf('https://vcenter.example.com', hanging, { timeout: 1000 }));
    expect(error).toMatchObject({ _tag: 'TimeoutError', host: 'vcenter.example.com:443' });
    expect(String(error)).toContain('no data from vcenter.example.com:443 for 1 s');
  });

  test.each([
    ['https://sso.example.com:9443/login?key=secret', 'https://sso.example.com:9443'],
    ['/portal?key=secret', 'https://vcenter.example.com'],
    ['mailto:secret@example.com', undefined],
    [undefined, undefined],
  ])('a redirect to %s: with the origin of its target, without its path', async (location, redirectTo) => {
    const redirecting: typeof globalThis.fetch = () =>
      Promise.resolve(new Response(null, { status: 302, headers: location === undefined ? {} : { location } }));
    const error = await errorOf('https://vcenter.example.com', redirecting);
    expect(error).toMatchObject({ code: 'REDIRECT', host: 'vcenter.example.com:443', redirectTo });
    expect(String(error)).toContain(redirectTo === undefined ? 'sent a redirect,' : `sent a redirect to ${redirectTo},`);
    expect(String(error)).not.toContain('secret');
  });

  const host = 'esx.example.com:443';
  test.each<readonly [string, Fault, object]>([
    ['hangs', { kind: 'hang', operation: 'data', at: 100 }, { _tag: 'TimeoutError', host }],
    ['hangs before its headers', { kind: 'hang', operation: 'data' }, { _tag: 'TimeoutError', host }],
  ])('the body of a file that %s: with the host of the link', async (_, fault, expected) => {
    const { error } = await inFakeTime(() => {
      const simulator = createSimulator({
        inventory,
        users: [user],
        scenario: { preparation: preparedAtOnce, data: { login: false }, faults: [fault] },
      });
      const vc = vcenter({
        server: 'https://vcenter.example.com',
        credentials: user,
        fetch: simulator.fetch,
        downloadHost: 'esx.example.com',
      });
      return collect(download(vc, 'item-1', memorySink(), { files: ['ubuntu disk #1.vmdk'], fileRetry: false }));
    });
    expect(error).toMatchObject(expected);
    expect(String(error)).toContain(host);
  });

  test('a preparation that stalls: with the host of vCenter', async () => {
    const { error } = await inFakeTime(() => {
      const simulator = createSimulator({
        inventory,
        users: [user],
        scenario: { preparation: { preparing: 3_600_000, bytesMove: false } },
      });
      const vc = vcenter({ server: 'https://vcenter.example.com', credentials: user, fetch: simulator.fetch });
      return collect(download(vc, 'item-1', memorySink(), { timeout: 10_000 }));
    });
    expect(error).toMatchObject({ _tag: 'TimeoutError', host: 'vcenter.example.com:443' });
  });
});

test('in a browser, a failure names its three possible causes', async () => {
  Object.assign(globalThis, { location: { href: 'http://localhost:4200/' } });
  try {
    const error = await errorOf('https://vcenter.example.com', failing(undefined));
    for (const cause of ['vcenter.example.com:443', 'CORS', 'certificate', 'network']) expect(String(error)).toContain(cause);
    expect(error).toMatchObject({ _tag: 'TransportError', code: undefined });
  } finally {
    Reflect.deleteProperty(globalThis, 'location');
  }
});
