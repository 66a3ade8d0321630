import { X509Certificate } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { expect, test } from '@jest/globals';
import { readConnection, type ConnectionFlags } from '#src/cli/connection.js';
import { readTrust, type TrustFlags } from '#src/cli/trust.js';
import { localhost, otherHost } from '../node/servers.ts';
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

test.each<[string, ConnectionFlags, NodeJS.ProcessEnv, string]>([
  [
    'a flag',
    { server: 'https://flag.test' },
    { VCENTER_URL: 'https://vcenter.test', GOVC_URL: 'https://govc.test' },
    'https://flag.test',
  ],
  ['VCENTER_URL', {}, { VCENTER_URL: 'https://vcenter.test/', GOVC_URL: 'https://govc.test' }, 'https://vcenter.test'],
  ['GOVC_URL', {}, { GOVC_URL: 'https://govc.test/sdk' }, 'https://govc.test'],
  ['GOVC_URL without a scheme', {}, { GOVC_URL: 'govc.test:8443' }, 'https://govc.test:8443'],
  ['GOVC_URL if VCENTER_URL is empty', {}, { VCENTER_URL: '', GOVC_URL: 'govc.test' }, 'https://govc.test'],
  ['an HTTP address', { server: 'http://127.0.0.1:8080' }, {}, 'http://127.0.0.1:8080'],
])('the server is read from %s', async (_, flags, env, server) => {
  expect(await read(flags, { ...user, ...env })).toMatchObject({ server });
});

const govc = { GOVC_URL: 'https://url%40vsphere.local:url%2Fsecret@govc.test/sdk' };
const inUrl = { username: 'url@vsphere.local', password: 'url/secret' };
const inGovc = { GOVC_USERNAME: 'govc', GOVC_PASSWORD: 'govc-secret' };
const inVCenter = { VCENTER_USERNAME: 'vc', VCENTER_PASSWORD: 'vc-secret' };

test.each<[string, ConnectionFlags, NodeJS.ProcessEnv, object]>([
  ['the user info of GOVC_URL', {}, govc, inUrl],
  [
    'GOVC_USERNAME and GOVC_PASSWORD before the user info',
    {},
    { ...govc, ...inGovc },
    { username: 'govc', password: 'govc-secret' },
  ],
  ['VCENTER_… before GOVC_…', {}, { ...govc, ...inGovc, ...inVCenter }, { username: 'vc', password: 'vc-secret' }],
  [
    '--username before all others',
    { username: 'flag' },
    { ...govc, ...inGovc, ...inVCenter },
    { username: 'flag', password: 'vc-secret' },
  ],
  [
    'standard input before all others',
    { passwordStdin: true },
    { ...govc, ...inVCenter },
    { username: 'vc', password: 'from stdin ' },
  ],
  ['--session-id before all others', { sessionId: 'sid' }, { ...govc, ...inVCenter }, { sessionId: 'sid' }],
  ['variables that are not empty', {}, { ...govc, VCENTER_USERNAME: '', GOVC_PASSWORD: '' }, inUrl],
  ['user@domain:password@host', {}, { GOVC_URL: 'a@b:c%d@govc.test' }, { username: 'a@b', password: 'c%d' }],
])('the credentials are read from %s', async (_, flags, env, credentials) => {
  expect(await read(flags, env, 'from stdin \r\n')).toMatchObject({ credentials });
});

test('--download-host is passed on, and an invalid one is a usage error', async () => {
  const flags = { server: 'https://vcenter.test' };
  expect(await readConnection({ ...flags, downloadHost: '10.0.0.5:8443' }, user)).toMatchObject({
    downloadHost: '10.0.0.5:8443',
  });
  expect(await readConnection(flags, user)).not.toHaveProperty('downloadHost');
  await expect(readConnection({ ...flags, downloadHost: 'https://10.0.0.5' }, user)).rejects.toMatchObject({
    code: 2,
    message: expect.stringMatching(/^downloadHost: expected a host such as/),
  });
});

test('the user info of GOVC_URL is not sent to another server', async () => {
  await expect(read({ server: 'https://other.test' }, govc)).rejects.toMatchObject({ tag: 'UsageError', code: 2 });
  await expect(read({}, { ...govc, VCENTER_URL: 'https://other.test' })).rejects.toMatchObject({ code: 2 });
});

