/** Which requests are refused before any route: other origins, other hosts, a missing token. */

import assert from 'node:assert/strict';
import { networkInterfaces } from 'node:os';
import { after, before, describe, test } from 'node:test';
import { createHostTest } from '../../server/guard.ts';
import { start, user, type Running } from './running.ts';

describe('a dashboard on loopback', () => {
  let running: Running;
  before(async () => {
    running = await start();
  });
  after(() => running.close());

  for (const host of [
    'attacker.example.com',
    '127.0.0.1.nip.io',
    'localhost.attacker.example.com',
    '127.0.0.1:1',
    '10.0.0.5',
    'localhost',
  ])
    test(`refuses the host ${host}, which DNS rebinding would send`, async () => {
      const { status, text } = await running.send('/dashboard.json', { headers: { host } });
      assert.equal(status, 421);
      assert.match(text, /--allowed-host/);
      assert.ok(!text.includes(host));
    });

  test('accepts the loopback names with its port', async () => {
    const { port } = new URL(running.origin);
    for (const host of [`localhost:${port}`, `127.0.0.1:${port}`, `[::1]:${port}`, `LOCALHOST:${port}`])
      assert.equal((await running.send('/dashboard.json', { headers: { host } })).status, 200);
  });

  for (const origin of ['https://attacker.example.com', 'http://127.0.0.1:1', 'null', 'not an origin'])
    test(`refuses every change by a page of ${origin}`, async () => {
      for (const [method, path] of [
        ['POST', '/login'],
        ['POST', '/logout'],
        ['POST', '/exports'],
        ['DELETE', '/exports/1'],
        ['POST', '/vcenter/api/content/library?action=find'],
        ['GET', '/dashboard.json'],
      ] as const) {
        const { status } = await running.send(path, {
          method,
          headers: { origin },
          ...(method === 'POST' ? { body: user } : {}),
        });
        assert.equal(status, 403, `${method} ${path}`);
      }
      assert.equal(running.reached.length, 0);
    });

  test('refuses a change without an origin', async () => {
    const { port } = new URL(running.origin);
    const response = await fetch(`http://127.0.0.1:${port}/login`, { method: 'POST', body: JSON.stringify(user) });
    assert.equal(response.status, 403);
  });

  for (const site of ['cross-site', 'same-site'])
    test(`refuses data to a page that the browser calls ${site}, and shows the page itself`, async () => {
      const headers = { 'sec-fetch-site': site, 'sec-fetch-mode': 'no-cors' };
      assert.equal((await running.send('/dashboard.json', { headers })).status, 403);
      assert.equal((await running.send('/cls/data/key/disk.vmdk', { headers })).status, 403);
      const navigation = { 'sec-fetch-site': site, 'sec-fetch-mode': 'navigate' };
      assert.equal((await running.send('/', { headers: navigation })).status, 200);
      assert.equal((await running.send('/dashboard.json', { headers: navigation })).status, 403);
    });
});

describe('--allowed-host', () => {
  test('accepts that name with any port, and no name that contains it', async () => {
    const running = await start({ dashboard: { allowedHosts: ['dashboard.example.com'] } });
    try {
      const statusOf = async (host: string) => (await running.send('/dashboard.json', { headers: { host } })).status;
      assert.equal(await statusOf('dashboard.example.com'), 200);
      assert.equal(await statusOf('Dashboard.example.com:8443'), 200);
      assert.equal(await statusOf('dashboard.example.com.attacker.com'), 421);
      assert.equal(await statusOf('xdashboard.example.com'), 421);
    } finally {
      await running.close();
    }
  });
});

describe('the test of hosts', () => {
  test('accepts any address, but no name, on another interface than loopback', () => {
    const isAllowed = createHostTest({ host: '0.0.0.0', port: 4300, isLoopback: false, allowedHosts: [] });
    assert.ok(isAllowed('10.0.0.5:4300'));
    assert.ok(isAllowed('[fe80::1]:4300'));
    assert.ok(!isAllowed('attacker.example.com:4300'));
    assert.ok(!isAllowed('10.0.0.5.attacker.example.com:4300'));
  });

  test('refuses what is no host', () => {
    const isAllowed = createHostTest({ host: '127.0.0.1', port: 4300, isLoopback: true, allowedHosts: [] });
    for (const host of ['', 'user@127.0.0.1:4300', '127.0.0.1:4300/x', '127.0.0.1:4300 x', '127.0.0.1:4300?x'])
      assert.ok(!isAllowed(host), host);
  });
});

describe('the token', () => {
  test('is needed once on another interface than loopback, and then replaced by a cookie', async () => {
    const running = await start({ dashboard: { host: '0.0.0.0' } });
    try {
      const { search } = new URL(running.address);
      assert.match(search, /^\?token=[\w-]{43}$/);
      for (const path of ['/', '/dashboard.json', '/main-ABCDEFGH.js', '/?token=', '/?token=wrong', `/dashboard.json${search}`])
        assert.equal((await running.send(path)).status, 401, path);
      const first = await running.send(`/${search}`);
      assert.equal(first.status, 200);
      assert.ok(!first.text.includes(search.slice(7)));
      const [cookie = ''] = first.headers['set-cookie'] ?? [];
      assert.match(cookie, /; Path=\/; HttpOnly; SameSite=Strict$/);
      assert.ok(!cookie.includes(search.slice(7)));
      const headers = { cookie: cookie.replace(/;.*/, '') };
      assert.equal((await running.send('/dashboard.json', { headers })).status, 200);
      assert.match((await running.send('/', { headers })).text, /<app-root/);
      assert.equal((await running.send('/dashboard.json', { headers: { cookie: 'content-library-access=x' } })).status, 401);
    } finally {
      await running.close();
    }
  });

  test('is needed on loopback too if the server has its own login, which other users of the machine could use', async () => {
    const running = await start({ dashboard: { credentials: user } });
    try {
      assert.equal((await running.send('/vcenter/api/content/library')).status, 401);
      assert.ok(running.address.includes('?token='));
    } finally {
      await running.close();
    }
  });

  test('protects a connection from the network', async (context) => {
    const external = Object.values(networkInterfaces())
      .flat()
      .find((found) => found?.family === 'IPv4' && !found.internal);
    if (external === undefined) return context.diagnostic('this machine has no other interface');
    const running = await start({ dashboard: { host: '0.0.0.0' } });
    try {
      const response = await fetch(`http://${external.address}:${new URL(running.origin).port}/dashboard.json`);
      assert.equal(response.status, 401);
    } finally {
      await running.close();
    }
  });
});
