import { X509Certificate } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { createServer as createSecureServer } from 'node:https';
import { delimiter, join } from 'node:path';
import { expect, test } from '@jest/globals';
import { readConnection, type ConnectionFlags } from '#src/cli/settings/connection.js';
import { readTrust, type TrustFlags } from '#src/cli/settings/trust.js';
import { deadAddress, issued, listening, localhost, otherHost, served } from '../node/servers.ts';
import { temporaryDirectory } from '../node/temporary.ts';
import { command } from './command.ts';
import { password, servedSimulator, username } from './served-simulator.ts';

const user = { VCENTER_USERNAME: 'u', VCENTER_PASSWORD: 'p' };

const read = async (flags: ConnectionFlags, env: NodeJS.ProcessEnv, input = '') => {
  const { server, credentials, dialect } = await readConnection(
    flags,
    env,
    (async function* () {
      yield Buffer.from(input);
    })(),
  );
  return { server, credentials, dialect };
};

const complete = { server: 'https://flag.test', username: 'flag', passwordStdin: true };

test.each([
  [2, 2000, 2000],
  [120, 60_000, 120_000],
  [undefined, undefined, undefined],
])('--timeout %s limits each request, the login included, and all attempts of a call', async (seconds, timeout, budget) => {
  const flags = seconds === undefined ? {} : { timeout: seconds };
  const options = await readConnection(flags, { ...user, VCENTER_URL: 'https://vcenter.test' });
  expect(options.timeout).toBe(timeout);
  expect(options.retry).toEqual(budget === undefined ? undefined : { budget });
});

test.each<[string, ConnectionFlags, NodeJS.ProcessEnv, string]>([
  ['flags', complete, { VCENTER_URL: 'https://vcenter.test', GOVC_URL: 'https://govc.test' }, 'https://flag.test'],
  ['VCENTER_URL', {}, { ...user, VCENTER_URL: 'https://vcenter.test/', GOVC_URL: 'https://govc.test' }, 'https://vcenter.test'],
  ['GOVC_URL', {}, { GOVC_URL: 'https://u:p@govc.test/sdk' }, 'https://govc.test'],
  ['GOVC_URL without a scheme', {}, { GOVC_URL: 'u:p@govc.test:8443' }, 'https://govc.test:8443'],
  ['GOVC_URL if VCENTER_URL is empty', {}, { VCENTER_URL: '', GOVC_URL: 'u:p@govc.test' }, 'https://govc.test'],
  ['an HTTP address', {}, { ...user, VCENTER_URL: 'http://127.0.0.1:8080' }, 'http://127.0.0.1:8080'],
])('the server is read from %s', async (_, flags, env, server) => {
  expect(await read(flags, env, 'p')).toMatchObject({ server });
});

const govc = { GOVC_URL: 'https://url%40vsphere.local:url%2Fsecret@govc.test/sdk' };
const inUrl = { username: 'url@vsphere.local', password: 'url/secret' };
const inGovc = { GOVC_USERNAME: 'govc', GOVC_PASSWORD: 'govc-secret' };
const inVCenter = { VCENTER_URL: 'https://vcenter.test', VCENTER_USERNAME: 'vc', VCENTER_PASSWORD: 'vc-secret' };

