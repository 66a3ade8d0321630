/** What is forwarded to the vCenter, and what is not: paths, hosts, headers, redirects. */

import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { after, before, beforeEach, describe, test } from 'node:test';
import { download, findItems, toBlob, vcenter } from 'rx-content-library';
import { createSelfSignedCertificate } from 'rx-content-library/node';
import { lastValueFrom, toArray } from 'rxjs';
import { start, user, type Running } from './running.ts';

let running: Running;
let cookie: string;
/** Set by tests that need another response than the simulator's. */
let respond: ((request: Request) => Response | undefined) | undefined;

before(async () => {
  running = await start({ respond: (request) => respond?.(request) });
  cookie = await running.logIn();
});
beforeEach(() => {
  respond = undefined;
});
after(() => running.close());

const get = (path: string, headers: Readonly<Record<string, string>> = {}) =>
  running.send(path, { headers: { cookie, ...headers } });

/** A `fetch` that sends what a browser sends. */
const browserFetch: typeof globalThis.fetch = (input, init) => {
  const request = new Request(input, init);
  request.headers.set('cookie', cookie);
  if (request.method !== 'GET') request.headers.set('origin', running.origin);
  return fetch(request);
};

for (const dialect of ['api', 'rest'] as const)
  test(`carries a whole download in the dialect ${dialect}, without the session id of the vCenter`, async () => {
    const vc = vcenter({
      server: `${running.origin}/vcenter`,
      downloadHost: running.origin,
      credentials: { sessionId: 'held-by-the-server' },
      dialect,
      fetch: browserFetch,
    });
    assert.deepEqual(await lastValueFrom(findItems(vc, { name: 'debian' })), ['item-1']);
    const events = await lastValueFrom(download(vc, 'item-1', toBlob()).pipe(toArray()));
    const saved = events.filter((event) => event.type === 'saved');
    assert.deepEqual(
      // In any order: the files are transferred at the same time.
      new Map(saved.map(({ file, bytes }) => [file, bytes])),
      new Map([
        ['debian.ovf', 11],
        ['disk 100% #1.vmdk', 300_000],
      ]),
    );
    assert.deepEqual(running.simulator.sessions, []);
  });

test('sends the session of the login instead of what the page sends', async () => {
  const before = running.reached.length;
  const headers = {
    'vmware-api-session-id': 'of-the-page',
    authorization: 'Basic eDp5',
    cookie: `${cookie}; other=1`,
    'x-forwarded-host': 'a.example.com',
  };
  assert.equal((await get('/vcenter/api/content/library', headers)).status, 200);
  const [request] = running.reached.slice(before);
  const names = [...(request?.headers.keys() ?? [])];
  assert.notEqual(request?.headers.get('vmware-api-session-id'), 'of-the-page');
  for (const name of ['authorization', 'cookie', 'x-forwarded-host', 'origin', 'referer']) assert.ok(!names.includes(name), name);
});

test('removes cookies and session ids from responses, and lets no file of a library run as a page', async () => {
  respond = () =>
    new Response('<script>1</script>', {
      headers: { 'content-type': 'text/html', 'set-cookie': 'a=b', 'vmware-api-session-id': 'secret', server: 'vcenter' },
    });
  const { headers } = await get('/cls/data/key/page.html');
  assert.equal(headers['set-cookie'], undefined);
  assert.equal(headers['vmware-api-session-id'], undefined);
  assert.equal(headers['server'], undefined);
  assert.equal(headers['content-disposition'], 'attachment');
  assert.equal(headers['x-content-type-options'], 'nosniff');
  assert.match(headers['content-security-policy']?.toString() ?? '', /^default-src 'none'.*sandbox$/);
});

