/** The files of the page: caches, compression, the policy, and that no path leads out of its directory. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { brotliDecompressSync } from 'node:zlib';
import { startDashboard } from '../../server/index.ts';
import { start, type Running } from './running.ts';

let running: Running;
before(async () => {
  running = await start();
});
after(() => running.close());

test('the page has a strict policy with a nonce of its own each time', async () => {
  const responses = [await running.send('/'), await running.send('/index.html')];
  const nonces = responses.map(({ text, headers }) => {
    const policy = String(headers['content-security-policy']);
    const [, nonce = ''] = /'nonce-([^']+)'/.exec(policy) ?? [];
    assert.ok(text.includes(`<app-root ngCspNonce="${nonce}">`));
    assert.match(policy, /^default-src 'none'; script-src 'self'; /);
    assert.ok(!/unsafe|\*|https?:/.test(policy), policy);
    for (const part of ["frame-ancestors 'none'", "base-uri 'self'", "connect-src 'self'"])
      assert.ok(policy.includes(part), part);
    assert.equal(headers['cache-control'], 'no-cache');
    return nonce;
  });
  assert.notEqual(nonces[0], nonces[1]);
});

test('every response has the headers that restrict what others do with it', async () => {
  for (const path of ['/', '/main-ABCDEFGH.js', '/dashboard.json', '/nothing', '/vcenter/api/vm']) {
    const { headers } = await running.send(path);
    assert.equal(headers['x-content-type-options'], 'nosniff', path);
    assert.equal(headers['referrer-policy'], 'no-referrer', path);
    assert.equal(headers['x-frame-options'], 'DENY', path);
    assert.equal(headers['cross-origin-resource-policy'], 'same-origin', path);
    assert.ok(headers['content-security-policy'], path);
    assert.equal(headers['access-control-allow-origin'], undefined, path);
  }
});

test('files with a hash in their name are kept for a year, others are asked for again', async () => {
  const { headers } = await running.send('/main-ABCDEFGH.js');
  assert.equal(headers['cache-control'], 'public, max-age=31536000, immutable');
  const icon = await running.send('/favicon.ico');
  assert.equal(icon.headers['cache-control'], 'no-cache');
  const again = await running.send('/favicon.ico', { headers: { 'if-none-match': String(icon.headers.etag) } });
  assert.deepEqual([again.status, again.text], [304, '']);
  assert.equal((await running.send('/dashboard.json')).headers['cache-control'], 'no-store');
});

test('text is compressed as the browser accepts it', async () => {
  const response = await fetch(`${running.origin}/main-ABCDEFGH.js`, { headers: { 'accept-encoding': 'gzip, br' } });
  assert.equal(response.headers.get('content-encoding'), 'br');
  assert.ok(Number(response.headers.get('content-length')) < 200);
  assert.match(await response.text(), /^console.log/);
  for (const accepted of ['', 'identity', 'br;q=0', 'abr'])
    assert.equal(
      (await running.send('/main-ABCDEFGH.js', { headers: { 'accept-encoding': accepted } })).headers['content-encoding'],
      undefined,
    );
  assert.throws(() => brotliDecompressSync('no brotli'));
});

for (const path of [
  '/../outside.txt',
  '/%2e%2e/outside.txt',
  '/..%2foutside.txt',
  '/..%5coutside.txt',
  '/..\\outside.txt',
  '/%2e%2e%2foutside.txt',
  '/%252e%252e%252foutside.txt',
  '/....//outside.txt',
  '/./../outside.txt',
  '//outside.txt',
  '/index.html/../../outside.txt',
  '/%00/outside.txt',
  '/main-ABCDEFGH.js%00.txt',
  '/C:/windows/win.ini',
  '/etc/passwd',
])
  test(`serves nothing outside of the page for ${path}`, async () => {
    const { status, text } = await running.send(path);
    assert.equal(status, 404);
    assert.ok(!text.includes('outside'));
  });

test('without a vCenter, the page simulates one, and nothing is forwarded', async () => {
  const simulating = await start({ dashboard: { server: undefined } });
  try {
    const { text } = await simulating.send('/dashboard.json');
    assert.deepEqual(JSON.parse(text), { mode: 'simulator', loggedIn: false, version: '0.1.0' });
    for (const path of ['/vcenter/api/content/library', '/cls/data/key/file'])
      assert.equal((await simulating.send(path)).status, 404);
    assert.equal((await simulating.send('/login', { method: 'POST', body: {} })).status, 404);
  } finally {
    await simulating.close();
  }
});

test('invalid options are refused with what to do', async () => {
  await assert.rejects(startDashboard({ directory: '/tmp' }), /directory: requires the option server/);
  await assert.rejects(startDashboard({ server: 'vcenter.example.com' }), /expected an address such as https:/);
  await assert.rejects(
    startDashboard({ server: 'https://user:password@vcenter.example.com' }),
    (error: Error) => !error.message.includes('password@'),
  );
  await assert.rejects(startDashboard({ prot: 1 } as object), /Unknown option prot/);
  await assert.rejects(startDashboard({ page: '/nowhere' }), /The page is not built/);
});