test.each<[string, ConnectionFlags, NodeJS.ProcessEnv]>([
  ['no server', {}, user],
  ['an invalid address', { server: 'https://' }, user],
  ['an address that is not HTTP', { server: 'ldap://x' }, user],
  ['a password in a flag', { server: 'https://u:secret@x.test' }, {}],
  ['no username', { server: 'https://x.test' }, {}],
  ['no password', { server: 'https://x.test', username: 'u' }, {}],
  ['an empty password on standard input', { server: 'https://x.test', username: 'u', passwordStdin: true }, {}],
  ['an unknown dialect', { server: 'https://x.test', dialect: 'soap' }, user],
  ['unreadable certificates', { server: 'https://x.test', ca: '/nowhere/ca.pem' }, user],
  ['unreadable known hosts', { server: 'https://x.test' }, { ...user, GOVC_TLS_KNOWN_HOSTS: '/nowhere/known_hosts' }],
  ['an invalid thumbprint', { server: 'https://x.test', thumbprint: 'secret' }, user],
  ['an empty thumbprint', { server: 'https://x.test', thumbprint: '' }, user],
])('%s is a UsageError without a password in its message', async (_, flags, env) => {
  const reading = read(flags, env, '\n');
  await expect(reading).rejects.toMatchObject({ tag: 'UsageError', code: 2 });
  await expect(reading).rejects.not.toThrow(/secret/);
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
  const trust = (flags: TrustFlags, env: NodeJS.ProcessEnv) => readTrust(flags, env, server);
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
  expect(() => trust({ ca: join(directory, 'no.pem') }, {})).toThrow(/contains no PEM certificate/);
});

test.each<[string, string, string | undefined]>([
  ['https://vcenter.test', `vcenter.test:443 ${thumbprint}`, thumbprint],
  ['https://vcenter.test', `vcenter.test ${thumbprint}`, thumbprint],
  ['https://VCENTER.test:443', `\r\n Vcenter.Test:443\t${otherThumbprint} \r\n`, otherThumbprint],
  ['https://vcenter.test:8443', `vcenter.test:443 ${thumbprint}\nvcenter.test:8443 ${otherThumbprint}`, otherThumbprint],
  ['https://vcenter.test', `other.test:443 ${thumbprint}\n\nvcenter.test\n# vcenter.test:443`, undefined],
  ['https://[::1]:8989', `[::1]:8989 ${thumbprint}`, thumbprint],
])('the thumbprint of %s is read from the known hosts %j of govc', async (server, lines, expected) => {
  const [one, two] = await Promise.all([temporaryDirectory(), temporaryDirectory()]);
  await Promise.all([writeFile(join(one, 'known'), 'other.test:443 00\n'), writeFile(join(two, 'known'), lines)]);
  const env = { GOVC_TLS_KNOWN_HOSTS: [join(one, 'known'), join(two, 'known')].join(delimiter) };
  const trust = readTrust({}, env, new URL(server));
  expect(trust.thumbprint).toBe(expected);
  expect(trust.insecure).toBe(expected === undefined ? false : undefined);
});

test('the command accepts the environment of govc: an address with user, password and path, and GOVC_INSECURE', async () => {
  const { url, run } = await servedSimulator({ tls: localhost });
  const user = `${encodeURIComponent(username)}:${encodeURIComponent(password)}`;
  const env = { VCENTER_URL: '', VCENTER_USERNAME: '', VCENTER_PASSWORD: '', GOVC_URL: `${url.replace('//', `//${user}@`)}/sdk` };
  expect(await run(['ls', 'lib-2'], { env: { ...env, GOVC_INSECURE: 'true' } })).toMatchObject({ code: 0, stderr: '' });
  const rejected = await run(['ls'], { env });
  expect(rejected.code).toBe(8);
});

test('the command trusts the certificates of --ca', async () => {
  const [{ run }, directory] = await Promise.all([servedSimulator({ tls: localhost }), temporaryDirectory()]);
  await writeFile(join(directory, 'ca.pem'), localhost.cert);
  expect(await run(['ls', 'lib-2', '--ca', join(directory, 'ca.pem')])).toMatchObject({ code: 0, stderr: '' });
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

test('the command reads the password from standard input', async () => {
  const { run } = await servedSimulator();
  const env = { VCENTER_PASSWORD: 'wrong' };
  expect(await run(['ls', 'lib-2', '--password-stdin'], { env, input: `${password}\n` })).toMatchObject({ code: 0, stderr: '' });
});

test('--session-id uses an existing API session and does not log it out', async () => {
  const { simulator, url, env } = await servedSimulator();
  const login = await fetch(`${url}/api/session`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` },
  });
  const id = JSON.parse(await login.text()) as string;
  for (const dialect of ['api', 'rest', 'auto']) {
    const ended = await command(['ls', 'lib-2', '--session-id', id, '--dialect', dialect], {
      env: { VCENTER_URL: env.VCENTER_URL },
    });
    expect(ended).toMatchObject({ code: 0, stderr: '' });
  }
  expect(simulator.apiSessions).toBe(1);
  expect(simulator.requests.filter(({ operation }) => operation === 'cis.Session.create')).toHaveLength(1);
});