test.each<[string, ConnectionFlags, NodeJS.ProcessEnv, object]>([
  ['the user info of GOVC_URL', {}, govc, inUrl],
  ['GOVC_… before the user info', {}, { ...govc, ...inGovc }, { username: 'govc', password: 'govc-secret' }],
  ['GOVC_USERNAME and the user info', {}, { ...govc, GOVC_USERNAME: 'govc' }, { ...inUrl, username: 'govc' }],
  ['GOVC_PASSWORD and the user info', {}, { ...govc, GOVC_PASSWORD: 'x' }, { ...inUrl, password: 'x' }],
  ['VCENTER_… before GOVC_…', {}, { ...govc, ...inGovc, ...inVCenter }, { username: 'vc', password: 'vc-secret' }],
  ['flags before all others', complete, { ...govc, ...inGovc, ...inVCenter }, { username: 'flag', password: 'from stdin ' }],
  ['--session-id -', { server: 'https://a.test', sessionId: '-' }, inVCenter, { sessionId: 'from' }],
  ['VCENTER_SESSION_ID before a user', {}, { ...inVCenter, VCENTER_SESSION_ID: ' sid\n' }, { sessionId: 'sid' }],
  ['variables that are not empty', {}, { ...govc, VCENTER_USERNAME: '', GOVC_PASSWORD: '' }, inUrl],
  ['user@domain:password@host', {}, { GOVC_URL: 'a@b:c%d@govc.test' }, { username: 'a@b', password: 'c%d' }],
])('the credentials are read from %s', async (_, flags, env, credentials) => {
  expect(await read(flags, env, flags.sessionId === '-' ? '\ufefffrom\r\n' : 'from stdin \r\n')).toMatchObject({ credentials });
});

test('--download-host is passed on, and an invalid one is a usage error', async () => {
  expect(await readConnection({ downloadHost: '10.0.0.5:8443' }, inVCenter)).toMatchObject({ downloadHost: '10.0.0.5:8443' });
  expect(await readConnection({}, inVCenter)).not.toHaveProperty('downloadHost');
  await expect(readConnection({ downloadHost: 'ftp://10.0.0.5' }, inVCenter)).rejects.toMatchObject({
    code: 2,
    message: expect.stringMatching(/^--download-host: expected a host such as/),
  });
  await expect(readConnection({ downloadHost: 'CORP\\host' }, inVCenter)).rejects.toMatchObject({ code: 2 });
});

const flagUser = { username: 'u', passwordStdin: true };

test.each<[string, ConnectionFlags, NodeJS.ProcessEnv]>([
  ['no server', {}, user],
  ['an invalid address', { server: 'https://', ...flagUser }, {}],
  ['an address that is not HTTP', { server: 'ldap://x', ...flagUser }, {}],
  ['a password in a flag', { server: 'https://u:secret@x.test' }, {}],
  ['--password', { server: 'https://x.test', username: 'u', password: 'secret' }, {}],
  ['an id as the value of --session-id', { server: 'https://x.test', sessionId: 'secret' }, {}],
  ['two secrets on standard input', { server: 'https://x.test', ...flagUser, sessionId: '-' }, {}],
  ['no username', { server: 'https://x.test' }, {}],
  ['no password', { server: 'https://x.test', username: 'u' }, {}],
  ['an empty password on standard input', { server: 'https://x.test', ...flagUser }, {}],
  ['an empty session id on standard input', { server: 'https://x.test', sessionId: '-' }, {}],
  ['an empty --server', { server: '', ...flagUser }, inVCenter],
  ['an empty --username', { username: '' }, inVCenter],
  ['a session id with a space', {}, { VCENTER_URL: 'https://x.test', VCENTER_SESSION_ID: 'a secret' }],
  ['an unknown dialect', { dialect: 'soap' }, inVCenter],
  ['unreadable certificates', { ca: '/nowhere/ca.pem' }, inVCenter],
  ['no file of certificates', { ca: '' }, inVCenter],
  ['unreadable known hosts', {}, { ...inVCenter, GOVC_TLS_KNOWN_HOSTS: '/' }],
  ['an invalid thumbprint', { thumbprint: 'secret' }, inVCenter],
  ['an empty thumbprint', { thumbprint: '' }, inVCenter],
])('%s is a UsageError without a password in its message', async (_, flags, env) => {
  const reading = read(flags, env, '\n');
  await expect(reading).rejects.toMatchObject({ tag: 'UsageError', code: 2 });
  await expect(reading).rejects.not.toThrow(/ecret /);
  await expect(reading).rejects.not.toThrow(/secret$/);
});

