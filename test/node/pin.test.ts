import { randomBytes, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { createServer, type TlsOptions, type TLSSocket } from 'node:tls';
import { expect, test } from '@jest/globals';
import { listLibraries, TlsError, vcenter } from 'rx-content-library';
import { createSelfSignedCertificate, nodeFetch, type NodeFetch, type NodeFetchOptions } from 'rx-content-library/node';
import { createSimulator } from 'rx-content-library/simulator';
import { lastValueFrom } from 'rxjs';
import { listening, localhost, otherHost, served, tcpServer } from './servers.ts';

const thumbprintsOf = (pem: string) => {
  const { fingerprint, fingerprint256 } = new X509Certificate(pem);
  return { sha1: fingerprint, sha256: fingerprint256, both: `SHA-1 ${fingerprint}, SHA-256 ${fingerprint256}` };
};
const ours = thumbprintsOf(localhost.cert);
const theirs = thumbprintsOf(otherHost.cert);

/** A TLS server that records the bytes of every connection. */
const secureServer = async (options: TlsOptions & { closes?: boolean } = {}) => {
  const { closes = false, ...tls } = options;
  const connections: { received: string; readonly resumed: boolean }[] = [];
  const server = createServer({ ...localhost, ticketKeys: randomBytes(48), ...tls }, (socket: TLSSocket) => {
    const connection = { received: '', resumed: socket.isSessionReused() };
    connections.push(connection);
    socket.on('data', (bytes: Buffer) => {
      connection.received += bytes.toString();
      if (!connection.received.endsWith('\r\n\r\n')) return;
      const length = `content-length: 2\r\n${closes ? 'connection: close\r\n' : ''}`;
      socket.write(`HTTP/1.1 200 OK\r\n${length}\r\nok`);
      if (closes) socket.end();
    });
  });
  let sockets = 0;
  server.on('connection', () => (sockets += 1));
  const url = (await listening(server)).replace('http:', 'https:');
  return {
    server,
    url,
    host: new URL(url).host,
    connections,
    /** The number of connections, and the methods of the requests. */
    received: () => ({ sockets, methods: connections.flatMap(({ received }) => received.match(/^[A-Z]+/) ?? []) }),
  };
};

const text = async (fetching: Promise<Response>): Promise<string> => (await fetching).text();

test.each<[string, NodeFetchOptions]>([
  ['SHA-1', { thumbprint: ours.sha1 }],
  ['SHA-256', { thumbprint: ours.sha256 }],
  ['SHA-256 in another spelling', { thumbprint: `sha256:${ours.sha256.replaceAll(':', '').toLowerCase()}` }],
  ['SHA-1, with any `ca`', { thumbprint: ours.sha1, ca: otherHost.cert }],
])('a self-signed certificate is accepted by its %s', async (_, options) => {
  const { url } = await secureServer();
  expect(await text(nodeFetch(options)(url))).toBe('ok');
});

test('a pinned certificate is accepted for another host, and expired', async () => {
  const expired = createSelfSignedCertificate({ validFrom: new Date('2020-01-01'), validTo: new Date('2021-01-01') });
  const [other, old] = await Promise.all([secureServer(otherHost), secureServer({ cert: expired.cert, key: expired.key })]);
  expect(await text(nodeFetch({ thumbprint: theirs.sha256 })(other.url))).toBe('ok');
  expect(await text(nodeFetch({ thumbprint: expired.thumbprint })(old.url))).toBe('ok');
});

const lastDigitOff = ours.sha256.replace(/.$/, (digit) => (digit === '0' ? '1' : '0'));

test.each<[string, NodeFetchOptions, string]>([
  ['last digit', { thumbprint: lastDigitOff }, `SHA-256 ${lastDigitOff}`],
  ['SHA-1', { thumbprint: theirs.sha1.toLowerCase() }, `SHA-1 ${theirs.sha1}`],
  ['SHA-256', { thumbprint: theirs.sha256 }, `SHA-256 ${theirs.sha256}`],
  ['SHA-1, although its authority is trusted', { thumbprint: theirs.sha1, ca: localhost.cert }, `SHA-1 ${theirs.sha1}`],
  ['SHA-1, although anything is trusted', { thumbprint: theirs.sha1, insecure: true }, `SHA-1 ${theirs.sha1}`],
])('a certificate with another %s is a TlsError, before a byte of the request is sent', async (_, options, expected) => {
  const { url, host, received } = await secureServer();
  const refused = nodeFetch(options)(`${url}/secret-path`, { headers: { 'vmware-api-session-id': 'secret' } });
  await expect(refused).rejects.toBeInstanceOf(TlsError);
  await expect(refused).rejects.toMatchObject({ host, code: 'THUMBPRINT_MISMATCH', expected, presented: ours.both });
  await expect(refused).rejects.not.toThrow(/secret/);
  // A second one, so that any bytes of the first have arrived.
  await text(nodeFetch({ insecure: true })(url));
  expect(received()).toEqual({ sockets: 2, methods: ['GET'] });
});

test.each(['TLSv1.2', 'TLSv1.3'] as const)('no session of %s is resumed', async (version) => {
  const { url, connections } = await secureServer({ closes: true, minVersion: version, maxVersion: version });
  for (const options of [{ thumbprint: ours.sha1 }, { ca: localhost.cert }]) {
    const fetch = nodeFetch(options);
    for (let count = 0; count < 3; count += 1) expect(await text(fetch(url))).toBe('ok');
  }
  expect(connections.map(({ resumed }) => resumed)).toEqual(Array.from({ length: 6 }, () => false));
});

test.each(['TLSv1.2', 'TLSv1.3'] as const)(
  'a certificate that changes between connections is rejected, over %s',
  async (version) => {
    const ticketKeys = randomBytes(48);
    const versions = { minVersion: version, maxVersion: version };
    const { server, url, received } = await secureServer({ closes: true, ticketKeys, ...versions });
    const fetch = nodeFetch({ thumbprint: ours.sha1 });
    expect(await text(fetch(url))).toBe('ok');
    // The server could resume the old session under the new certificate.
    server.setSecureContext({ ...otherHost, ...versions, ticketKeys });
    await expect(fetch(url)).rejects.toMatchObject({ code: 'THUMBPRINT_MISMATCH', presented: theirs.both });
    server.setSecureContext({ ...localhost, ...versions, ticketKeys });
    expect(await text(fetch(url))).toBe('ok');
    expect(received()).toEqual({ sockets: 3, methods: ['GET', 'GET'] });
  },
);

test('operations error with the TlsError, and nothing reaches the server', async () => {
  const simulator = createSimulator();
  const { url } = await served(simulator.fetch, { tls: localhost });
  const fetch = nodeFetch({ thumbprint: theirs.sha1 });
  const vc = vcenter({ server: url, credentials: { username: 'u', password: 'p' }, fetch });
  const listing = lastValueFrom(listLibraries(vc));
  const facts = { host: new URL(url).host, expected: `SHA-1 ${theirs.sha1}`, presented: ours.both };
  await expect(listing).rejects.toBeInstanceOf(TlsError);
  await expect(listing).rejects.toMatchObject(facts);
  expect(simulator.requests).toEqual([]);
});

test.each<[string, NodeFetchOptions, { cert: string; key: string }, object]>([
  [
    'that is self-signed',
    {},
    localhost,
    {
      code: 'DEPTH_ZERO_SELF_SIGNED_CERT',
      expected: 'a certificate issued by a trusted authority',
      presented: expect.stringContaining(ours.both),
    },
  ],
  [
    'of another host',
    { ca: otherHost.cert },
    otherHost,
    {
      code: 'ERR_TLS_CERT_ALTNAME_INVALID',
      expected: expect.stringContaining('a certificate for 127.0.0.1'),
      presented: `${theirs.both}, for DNS:vcenter.example.com`,
    },
  ],
])('a certificate %s is a TlsError with the thumbprints', async (_, options, tls, facts) => {
  const { url, received } = await secureServer(tls);
  await expect(nodeFetch(options)(url)).rejects.toMatchObject(facts);
  await text(nodeFetch({ insecure: true })(url));
  expect(received()).toEqual({ sockets: 2, methods: ['GET'] });
});

test.each<[string, Date, Date, string]>([
  ['ended', new Date('2020-01-01'), new Date('2021-01-01'), 'CERT_HAS_EXPIRED'],
  ['has not begun', new Date('2090-01-01'), new Date('2091-01-01'), 'CERT_NOT_YET_VALID'],
])('a certificate whose validity %s is a TlsError with its dates', async (_, validFrom, validTo, code) => {
  const { cert, key } = createSelfSignedCertificate({ validFrom, validTo });
  const { url } = await secureServer({ cert, key });
  await expect(nodeFetch({ ca: cert })(url)).rejects.toMatchObject({
    code,
    expected: 'a certificate that is valid now',
    presented: expect.stringMatching(`from .* ${validFrom.getFullYear()} .* to .* ${validTo.getFullYear()} `),
  });
});

test('`pinned` accepts only one certificate, whatever the fetch itself trusts', async () => {
  const { url, host, received } = await secureServer();
  for (const options of [{}, { insecure: true }, { thumbprint: theirs.sha1 }, { ca: otherHost.cert }]) {
    const fetch = nodeFetch(options);
    expect(await text(fetch.pinned({ thumbprint: ours.sha1 })(url))).toBe('ok');
    expect(await text(fetch.pinned({ pem: localhost.cert })(url))).toBe('ok');
  }
  const before = received().methods.length;
  for (const other of [{ thumbprint: theirs.sha1 }, { pem: otherHost.cert }])
    await expect(nodeFetch({ insecure: true }).pinned(other)(url)).rejects.toMatchObject({ host, presented: ours.both });
  await text(nodeFetch({ insecure: true })(url));
  expect(received().methods).toHaveLength(before + 1);
});

test('the certificate overrides the thumbprint, even an invalid one', async () => {
  const { url } = await secureServer();
  const fetch = nodeFetch();
  expect(await text(fetch.pinned({ pem: localhost.cert, thumbprint: theirs.sha1 })(url))).toBe('ok');
  expect(await text(fetch.pinned({ pem: localhost.cert, thumbprint: 'nonsense' })(url))).toBe('ok');
  const expected = `SHA-256 ${theirs.sha256}`;
  await expect(fetch.pinned({ pem: otherHost.cert, thumbprint: ours.sha1 })(url)).rejects.toMatchObject({ expected });
});

test('connections are reused only by requests with the same trust', async () => {
  const { url, connections } = await secureServer();
  const fetch = nodeFetch({ insecure: true });
  const fetches = [
    fetch,
    fetch.pinned({ thumbprint: ours.sha1 }),
    fetch.pinned({ pem: localhost.cert }),
    nodeFetch({ insecure: true }),
  ];
  for (const pinnedFetch of fetches) await text(pinnedFetch(url));
  expect(connections).toHaveLength(4);
  const again = fetch.pinned({ thumbprint: ours.sha1.toLowerCase() });
  for (const pinnedFetch of [...fetches, again]) await text(pinnedFetch(url));
  expect(connections).toHaveLength(4);
});

test('plain HTTP is rejected if a certificate is pinned', async () => {
  let requests = 0;
  const { url } = await served(async () => ((requests += 1), new Response('')));
  for (const fetch of [nodeFetch({ thumbprint: ours.sha1 }), nodeFetch().pinned({ thumbprint: ours.sha1 })])
    await expect(fetch(url)).rejects.toMatchObject({
      _tag: 'TlsError',
      host: new URL(url).host,
      expected: `SHA-1 ${ours.sha1}`,
      presented: undefined,
    });
  expect(requests).toBe(0);
});

test('an invalid pin is a TypeError, at once', () => {
  expect(() => nodeFetch({ thumbprint: 'nonsense' })).toThrow(TypeError);
  expect(() => nodeFetch().pinned({ thumbprint: '' })).toThrow(/thumbprint: expected/);
  expect(() => nodeFetch().pinned({ pem: 'nonsense' })).toThrow(/pem: expected a certificate in PEM/);
  expect(() => nodeFetch().pinned({})).toThrow(/expected \{ thumbprint \} or \{ pem \}/);
});

test("the platform's fetch has no `pinned`, and the types say so", () => {
  const fetch: typeof globalThis.fetch = globalThis.fetch;
  // @ts-expect-error -- only a NodeFetch has it
  expect(fetch.pinned).toBeUndefined();
  const pinning: NodeFetch = nodeFetch();
  const plain: typeof globalThis.fetch = pinning;
  expect(plain).toHaveProperty('pinned');
});

test('aborting while the server is silent closes the connection', async () => {
  const connected = Promise.withResolvers<Socket>();
  const { url } = await tcpServer((socket) => connected.resolve(socket.resume()));
  const abort = new AbortController();
  const fetching = nodeFetch({ thumbprint: ours.sha1 })(url.replace('http:', 'https:'), { signal: abort.signal });
  const closed = once(await connected.promise, 'close');
  abort.abort(new Error('enough'));
  await expect(fetching).rejects.toThrow('enough');
  await closed;
});

test('a server that disconnects during the handshake is a TransportError, not a TlsError', async () => {
  const { url } = await tcpServer((socket) => socket.destroy());
  const fetching = nodeFetch({ thumbprint: ours.sha1 })(url.replace('http:', 'https:'));
  await expect(fetching).rejects.toMatchObject({ code: 'ECONNRESET' });
});
