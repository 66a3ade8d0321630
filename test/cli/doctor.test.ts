import { describe, expect, test } from '@jest/globals';
import { createSelfSignedCertificate } from 'rx-content-library/node';
import { clockFinding, describeProxy } from '#src/cli/commands/checks/connection-checks.js';
import { cachedFinding, namesFinding, spaceFindingOf } from '#src/cli/commands/checks/content-checks.js';
import { parsed } from './command.ts';
import { servedSimulator } from './served-simulator.ts';

const checksOf = (stdout: string): Readonly<Record<string, unknown>> => {
  const lines = parsed(stdout).filter(({ type }) => type === 'check');
  return Object.fromEntries(lines.map((line) => [String(line['name']), line]));
};

test('doctor LIBRARY/ITEM checks the connection and the item, and leaves no session', async () => {
  const { run, url } = await servedSimulator();
  const ended = await run(['doctor', 'templates/ubuntu', '--json']);
  expect(ended).toMatchObject({ code: 0, stderr: '' });
  const checks = checksOf(ended.stdout);
  expect(Object.keys(checks)).toEqual([
    ...['settings', 'proxy', 'certificate', 'login', 'version', 'clock'],
    ...['libraries', 'item', 'download', 'cached', 'names', 'space'],
  ]);
  expect(checks).toMatchObject({
    settings: { ok: true, detail: `${url}, from VCENTER_URL, VCENTER_USERNAME and VCENTER_PASSWORD` },
    certificate: { ok: true, advice: expect.stringContaining('https://') },
    login: { ok: true, detail: expect.stringContaining('dialect api') },
    version: { detail: expect.stringMatching(/^vSphere \d/) },
    clock: { detail: 'the same as here' },
    libraries: { detail: '3 visible' },
    download: { ok: true },
    cached: { detail: 'all of 3 files' },
  });
});

test('doctor LIBRARY names items that collide, and exits with 10; its text has a line for each check', async () => {
  const { run } = await servedSimulator({
    inventory: { libraries: [{ name: 'iso', items: ['a.iso', 'A.ISO'].map((name) => ({ name, files: [] })) }] },
  });
  const ended = await run(['doctor', 'iso', '--dialect', 'rest']);
  expect(ended).toMatchObject({
    code: 10,
    stdout: expect.stringMatching(/^ok {4}login .*dialect rest\n(.*\n)*FAIL {2}names .*"A\.ISO".*\n {19}Rename the item/m),
    stderr: 'CheckFailedError: 1 of the checks failed: names. What to do is stated there.\n',
  });
});

test('a rejected login is the last check, and exits with 3', async () => {
  const { run } = await servedSimulator();
  const ended = await run(['doctor', 'templates', '--json'], { env: { VCENTER_PASSWORD: 'wrong' } });
  expect(ended.code).toBe(3);
  expect(parsed(ended.stdout).slice(-2)).toEqual([
    { type: 'check', name: 'login', ok: false, detail: expect.stringContaining('the login was rejected') },
    { type: 'error', error: { tag: 'CheckFailedError', message: expect.stringContaining('failed: login.'), code: 3 } },
  ]);
});

test('a certificate that is not trusted exits with 8 and states the flag that pins it, which then passes', async () => {
  const tls = createSelfSignedCertificate();
  const { run } = await servedSimulator({ tls });
  const refused = await run(['doctor']);
  expect(refused).toMatchObject({ code: 8, stdout: expect.stringMatching(/^FAIL {2}certificate/m) });
  const [, thumbprint = ''] = /pass: --thumbprint (\S+)$/m.exec(refused.stdout) ?? [];
  expect(thumbprint).toMatch(/^([\dA-F]{2}:){31}[\dA-F]{2}$/);
  const pinned = await run(['doctor', '--thumbprint', thumbprint]);
  expect(pinned).toMatchObject({ code: 0, stdout: expect.stringContaining(`SHA-256 ${thumbprint}, trusted by --thumbprint`) });
  const insecure = await run(['doctor', '--insecure']);
  expect(insecure).toMatchObject({ code: 0, stdout: expect.stringContaining(`Pin it instead: --thumbprint ${thumbprint}`) });
});

test('half a set of settings is a usage error, and no check is made', async () => {
  const { run } = await servedSimulator();
  expect(await run(['doctor', '--server', 'https://vcenter.example.com'])).toMatchObject({ code: 2, stdout: '' });
});

describe('findings', () => {
  test('a proxy is described without its password', () => {
    const https = new URL('https://vcenter.example.com');
    const env = { HTTPS_PROXY: 'http://me:secret@proxy.example.com:3128', no_proxy: '.lab' };
    expect(describeProxy(https, env)).toBe('proxy.example.com:3128 from HTTPS_PROXY, except for the hosts of no_proxy');
    expect(describeProxy(new URL('http://vcenter.example.com'), env)).toBe('none');
  });

  test('a clock may differ by ten seconds', () => {
    expect(clockFinding(-10_000)).toEqual({ detail: 'the same as here' });
    expect(clockFinding(90_000)).toMatchObject({ detail: 'the server is 1 min 30 s ahead' });
    expect(clockFinding(-90_000)).toMatchObject({ detail: 'the server is 1 min 30 s behind', advice: expect.any(String) });
    expect(clockFinding(undefined).advice).toBeUndefined();
  });

  test('files that are not cached are a hint; unsafe names and missing space exit with 10', () => {
    const entry = { name: 'con', cached: false };
    expect(cachedFinding([entry], 'file')).toMatchObject({ detail: '1 of 1 file not: con', advice: expect.any(String) });
    expect(cachedFinding([entry], 'file')).not.toHaveProperty('code');
    expect(namesFinding([entry], 'file')).toMatchObject({ code: 10, detail: expect.stringContaining('device name') });
    expect(spaceFindingOf(2000, 1000)).toMatchObject({ code: 10, detail: expect.stringContaining('2.0 kB are needed') });
    expect(spaceFindingOf(1000, 1000)).not.toHaveProperty('code');
  });
});