test('--insecure and GOVC_INSECURE warn, unless the connection has no TLS or another trust decides', async () => {
  const warnings = async (flags: ConnectionFlags, env: NodeJS.ProcessEnv): Promise<readonly string[]> => {
    const messages: string[] = [];
    await readConnection(flags, env, (async function* () {})(), (message) => messages.push(message));
    return messages;
  };
  expect(await warnings({ insecure: true }, inVCenter)).toEqual([expect.stringMatching(/^--insecure accepts any certificate/)]);
  expect(await warnings({}, { ...govc, GOVC_INSECURE: '1' })).toEqual([expect.stringMatching(/^GOVC_INSECURE accepts any/)]);
  expect(await warnings({ insecure: true }, { ...inVCenter, VCENTER_URL: 'http://vcenter.test' })).toEqual([]);
  expect(await warnings({ insecure: true, thumbprint }, inVCenter)).toEqual([]);
  expect(await warnings({}, inVCenter)).toEqual([]);
});

const thumbprint = new X509Certificate(localhost.cert).fingerprint;
const otherThumbprint = new X509Certificate(otherHost.cert).fingerprint256;

test('flags precede the environment; a thumbprint precedes CA certificates, and these --insecure', async () => {
  const directory = await temporaryDirectory();
  const [a, b, knownHostsFile] = [join(directory, 'a.pem'), join(directory, 'b.pem'), join(directory, 'known_hosts')];
  await Promise.all([
    writeFile(a, localhost.cert),
    writeFile(b, otherHost.cert),
    writeFile(join(directory, 'no.pem'), 'no'),
    writeFile(knownHostsFile, `vcenter.test:443 ${thumbprint}\n`),
  ]);
  const server = new URL('https://vcenter.test');
  const trust = (flags: TrustFlags, env: NodeJS.ProcessEnv) => readTrust(flags, { env, server, isGovc: true }).options;
  const certificates = { GOVC_TLS_CA_CERTS: [a, b].join(delimiter) };
  const knownHosts = { GOVC_TLS_KNOWN_HOSTS: knownHostsFile };
  expect(trust({}, {})).toEqual({ insecure: false });
  expect(trust({ thumbprint: 'x', ca: a, insecure: true }, { ...knownHosts })).toEqual({ thumbprint: 'x' });
  expect(trust({ ca: a }, { ...knownHosts, GOVC_INSECURE: '1' })).toEqual({ ca: localhost.cert });
  expect(trust({ ca: a, insecure: true }, {})).toEqual({ ca: localhost.cert });
  expect(trust({ insecure: true }, { ...certificates, ...knownHosts })).toEqual({ insecure: true });
  expect(trust({}, { ...certificates, ...knownHosts, GOVC_INSECURE: '1' })).toEqual({ thumbprint });
  expect(trust({}, { ...certificates, GOVC_INSECURE: 'true' })).toEqual({ ca: `${localhost.cert}\n${otherHost.cert}` });
  for (const yes of ['1', 'true', 'TRUE', 't', 'T']) expect(trust({}, { GOVC_INSECURE: yes })).toEqual({ insecure: true });
  for (const no of ['', '0', 'false']) expect(trust({}, { GOVC_INSECURE: no })).toEqual({ insecure: false });
  expect(() => trust({ ca: join(directory, 'no.pem') }, {})).toThrow(/no\.pem: expected certificates in PEM, found none/);
});

test('GOVC_INSECURE applies to the server of GOVC_URL only', async () => {
  const server = new URL('https://vcenter.test');
  expect(readTrust({}, { env: { GOVC_INSECURE: '1' }, server, isGovc: false }).options).toEqual({ insecure: false });
  const warnings: string[] = [];
  await readConnection({}, { ...inVCenter, GOVC_INSECURE: '1' }, undefined, (message) => warnings.push(message));
  expect(warnings).toEqual([]);
});