describe('what is not forwarded', () => {
  const refused = [
    'GET /vcenter/api/vcenter/vm',
    'GET /vcenter/api/cis/tagging/tag',
    'GET /vcenter/rest/com/vmware/cis/tasks',
    'POST /vcenter/api/session',
    'DELETE /vcenter/api/session',
    'POST /vcenter/rest/com/vmware/cis/session',
    'POST /vcenter/rest/com/vmware/cis/session?~action=create',
    'GET /vcenter/sdk',
    'GET /vcenter/ui/',
    'GET /vcenter/',
    'GET /vcenter//attacker.example.com/',
    'DELETE /vcenter/api/content/library/item/item-1',
    'DELETE /vcenter/api/content/local-library/library-1',
    'PATCH /vcenter/api/content/library/item/item-1',
    'POST /vcenter/api/content/library/item?action=copy',
    'POST /vcenter/api/content/library/item?action=find&action=copy',
    'POST /vcenter/api/content/library/item?action=find&~action=copy',
    'POST /vcenter/rest/com/vmware/content/library/item?~action=copy',
    'GET /vcenter/api/content/library/../../vcenter/vm',
    'GET /vcenter/api/content/library/%2e%2e/%2e%2e/vcenter/vm',
    'GET /vcenter/api/content/library/..%2f..%2fvcenter%2fvm',
    'GET /vcenter/api/content/library/..%5c..%5cvcenter',
    'GET /vcenter/api/content/library/item%3faction=find',
    'GET /cls/../api/session',
    'GET /cls/%2e%2e/api/session',
    'GET /cls/..%2fapi%2fsession',
    'GET /cls/data/..%2f..%2f..%2fapi%2fsession',
    'GET /cls/data/%252e%252e/%252e%252e/api',
    'GET /cls/data/..%252f..%252fapi',
    'GET /cls/data/..%5c..%5capi',
    'GET /cls/data/..\\..\\api',
    'POST /cls/data/key/disk.vmdk',
    'PUT /cls/data/key/disk.vmdk',
    'GET /rest/com/vmware/cis/data/%2e%2e/session',
    'GET /@attacker.example.com/',
    'GET //attacker.example.com/cls/data/x',
    'GET /clsx/data',
  ];
  for (const line of refused)
    test(line, async () => {
      const before = running.reached.length;
      const [method = '', path = ''] = line.split(' ');
      const { status } = await running.send(path, { method, headers: { cookie } });
      assert.ok(status === 403 || status === 404, String(status));
      assert.equal(running.reached.length, before);
    });

  test('a request in absolute form, to a server of its choice', async () => {
    const before = running.reached.length;
    const { port } = new URL(running.origin);
    const socket = connect(Number(port), '127.0.0.1');
    socket.end(
      `GET http://attacker.example.com/cls/data/x HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nCookie: ${cookie}\r\nConnection: close\r\n\r\n`,
    );
    const received = await text(socket).catch(() => '');
    assert.ok(!received.startsWith('HTTP/1.1 200'));
    assert.equal(running.reached.length, before);
  });

  test('anything without a login, also the bytes of files', async () => {
    const before = running.reached.length;
    for (const path of ['/vcenter/api/content/library', '/cls/data/key/disk.vmdk'])
      assert.equal((await running.send(path)).status, 401);
    assert.equal(running.reached.length, before);
  });

  test('a body of more than a megabyte', async () => {
    const before = running.reached.length;
    const path = '/vcenter/api/content/library?action=find';
    const { status } = await running.send(path, { method: 'POST', headers: { cookie }, body: 'x'.repeat(1_100_000) });
    assert.equal(status, 413);
    assert.equal(running.reached.length, before);
  });
});

for (const location of ['http://169.254.169.254/latest/meta-data/', 'https://attacker.example.com/', '/api/session'])
  test(`follows no redirect to ${location}, and passes none on`, async () => {
    respond = () => new Response(null, { status: 302, headers: { location } });
    const { status, headers, text: body } = await get('/vcenter/api/content/library');
    assert.equal(status, 502);
    assert.equal(headers.location, undefined);
    assert.ok(!body.includes('169.254') && !body.includes('attacker'));
  });

test('a file that is refused does not end the login', async () => {
  respond = (request) => (request.url.includes('/cls/') ? new Response(null, { status: 401 }) : undefined);
  assert.equal((await get('/cls/data/key/disk.vmdk')).status, 401);
  assert.equal((await get('/vcenter/api/content/library')).status, 200);
});

test('passes names with percent signs and ranges on as they are', async () => {
  const before = running.reached.length;
  respond = () => new Response('bytes', { status: 206, headers: { 'content-range': 'bytes 5-9/10', etag: '"1"' } });
  const { status, headers } = await get('/cls/data/key/disk%20100%25%20%231.vmdk', { range: 'bytes=5-9', 'if-range': '"1"' });
  assert.deepEqual([status, headers['content-range'], headers.etag], [206, 'bytes 5-9/10', '"1"']);
  const [request] = running.reached.slice(before);
  assert.equal(new URL(request?.url ?? '').pathname, '/cls/data/key/disk%20100%25%20%231.vmdk');
  assert.deepEqual([request?.headers.get('range'), request?.headers.get('if-range')], ['bytes=5-9', '"1"']);
});

test('sends nothing to a server with another certificate than the pinned one', async () => {
  const other = createSelfSignedCertificate();
  const pinned = await start({ dashboard: { trust: { thumbprint: other.thumbprint, proxy: false } } });
  try {
    const { status, text: body } = await pinned.send('/login', { method: 'POST', body: user });
    assert.equal(status, 502);
    assert.match(body, /TlsError/);
    assert.equal(pinned.reached.length, 0);
  } finally {
    await pinned.close();
  }
});
