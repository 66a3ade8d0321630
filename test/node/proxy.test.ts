import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { listLibraries, TransportError, vcenter } from 'rx-content-library';
import { createSelfSignedCertificate, nodeFetch } from 'rx-content-library/node';
import { createSimulator } from 'rx-content-library/simulator';
import { lastValueFrom } from 'rxjs';
import { resolveProxy, type Environment } from '#src/node/tls/proxy.js';
import { codeOf, runNode } from '../cli/command.ts';
import { proxied } from './proxies.ts';
import { deadAddress, localhost, served, tcpServer } from './servers.ts';
import { temporaryDirectory } from './temporary.ts';

const name = 'vcenter.test';
const thumbprint = new X509Certificate(localhost.cert).fingerprint;
const secret = 'Hunter2-über/secret?';
const login = `admin:${secret}`;
const withLogin = (url: string): string => url.replace('://', `://admin:${encodeURIComponent(secret)}@`);

const upstream = async (tls?: { cert: string; key: string }) => {
  const paths: string[] = [];
  const { url } = await served(
    async (request) => {
      const { pathname, search } = new URL(request.url);
      paths.push(`${request.method} ${pathname}${search} ${request.headers.get('host')} ${await request.text()}`);
      return new Response('ok');
    },
    tls === undefined ? {} : { tls },
  );
  return { url, paths };
};

test('https uses a tunnel: the certificate is verified end to end, and the proxy sees no plaintext', async () => {
  const { url, paths } = await upstream(localhost);
  const proxy = await proxied({ leadsTo: url });
  const fetch = nodeFetch({ thumbprint, proxy: proxy.url });
  const headers = { 'vmware-api-session-id': 'secret-session' };
  expect(await (await fetch(`https://${name}/a?b=c`, { headers })).text()).toBe('ok');
  expect(await (await fetch(`https://${name}/d`, { headers })).text()).toBe('ok');
  expect(paths).toEqual([`GET /a?b=c ${name} `, `GET /d ${name} `]);
  expect(proxy.requests.map(({ method, target }) => `${method} ${target}`)).toEqual([`CONNECT ${name}:443`]);
  expect(JSON.stringify(proxy.requests) + proxy.tunneledBytes()).not.toMatch(/secret|GET/);
});

test('an untrusted certificate is rejected through a tunnel, too, by the name of the server', async () => {
  const { url, paths } = await upstream(localhost);
  const proxy = await proxied({ leadsTo: url });
  const other = thumbprint.replace(/^../, (digits) => (digits === '00' ? '01' : '00'));
  await expect(nodeFetch({ thumbprint: other, proxy: proxy.url })(`https://${name}/`)).rejects.toMatchObject({
    _tag: 'TlsError',
    host: `${name}:443`,
    expected: `SHA-1 ${other}`,
  });
  await expect(nodeFetch({ ca: localhost.cert, proxy: proxy.url })(`https://${name}/`)).rejects.toMatchObject({
    code: 'ERR_TLS_CERT_ALTNAME_INVALID',
    expected: `a certificate for ${name}:443`,
  });
  expect(paths).toEqual([]);
});

test('plain http is requested from the proxy', async () => {
  const { url, paths } = await upstream();
  const proxy = await proxied({ leadsTo: url });
  const fetch = nodeFetch({ proxy: proxy.url });
  expect(await (await fetch(`http://${name}:8080/a?b=c#d`, { method: 'POST', body: 'grün' })).text()).toBe('ok');
  expect(proxy.requests).toMatchObject([
    { method: 'POST', target: `http://${name}:8080/a?b=c`, headers: { host: `${name}:8080` } },
  ]);
  expect(paths).toEqual([`POST /a?b=c ${name}:8080 grün`]);
});

test('the credentials of the proxy are sent to the proxy only', async () => {
  const [secure, plain] = await Promise.all([upstream(localhost), upstream()]);
  const [tunnels, forwards] = await Promise.all([
    proxied({ login, leadsTo: secure.url }),
    proxied({ login, leadsTo: plain.url }),
  ]);
  const throughTunnel = nodeFetch({ thumbprint, proxy: withLogin(tunnels.url) });
  expect(await (await throughTunnel(`https://${name}/`)).text()).toBe('ok');
  expect(tunnels.tunneledBytes()).not.toContain('proxy-authorization');
  expect(await (await nodeFetch({ proxy: withLogin(forwards.url) })(`http://${name}/`)).text()).toBe('ok');
});