test.each<[string, string, string | undefined]>([
  ['https://vcenter.test', `vcenter.test:443 ${thumbprint}`, thumbprint],
  ['https://vcenter.test', `vcenter.test ${thumbprint}`, thumbprint],
  ['https://VCENTER.test:443', `\r\n Vcenter.Test:443\t${otherThumbprint} \r\n`, otherThumbprint],
  ['https://vcenter.test:8443', `vcenter.test:443 ${thumbprint}\nvcenter.test:8443 ${otherThumbprint}`, otherThumbprint],
  ['https://vcenter.test', `other.test:443 ${thumbprint}\n\nvcenter.test\n# vcenter.test:443`, undefined],
  ['https://[::1]:8989', `[::1]:8989 ${thumbprint}`, thumbprint],
  ['https://vcenter.test', `vcenter.test:443 ${otherThumbprint}\nvcenter.test:443 ${thumbprint}`, thumbprint],
  ['https://vcenter.test', `vcenter.test:443 ${thumbprint}\nother.test:443 00\nvcenter.test ${otherThumbprint}`, otherThumbprint],
  ['https://vcenter.test', `\ufeffvcenter.test:443 ${thumbprint}`, thumbprint],
])('the thumbprint of %s is read from the known hosts %j of govc', async (server, lines, expected) => {
  const [one, two] = await Promise.all([temporaryDirectory(), temporaryDirectory()]);
  await Promise.all([writeFile(join(one, 'known'), 'other.test:443 00\n'), writeFile(join(two, 'known'), lines)]);
  const env = { GOVC_TLS_KNOWN_HOSTS: [join(one, 'known'), join(two, 'known')].join(delimiter) };
  const trust = readTrust({}, { env, server: new URL(server), isGovc: true }).options;
  expect(trust.thumbprint).toBe(expected);
  expect(trust.insecure).toBe(expected === undefined ? false : undefined);
});

test('the last file of known hosts decides, and a file that does not exist is empty', async () => {
  const directory = await temporaryDirectory();
  const [old, renewed, absent] = ['old', 'renewed', 'absent'].map((name) => join(directory, name)) as [string, string, string];
  await writeFile(old, `vcenter.test:443 ${otherThumbprint}\n`);
  await writeFile(renewed, `vcenter.test:443 ${thumbprint}\n`);
  const server = new URL('https://vcenter.test');
  const trust = (files: readonly string[], more: NodeJS.ProcessEnv = {}) =>
    readTrust({}, { env: { GOVC_TLS_KNOWN_HOSTS: files.join(delimiter), ...more }, server, isGovc: true }).options;
  expect(trust([old, absent, renewed])).toEqual({ thumbprint });
  expect(trust([renewed, old])).toEqual({ thumbprint: otherThumbprint });
  const authorities = join(directory, 'ca.pem');
  await writeFile(authorities, issued.issuing);
  expect(trust([absent], { GOVC_TLS_CA_CERTS: authorities })).toEqual({ ca: issued.issuing });
  expect(trust([absent], { GOVC_INSECURE: '1' })).toEqual({ insecure: true });
  expect(trust([absent])).toEqual({ insecure: false });
});

test('a file of --ca or GOVC_TLS_CA_CERTS without a certificate is a usage error that names the file', async () => {
  const directory = await temporaryDirectory();
  const [file, good] = [join(directory, 'certs.pem'), join(directory, 'good.pem')];
  await writeFile(good, issued.root);
  const server = new URL('https://vcenter.test');
  const utf16 = Buffer.from(`\ufeff${issued.root}`, 'utf16le');
  for (const [content, message] of [
    [issued.crl, 'expected certificates in PEM, found only X509 CRL.'],
    [issued.key, 'expected certificates in PEM, found only PRIVATE KEY.'],
    ['', 'expected certificates in PEM, found none.'],
    [utf16, 'is in UTF-16. Save it as UTF-8.'],
  ] as const) {
    await writeFile(file, content);
    for (const [flags, env] of [
      [{ ca: file }, {}],
      [{}, { GOVC_TLS_CA_CERTS: [good, file].join(delimiter) }],
    ] as const) {
      const reading = (): unknown => readTrust(flags, { env, server, isGovc: true });
      expect(reading).toThrow(expect.objectContaining({ code: 2, message: expect.stringContaining(message) }));
      expect(reading).toThrow(file);
    }
  }
});

