import { spawnSync } from 'node:child_process';
import { createHash, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connect, type ConnectionOptions } from 'node:tls';
import { describe, expect, test } from '@jest/globals';
import { createSelfSignedCertificate, nodeFetch, type SelfSignedCertificate } from 'rx-content-library/node';
import { createSimulator } from 'rx-content-library/simulator';
import { served } from './servers.ts';
import { temporaryDirectory } from './temporary.ts';

const hour = 60 * 60_000;

const parse = ({ cert }: SelfSignedCertificate): X509Certificate => new X509Certificate(cert);

/** Returns the result of a TLS handshake with the server under this name. */
const handshake = async (url: string, options: ConnectionOptions): Promise<string> => {
  const { port } = new URL(url);
  const socket = connect({ host: '127.0.0.1', port: Number(port), ...options });
  const ended = await once(socket, 'secureConnect').then(
    () => 'trusted',
    (error: unknown) => String(Reflect.get(Object(error) as object, 'code')),
  );
  socket.destroy();
  return ended;
};

test('is valid for localhost and both loopback addresses', () => {
  const certificate = parse(createSelfSignedCertificate());
  expect(certificate.checkHost('localhost')).toBe('localhost');
  for (const address of ['127.0.0.1', '::1']) expect(certificate.checkIP(address)).toBe(address);
  expect(certificate.checkHost('vcenter.example.com')).toBeUndefined();
});

test('is valid for the given names and addresses, in any spelling', () => {
  const names = ['vcenter.example.com', '10.1.2.3', 'fe80::1:2', '1:2:3:4:5:6:7:8', '::', '::ffff:1.2.3.4', 'localhost'];
  const certificate = parse(createSelfSignedCertificate({ names }));
  expect(certificate.checkHost('vcenter.example.com')).toBe('vcenter.example.com');
  for (const address of ['10.1.2.3', 'fe80::1:2', '1:2:3:4:5:6:7:8', '::', '::ffff:102:304'])
    expect(certificate.checkIP(address)).toBe(address);
  expect(certificate.subjectAltName?.match(/DNS:localhost/g)).toHaveLength(1);
});

test('supports many and long names', () => {
  const names = Array.from({ length: 1_000 }, (_, number) => `${'a'.repeat(60)}.${number}.example.com`);
  const certificate = parse(createSelfSignedCertificate({ names }));
  for (const name of [names[0] ?? '', names[999] ?? '']) expect(certificate.checkHost(name)).toBe(name);
});

test('is signed by its own key, and is not a certificate authority', () => {
  const certificate = parse(createSelfSignedCertificate());
  expect(certificate.verify(certificate.publicKey)).toBe(true);
  expect(certificate.ca).toBe(false);
  expect(certificate.publicKey.asymmetricKeyDetails).toEqual({ namedCurve: 'prime256v1' });
  expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']);
});

test('has its own key and serial number', () => {
  const [one, two] = [createSelfSignedCertificate(), createSelfSignedCertificate()];
  expect(one.key).toMatch(/^-----BEGIN PRIVATE KEY-----\n/);
  expect(parse(one).serialNumber).not.toBe(parse(two).serialNumber);
  expect(one.thumbprint).not.toBe(two.thumbprint);
});

test('the thumbprint is the SHA-1 of the certificate, as VMware prints it', () => {
  const made = createSelfSignedCertificate();
  const digest = createHash('sha1').update(parse(made).raw).digest('hex').toUpperCase();
  expect(made.thumbprint).toBe(digest.match(/../g)?.join(':'));
});

describe('its validity', () => {
  test('is from an hour ago to a week from now', () => {
    const before = Date.now();
    const { validFromDate, validToDate } = parse(createSelfSignedCertificate());
    const second = 1000;
    expect(validFromDate.getTime()).toBeGreaterThanOrEqual(before - hour - second);
    expect(validFromDate.getTime()).toBeLessThanOrEqual(Date.now() - hour);
    expect(validToDate.getTime() - validFromDate.getTime()).toBe(7 * 24 * hour + hour);
  });

  test.each([
    ['1999-12-31T23:59:59.000Z', '2049-12-31T23:59:59.000Z'],
    ['2050-01-01T00:00:00.000Z', '9999-12-31T23:59:59.000Z'],
  ])('can be set: from %s to %s', (from, to) => {
    const certificate = parse(createSelfSignedCertificate({ validFrom: new Date(from), validTo: new Date(to) }));
    expect([certificate.validFromDate.toISOString(), certificate.validToDate.toISOString()]).toEqual([from, to]);
  });
});