test('a proxy that refuses the connection is a TransportError with its status, without the password', async () => {
  const simulator = createSimulator();
  const { url } = await served(simulator.fetch, { tls: localhost });
  const proxy = await proxied({ login: 'other:user', leadsTo: url });
  const vc = vcenter({
    server: `https://${name}`,
    credentials: { username: 'u', password: 'p' },
    fetch: nodeFetch({ proxy: withLogin(proxy.url), insecure: true }),
    retry: false,
  });
  const listing = lastValueFrom(listLibraries(vc));
  await expect(listing).rejects.toBeInstanceOf(TransportError);
  await expect(listing).rejects.toThrow(`the proxy ${new URL(proxy.url).host} refused the connection with status 407`);
  await expect(listing).rejects.toMatchObject({ code: 'PROXY_REFUSED', operation: `connection to ${name}:443` });
  const output = await listing.catch((error: unknown) => `${String(error)} ${JSON.stringify(error)} ${(error as Error).stack}`);
  for (const hidden of [secret, encodeURIComponent(secret), Buffer.from(login).toString('base64'), 'admin'])
    expect(output).not.toContain(hidden);
  expect(simulator.requests).toEqual([]);
});

test('an unreachable proxy is a TransportError that names it', async () => {
  const proxy = await deadAddress();
  for (const [scheme, port] of [
    ['http', 80],
    ['https', 443],
  ] as const)
    for (const address of [proxy, proxy.replace('http:', 'https:')]) {
      const failure = nodeFetch({ proxy: address })(`${scheme}://${name}/`);
      const at = new URL(proxy).host;
      await expect(failure).rejects.toMatchObject({ code: 'ECONNREFUSED', host: `${name}:${port}`, proxy: at });
      await expect(failure).rejects.toThrow(`cannot reach the proxy ${at} (ECONNREFUSED)`);
    }
});

test('an untrusted certificate of a proxy is a TlsError with the name of the proxy, and nothing is sent', async () => {
  const { url } = await upstream(localhost);
  const proxy = await proxied({ login, tls: localhost, leadsTo: url });
  for (const scheme of ['http', 'https'])
    await expect(nodeFetch({ insecure: true, proxy: withLogin(proxy.url) })(`${scheme}://${name}/`)).rejects.toMatchObject({
      _tag: 'TlsError',
      host: new URL(proxy.url).host,
      code: expect.stringMatching(/SELF_SIGNED/),
      presented: expect.stringContaining(thumbprint),
    });
  expect(proxy.requests).toEqual([]);
});

test.each(['http', 'https'])('aborting while the proxy for %s is silent closes the connection', async (scheme) => {
  const connected = Promise.withResolvers<Socket>();
  const { url } = await tcpServer((socket) => connected.resolve(socket.resume()));
  const abort = new AbortController();
  const fetching = nodeFetch({ proxy: url })(`${scheme}://${name}/`, { signal: abort.signal });
  const closed = once(await connected.promise, 'close');
  abort.abort(new Error('enough'));
  await expect(fetching).rejects.toThrow('enough');
  await closed;
});

/** A separate program with a proxy in its environment. */
const fetchedBy = async (script: string, env: Readonly<Record<string, string>>): Promise<string> => {
  const child = runNode(['--input-type=module', '--eval', script], { env, cwd: new URL('../..', import.meta.url).pathname });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes: Buffer) => (output += bytes.toString()));
  expect([await codeOf(child), output]).toEqual([0, output]);
  return output;
};

test('a trusted proxy over TLS is used for both schemes, and no connection keeps the process alive', async () => {
  const own = createSelfSignedCertificate();
  const [secure, plain] = await Promise.all([upstream(localhost), upstream()]);
  const [tunnels, forwards] = await Promise.all([
    proxied({ login, tls: own, leadsTo: secure.url }),
    proxied({ login, tls: own, leadsTo: plain.url }),
  ]);
  const file = join(await temporaryDirectory(), 'proxy.pem');
  await writeFile(file, own.cert);
  const output = await fetchedBy(
    `import { nodeFetch } from 'rx-content-library/node';
    const fetch = nodeFetch({ thumbprint: '${thumbprint}' });
    console.log(await (await fetch('https://${name}/')).text());
    console.log(await (await nodeFetch()('http://${name}/')).text());`,
    { NODE_EXTRA_CA_CERTS: file, HTTPS_PROXY: withLogin(tunnels.url), HTTP_PROXY: withLogin(forwards.url) },
  );
  expect(output).toBe('ok\nok\n');
  expect([...tunnels.requests, ...forwards.requests].map(({ method, target }) => `${method} ${target}`)).toEqual([
    `CONNECT ${name}:443`,
    `GET http://${name}/`,
  ]);
});

