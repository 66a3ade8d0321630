import { createServer as createSecureServer } from 'node:https';
import { expect, test } from '@jest/globals';
import { listLibraries, TlsError, vcenter } from 'rx-content-library';
import { nodeFetch, type NodeFetchOptions } from 'rx-content-library/node';
import { createSimulator } from 'rx-content-library/simulator';
import { lastValueFrom } from 'rxjs';
import { issued, listening, localhost, otherHost, served, tcpServer } from './servers.ts';

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

test.each([
  ['the root', issued.root],
  ['an intermediate authority', issued.issuing],
  ["the server's own certificate", issued.leaf],
  ['bytes with a byte order mark and Windows line ends', Buffer.from(`\ufeff${issued.issuing.replaceAll('\n', '\r\n')}`)],
  ['a certificate beside a private key and a revocation list', issued.key + issued.crl + issued.issuing],
  ['a certificate beside comments', `# Müller\n${otherHost.cert}\nissuing\n${issued.issuing}\n# end`],
])('%s as `ca` is a trust anchor', async (_, ca) => {
  const { libraries } = await start(issued);
  expect(await libraries({ ca })).toHaveLength(1);
});

test.each(['root', 'issuing'] as const)(
  'with the anchor %s, the dates and the name of the certificate are checked',
  async (anchor) => {
    const [expired, other] = await Promise.all([start({ ...issued, cert: issued.expired }), start(otherHost)]);
    await expect(expired.libraries({ ca: issued[anchor] })).rejects.toMatchObject({ _tag: 'TlsError', code: 'CERT_HAS_EXPIRED' });
    await expect(other.libraries({ ca: issued[anchor] + otherHost.cert })).rejects.toMatchObject({
      code: 'ERR_TLS_CERT_ALTNAME_INVALID',
    });
  },
);

test('another server of the same authority is rejected if only a server is the anchor', async () => {
  const { simulator, libraries } = await start(issued);
  await expect(libraries({ ca: localhost.cert })).rejects.toBeInstanceOf(TlsError);
  expect(simulator.requests).toEqual([]);
});

test.each([
  ['a revocation list', issued.crl, 'ca: expected certificates in PEM, found only X509 CRL'],
  ['a private key', issued.key, 'ca: expected certificates in PEM, found only PRIVATE KEY'],
  [
    'a key, parameters and a request',
    `${issued.key}-----BEGIN EC PARAMETERS-----\nBggq\n-----END EC PARAMETERS-----\n-----BEGIN CERTIFICATE REQUEST-----\nMIIB\n-----END CERTIFICATE REQUEST-----\n`,
    'ca: expected certificates in PEM, found only PRIVATE KEY, EC PARAMETERS, CERTIFICATE REQUEST',
  ],
  ['text', 'vcenter.example.com', 'ca: expected certificates in PEM, found none'],
  ['nothing', '', 'ca: expected certificates in PEM, found none'],
  ['half a certificate', issued.leaf.slice(0, 300), 'ca: certificate 1 of 1 is invalid'],
  [
    'other bytes',
    `${issued.leaf}-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n`,
    'ca: certificate 2 of 2 is invalid',
  ],
])('%s as `ca` is a TypeError', (_, ca, message) => {
  expect(() => nodeFetch({ ca })).toThrow(new TypeError(message));
  expect(() => nodeFetch({ ca: Buffer.from(ca) })).toThrow(message);
});

/** Rejects what the fetch rejects with, and counts the bytes that an HTTP server would see. */
const failureOf = (url: string, options: NodeFetchOptions = {}): Promise<unknown> =>
  nodeFetch({ insecure: true, ...options })(url, { headers: { authorization: 'Basic secret' } }).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );

test.each([
  ['TLSv1.3', /CERTIFICATE_REQUIRED\): it requires a client certificate, which this client cannot send/],
  [
    'TLSv1.2',
    /HANDSHAKE_FAILURE\)\. It may require a client certificate, which this client cannot send, or no TLS version or cipher/,
  ],
] as const)(
  'a server that requires a client certificate over %s is a TlsError without advice about trust',
  async (maxVersion, message) => {
    const server = createSecureServer({ ...localhost, requestCert: true, rejectUnauthorized: true, maxVersion });
    const url = (await listening(server)).replace('http:', 'https:');
    for (const options of [{ insecure: true }, { ca: localhost.cert }]) {
      const failure = await failureOf(url, options);
      expect(failure).toMatchObject({ _tag: 'TlsError', host: new URL(url).host, message: expect.stringMatching(message) });
      expect(String(failure)).not.toMatch(/[Tt]rust|was rejected/);
    }
  },
);

test.each([
  ['bad_certificate', 42, 'BAD_CERTIFICATE'],
  ['unsupported_certificate', 43, 'UNSUPPORTED_CERTIFICATE'],
  ['certificate_revoked', 44, 'CERTIFICATE_REVOKED'],
  ['certificate_expired', 45, 'CERTIFICATE_EXPIRED'],
  ['certificate_unknown', 46, 'CERTIFICATE_UNKNOWN'],
  ['unknown_ca', 48, 'UNKNOWN_CA'],
  ['access_denied', 49, 'ACCESS_DENIED'],
  ['certificate_required', 116, 'CERTIFICATE_REQUIRED'],
])('the alert %s during the handshake is one about the client certificate', async (_, alert, name) => {
  const { url } = await tcpServer(
    (socket) => void socket.once('data', () => socket.end(Buffer.from([0x15, 3, 3, 0, 2, 2, alert]))),
  );
  expect(await failureOf(url.replace('http:', 'https:'))).toMatchObject({
    _tag: 'TlsError',
    code: expect.stringMatching(new RegExp(`_ALERT_${name}$`)),
    message: expect.stringContaining('it requires a client certificate, which this client cannot send'),
  });
});

test('an alert that is not about certificates is not a TlsError', async () => {
  const { url } = await tcpServer((socket) => void socket.once('data', () => socket.end(Buffer.from([0x15, 3, 3, 0, 2, 2, 80]))));
  expect(await failureOf(url.replace('http:', 'https:'))).not.toMatchObject({ _tag: 'TlsError' });
});

test.each([
  ['an HTTP server', 'HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n'],
  ['an SSH server', 'SSH-2.0-OpenSSH_9.6\r\n'],
  ['a mail server', '220 mail.example.com ESMTP\r\n'],
])('%s at an https: address is a TransportError that states it, and receives no header', async (_, greeting) => {
  let received = '';
  const { url } = await tcpServer((socket) => {
    socket.on('data', (bytes: Buffer) => {
      received += bytes.toString('latin1');
      socket.end(greeting);
    });
  });
  const { host } = new URL(url);
  expect(await failureOf(url.replace('http:', 'https:'))).toMatchObject({
    _tag: 'TransportError',
    code: 'NOT_TLS',
    message: expect.stringMatching(new RegExp(`^connection to ${host}: the server responded without TLS`)),
  });
  expect(received).not.toMatch(/secret|authorization/i);
});