test('the command accepts the environment of govc: an address with user, password and path, and GOVC_INSECURE', async () => {
  const { url, run } = await servedSimulator({ tls: localhost });
  const user = `${encodeURIComponent(username)}:${encodeURIComponent(password)}`;
  const env = { VCENTER_URL: '', VCENTER_USERNAME: '', VCENTER_PASSWORD: '', GOVC_URL: `${url.replace('//', `//${user}@`)}/sdk` };
  expect(await run(['ls', 'lib-2'], { env: { ...env, GOVC_INSECURE: 'true' } })).toMatchObject({
    code: 0,
    stderr: expect.stringMatching(/^Warning: GOVC_INSECURE accepts any certificate.*\n$/),
  });
  const rejected = await run(['ls'], { env });
  expect(rejected.code).toBe(8);
});

test('the command trusts the certificates of --ca', async () => {
  const [{ run }, directory] = await Promise.all([servedSimulator({ tls: localhost }), temporaryDirectory()]);
  await writeFile(join(directory, 'ca.pem'), localhost.cert);
  expect(await run(['ls', 'lib-2', '--ca', join(directory, 'ca.pem')])).toMatchObject({ code: 0, stderr: '' });
});

test("the command trusts an intermediate authority and the server's own certificate in --ca", async () => {
  const [{ run }, directory] = await Promise.all([servedSimulator({ tls: issued }), temporaryDirectory()]);
  for (const name of ['issuing', 'leaf'] as const) {
    await writeFile(join(directory, name), issued[name]);
    expect(await run(['ls', 'lib-2', '--ca', join(directory, name)])).toMatchObject({ code: 0, stderr: '' });
  }
});

test('with --thumbprint the command accepts only this certificate, and the error describes the one received', async () => {
  const { url, run, simulator } = await servedSimulator({ tls: localhost });
  expect(await run(['ls', 'lib-2', '--thumbprint', thumbprint.toLowerCase()])).toMatchObject({ code: 0, stderr: '' });
  const requestCount = simulator.requests.length;
  const rejected = await run(['ls', 'lib-2', '--thumbprint', otherThumbprint, '--insecure']);
  expect(rejected).toMatchObject({ code: 8, stdout: '' });
  for (const fact of [new URL(url).host, `SHA-256 ${otherThumbprint}`, `SHA-1 ${thumbprint}`])
    expect(rejected.stderr).toContain(fact);
  expect(simulator.requests).toHaveLength(requestCount);
});

test('the command accepts the thumbprint in the known hosts of govc, and no other', async () => {
  const [{ url, run }, directory] = await Promise.all([servedSimulator({ tls: localhost }), temporaryDirectory()]);
  const knownHostsFile = join(directory, 'known_hosts');
  await writeFile(knownHostsFile, `${new URL(url).host} ${thumbprint}\n`);
  expect(await run(['ls', 'lib-2'], { env: { GOVC_TLS_KNOWN_HOSTS: knownHostsFile } })).toMatchObject({ code: 0, stderr: '' });
  await writeFile(knownHostsFile, `${new URL(url).host} ${otherThumbprint}\n`);
  expect(await run(['ls', 'lib-2'], { env: { GOVC_TLS_KNOWN_HOSTS: knownHostsFile, GOVC_INSECURE: '1' } })).toMatchObject({
    code: 8,
  });
});

test('NODE_TLS_REJECT_UNAUTHORIZED=0 does not disable the certificate check', async () => {
  const { run, simulator } = await servedSimulator({ tls: localhost });
  const env = { NODE_TLS_REJECT_UNAUTHORIZED: '0' };
  expect(await run(['ls', 'lib-2'], { env })).toMatchObject({ code: 8 });
  expect(await run(['ls', 'lib-2', '--thumbprint', otherThumbprint], { env })).toMatchObject({ code: 8 });
  expect(simulator.requests).toEqual([]);
});

test('the command reads the password from standard input, also with a byte order mark', async () => {
  const { run, url } = await servedSimulator();
  const env = { VCENTER_PASSWORD: 'wrong' };
  const args = ['ls', 'lib-2', '--server', url, '--username', username, '--password-stdin'];
  expect(await run(args, { env, input: `${password}\n` })).toMatchObject({ code: 0, stderr: '' });
  expect(await run(args, { env, input: `\ufeff${password}\r\n` })).toMatchObject({ code: 0, stderr: '' });
});

test('a session of VCENTER_SESSION_ID or standard input is used as it is, not logged out, and not printed', async () => {
  const { simulator, url, env } = await servedSimulator();
  const login = await fetch(`${url}/api/session`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` },
  });
  const id = JSON.parse(await login.text()) as string;
  for (const dialect of ['api', 'rest', 'auto']) {
    const args = ['ls', 'lib-2', '--dialect', dialect];
    const withVariable = { VCENTER_URL: env.VCENTER_URL, VCENTER_SESSION_ID: id };
    for (const ended of [
      await command(args, { env: withVariable }),
      await command([...args, '--server', url, '--session-id', '-'], { input: `${id}\n` }),
    ])
      expect(ended).toMatchObject({ code: 0, stderr: '' });
  }
  expect(simulator.apiSessions).toBe(1);
  expect(simulator.requests.filter(({ operation }) => operation === 'cis.Session.create')).toHaveLength(1);
  const onCommandLine = await command(['ls', '--server', url, '--session-id', id]);
  expect(onCommandLine).toMatchObject({ code: 2, stderr: expect.stringMatching(/Set VCENTER_SESSION_ID, or pipe it in/) });
  expect(onCommandLine.stdout + onCommandLine.stderr).not.toContain(id);
});

test('a path in the address is a prefix of every request, and nothing else of that server receives the password', async () => {
  const simulated = await servedSimulator();
  const outside: (string | null)[] = [];
  const front = await served(async (request) => {
    const { pathname, search, origin } = new URL(request.url);
    if (pathname.startsWith('/vcenter/')) {
      const forwarded = new Request(origin + pathname.slice('/vcenter'.length) + search, request);
      return simulated.simulator.fetch(forwarded);
    }
    outside.push(request.headers.get('authorization'));
    return new Response('', { status: 404 });
  });
  for (const path of ['/vcenter', '/vcenter/', '/vcenter/sdk'])
    expect(await simulated.run(['ls', 'lib-2'], { env: { VCENTER_URL: front.url + path } })).toMatchObject({
      code: 0,
      stderr: '',
    });
  expect(outside).toEqual([]);
});

test('a rejected login and a failed connection name the settings that were used', async () => {
  const { run, url } = await servedSimulator();
  const failed = async (env: Readonly<Record<string, string>>, ...args: readonly string[]) =>
    (await run(['ls', ...args], { env })).stderr;
  expect(await failed({ VCENTER_PASSWORD: 'wrong' })).toMatch(
    /^AuthenticationError: .*The connection was set by VCENTER_URL, VCENTER_USERNAME and VCENTER_PASSWORD\.\n$/,
  );
  const none = { VCENTER_URL: '', VCENTER_USERNAME: '', VCENTER_PASSWORD: '' };
  const address = (await deadAddress()).replace('//', '//user:hidden@');
  const unreachable = await failed({ ...none, GOVC_URL: address, GOVC_USERNAME: 'x' });
  expect(unreachable).toMatch(/^TransportError: .*The connection was set by GOVC_URL and GOVC_USERNAME\.\n$/);
  expect(unreachable).not.toContain('hidden');
  const session = await failed({ VCENTER_URL: url, VCENTER_SESSION_ID: 'no-such-session' }, '--json');
  expect(session).toBe('');
});

test('a server that requires a client certificate exits with 8, without advice about trust, even with --insecure', async () => {
  const server = createSecureServer({ ...localhost, requestCert: true, rejectUnauthorized: true });
  const env = { ...user, VCENTER_URL: (await listening(server)).replace('http:', 'https:') };
  const ended = await command(['ls', '--insecure'], { env });
  expect(ended).toMatchObject({
    code: 8,
    stdout: '',
    stderr: expect.stringMatching(/requires a client certificate, which this client cannot/),
  });
  expect(ended.stderr).not.toMatch(/Trust the|was rejected/);
});