const chosen = (environment: Environment, target: string): string | undefined => {
  const proxy = resolveProxy(undefined, environment)(new URL(target));
  return proxy && `${proxy.isSecure ? 'https' : 'http'}://${proxy.host}:${proxy.port}`;
};
const both = { https_proxy: 'http://secure.test:1', http_proxy: 'http://plain.test:2' };

test.each<[string, Environment, string, string | undefined]>([
  ['nothing is set', {}, 'https://a.test', undefined],
  ['by scheme', both, 'https://a.test', 'http://secure.test:1'],
  ['by scheme', both, 'http://a.test', 'http://plain.test:2'],
  ['in capitals', { HTTPS_PROXY: 'http://b.test:1' }, 'https://a.test', 'http://b.test:1'],
  ['in capitals', { HTTP_PROXY: 'http://b.test:1' }, 'http://a.test', 'http://b.test:1'],
  ['small letters win', { ...both, HTTPS_PROXY: 'http://b.test:1' }, 'https://a.test', 'http://secure.test:1'],
  ['what is set to nothing is not set', { https_proxy: '', HTTPS_PROXY: 'http://b.test:1' }, 'https://a.test', 'http://b.test:1'],
  ['for all', { ALL_PROXY: 'http://b.test:1' }, 'http://a.test', 'http://b.test:1'],
  ['for all, but one is set', { all_proxy: 'http://b.test:1', ...both }, 'https://a.test', 'http://secure.test:1'],
  ['a header of a visitor', { REQUEST_METHOD: 'GET', HTTP_PROXY: 'http://evil.test' }, 'http://a.test', undefined],
  ['without a scheme', { https_proxy: 'b.test:3128' }, 'https://a.test', 'http://b.test:3128'],
  ['without a port', { https_proxy: 'http://b.test' }, 'https://a.test', 'http://b.test:80'],
  ['over TLS', { https_proxy: 'https://b.test' }, 'https://a.test', 'https://b.test:443'],
  ['IPv6', { https_proxy: 'http://[fd00::1]:3128' }, 'https://a.test', 'http://fd00::1:3128'],
])('the proxy in the environment: %s (%j, for %s)', (_, environment, target, proxy) => {
  expect(chosen(environment, target)).toBe(proxy);
});

test.each<[string, string, boolean]>([
  ['*', 'https://a.test', true],
  ['a.test', 'https://a.test', true],
  ['a.test', 'https://A.TEST', true],
  ['a.test', 'https://a.test.', true],
  ['a.test', 'https://b.a.test', true],
  ['.a.test', 'https://b.a.test', true],
  ['.a.test', 'https://a.test', true],
  ['*.a.test', 'https://b.a.test', true],
  ['a.test', 'https://ba.test', false],
  ['b.a.test', 'https://a.test', false],
  ['x.test, a.test', 'https://a.test', true],
  ['x.test a.test', 'https://a.test', true],
  ['a.test:8443', 'https://a.test:8443', true],
  ['a.test:8443', 'https://a.test', false],
  ['a.test:443', 'https://a.test', true],
  ['10.0.0.1', 'https://10.0.0.1', true],
  ['0.0.1', 'https://10.0.0.1', false],
  ['10.0.0.0/8', 'https://10.1.2.3', true],
  ['10.0.0.0/8', 'https://11.1.2.3', false],
  ['10.0.0.0/33', 'https://10.0.0.1', false],
  ['fd00::/8', 'https://[fd00::1]', true],
  ['[fd00::1]:8443', 'https://[fd00::1]:8443', true],
  ['fd00::1', 'https://[fd00::1]', true],
  ['', 'https://a.test', false],
  ['', 'https://localhost:8443', true],
  ['', 'https://127.0.0.1', true],
  ['', 'https://127.1.2.3', true],
  ['', 'http://[::1]:8080', true],
  ['', 'https://localhost.a.test', false],
])('no_proxy=%j exempts %s: %s', (list, target, isExempt) => {
  expect(chosen({ ...both, no_proxy: list }, target) === undefined).toBe(isExempt);
  expect(chosen({ ...both, NO_PROXY: list }, target) === undefined).toBe(isExempt);
});

