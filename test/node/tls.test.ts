import { expect, test } from '@jest/globals';
import { listLibraries, TlsError, vcenter } from 'rx-content-library';
import { nodeFetch, type NodeFetchOptions } from 'rx-content-library/node';
import { createSimulator } from 'rx-content-library/simulator';
import { lastValueFrom } from 'rxjs';
import { localhost, otherHost, served } from './servers.ts';

/** A simulated vCenter over HTTPS, and a function that lists its libraries. */
const start = async (tls = localhost) => {
  const simulator = createSimulator();
  const { url } = await served(simulator.fetch, { tls });
  const libraries = (options?: NodeFetchOptions): Promise<readonly string[]> =>
    lastValueFrom(
      listLibraries(
        vcenter({
          server: url,
          credentials: { username: 'administrator@vsphere.local', password: 'secret' },
          fetch: nodeFetch(options),
        }),
      ),
    );
  return { simulator, host: new URL(url).host, libraries };
};

test('an untrusted certificate is a TlsError with host and code, and nothing is sent', async () => {
  const { simulator, host, libraries } = await start();
  const listing = libraries();
  await expect(listing).rejects.toBeInstanceOf(TlsError);
  await expect(listing).rejects.toMatchObject({ host, code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
  expect(simulator.requests).toEqual([]);
});

test('a certificate in `ca` is trusted, as text and as bytes', async () => {
  const { libraries } = await start();
  expect(await libraries({ ca: localhost.cert })).toHaveLength(1);
  expect(await libraries({ ca: Buffer.from(localhost.cert) })).toHaveLength(1);
});

test('several certificates in one `ca` are all trusted', async () => {
  const { libraries } = await start();
  expect(await libraries({ ca: `${otherHost.cert}\n${localhost.cert}` })).toHaveLength(1);
});

test('a trusted certificate of another host is a TlsError', async () => {
  const { simulator, libraries } = await start(otherHost);
  await expect(libraries({ ca: otherHost.cert })).rejects.toMatchObject({
    _tag: 'TlsError',
    code: 'ERR_TLS_CERT_ALTNAME_INVALID',
  });
  expect(simulator.requests).toEqual([]);
});

test('`insecure` accepts any certificate, on its own connections only', async () => {
  const { libraries } = await start();
  expect(await libraries({ insecure: true })).toHaveLength(1);
  await expect(libraries()).rejects.toBeInstanceOf(TlsError);
  expect(await libraries({ insecure: true })).toHaveLength(1);
});

test('with `ca`, `insecure` has no effect', async () => {
  const { libraries } = await start();
  await expect(libraries({ ca: otherHost.cert, insecure: true })).rejects.toBeInstanceOf(TlsError);
});