describe('a TLS client', () => {
  test('with the certificate as authority trusts the server by each of its names', async () => {
    const tls = createSelfSignedCertificate({ names: ['vcenter.example.com'] });
    const { url } = await served(async () => new Response('well'), { tls });
    for (const servername of ['localhost', 'vcenter.example.com'])
      expect(await handshake(url, { ca: tls.cert, servername })).toBe('trusted');
    expect(await (await nodeFetch({ ca: tls.cert })(url)).text()).toBe('well');
  });

  test('without it, or with another name, rejects the server', async () => {
    const tls = createSelfSignedCertificate();
    const { url } = await served(async () => new Response(), { tls });
    expect(await handshake(url, { servername: 'localhost' })).toBe('DEPTH_ZERO_SELF_SIGNED_CERT');
    expect(await handshake(url, { ca: createSelfSignedCertificate().cert, servername: 'localhost' })).not.toBe('trusted');
    expect(await handshake(url, { ca: tls.cert, servername: 'other.example.com' })).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
  });

  test('rejects an expired certificate', async () => {
    const tls = createSelfSignedCertificate({ validFrom: new Date(Date.now() - 2 * hour), validTo: new Date(Date.now() - hour) });
    const { url } = await served(async () => new Response(), { tls });
    expect(await handshake(url, { ca: tls.cert, servername: 'localhost' })).toBe('CERT_HAS_EXPIRED');
  });
});

test('the endpoints of a simulator state its thumbprint', async () => {
  const tls = createSelfSignedCertificate();
  const { fetch } = createSimulator({
    certificate: { thumbprint: tls.thumbprint },
    scenario: { preparation: { requested: 0, preparing: 0 } },
  });
  const { url } = await served(fetch, { tls });
  const send = nodeFetch({ ca: tls.cert });
  const headers = { 'content-type': 'application/json' };
  const authorization = `Basic ${btoa('administrator@vsphere.local:secret')}`;
  const token = (await (await send(`${url}/api/session`, { method: 'POST', headers: { authorization } })).json()) as string;
  const ask = async (path: string, body: unknown): Promise<unknown> => {
    const init = { method: 'POST', headers: { ...headers, 'vmware-api-session-id': token }, body: JSON.stringify(body) };
    return (await send(`${url}/api/content/library/item${path}`, init)).json();
  };
  const [item] = (await ask('?action=find', { name: 'debian-12' })) as string[];
  const session = (await ask('/download-session', { library_item_id: item })) as string;
  const file = await ask(`/download-session/${session}/file?action=prepare`, { file_name: 'debian-12.ovf' });
  expect(file).toMatchObject({ download_endpoint: { ssl_certificate_thumbprint: tls.thumbprint } });
});

// Reported as skipped if openssl is missing.
const withOpenssl = spawnSync('openssl', ['version']).status === 0 ? test : test.skip;

withOpenssl('openssl accepts it in strict mode', async () => {
  const file = join(await temporaryDirectory(), 'own.pem');
  await writeFile(file, createSelfSignedCertificate({ names: ['vcenter.example.com'] }).cert);
  const openssl = (...args: string[]): string => {
    const { stdout, stderr, status } = spawnSync('openssl', args, { encoding: 'utf8' });
    return `${status}\n${stdout}${stderr}`;
  };
  expect(openssl('verify', '-x509_strict', '-purpose', 'sslserver', '-CAfile', file, file)).toBe(`0\n${file}: OK\n`);
  const text = openssl('x509', '-noout', '-text', '-in', file);
  for (const line of ['Version: 3 (0x2)', 'ecdsa-with-SHA256', 'CA:FALSE', 'DNS:vcenter.example.com', 'IP Address:127.0.0.1'])
    expect(text).toContain(line);
});