test('the proxy option overrides the environment for every request; `false` disables proxies', () => {
  const environment = { ...both, no_proxy: '*' };
  const target = new URL('https://127.0.0.1');
  expect(resolveProxy('http://given.test:3', environment)(target)).toMatchObject({ host: 'given.test', port: 3 });
  expect(resolveProxy(false, both)(new URL('https://a.test'))).toBeUndefined();
});

test('an invalid proxy option throws at once; an invalid proxy in the environment rejects the first request', () => {
  for (const proxy of ['socks5://b.test:1080', 'http://', ''])
    expect(() => nodeFetch({ proxy })).toThrow(/proxy: expected an address such as http:\/\/proxy\.example\.com:3128/);
  const environment = { all_proxy: `socks5://admin:${secret}@b.test`, no_proxy: 'a.test' };
  const proxyFor = resolveProxy(undefined, environment);
  expect(proxyFor(new URL('https://a.test'))).toBeUndefined();
  expect(() => proxyFor(new URL('https://c.test/path'))).toThrow(
    /^connection to c\.test: the proxy in all_proxy is invalid: expected an address such as/,
  );
  expect(() => proxyFor(new URL('https://c.test'))).not.toThrow(/secret/);
});

/** The login that the proxy receives, or `undefined` if the address is refused. Host and port never change. */
const loginOf = (userInfo: string): string | undefined => {
  try {
    const proxy = resolveProxy(undefined, { https_proxy: `http://${userInfo}@proxy.test:3128` })(new URL('https://a.test'));
    expect(proxy).toMatchObject({ host: 'proxy.test', port: 3128, isSecure: false });
    return Buffer.from((proxy?.authorization ?? '').replace('Basic ', ''), 'base64').toString();
  } catch (thrown) {
    if (!(thrown instanceof TransportError)) throw thrown;
    expect(thrown).toMatchObject({ code: 'PROXY_UNSUPPORTED' });
    return undefined;
  }
};

// Measured with curl 7.88.1, except for a second @, which curl refuses.
test.each<[string, string | undefined]>([
  ['CORP\\jdoe:secret', 'CORP\\jdoe:secret'],
  ['CORP%5Cjdoe:secret', 'CORP\\jdoe:secret'],
  ['jdoe:a\\b', 'jdoe:a\\b'],
  ['jdoe:p@ss', 'jdoe:p@ss'],
  ['jdoe:p%40ss', 'jdoe:p@ss'],
  ['jdoe:100%', 'jdoe:100%'],
  ['jdoe:a:b', 'jdoe:a:b'],
  ['jdoe:ftp://x', undefined],
  ['jdoe', 'jdoe:'],
  [':secret', ':secret'],
  ['jdoe:grün', 'jdoe:grün'],
  ['jdoe:a b', undefined],
  ['jdoe:a\tb', undefined],
  ['jdoe:a\nb', undefined],
  ['jdoe:pa/ss', undefined],
  ['jdoe:1/ss', undefined],
  ['jdoe:1?ss', undefined],
  ['jdoe:1#ss', undefined],
])('the user information %j of a proxy is the login %j', (userInfo, expected) => {
  expect(loginOf(userInfo)).toBe(expected);
});

test('the host of a proxy is the one after the last @, whatever its user and password are', () => {
  const character = fc.constantFrom('a', '1', '\\', '/', '?', '#', '@', ':', ' ', '\t', '\n', '%', '[', ']', 'é');
  fc.assert(
    fc.property(fc.string({ unit: character, maxLength: 10 }), (userInfo) => void loginOf(userInfo)),
    { numRuns: 3000 },
  );
});

test.each([
  'http://proxy.test:3128\n',
  'http://\\proxy.test',
  'http:\\\\proxy.test',
  'http://proxy.test\\path',
  'http://pro\txy.test',
])('the proxy %j is invalid, in the environment and as an option', (address) => {
  expect(() => resolveProxy(undefined, { HTTPS_PROXY: address })(new URL('https://a.test'))).toThrow(
    /the proxy in HTTPS_PROXY is invalid/,
  );
  expect(() => nodeFetch({ proxy: address })).toThrow(TypeError);
});

test('a proxy with DOMAIN\\user receives that user, and no connection is made to the host DOMAIN', async () => {
  const { url } = await upstream(localhost);
  const proxy = await proxied({ login: 'CORP\\jdoe:secret', leadsTo: url });
  const address = proxy.url.replace('://', '://CORP\\jdoe:secret@');
  expect(await (await nodeFetch({ thumbprint, proxy: address })(`https://${name}/`)).text()).toBe('ok');
});
