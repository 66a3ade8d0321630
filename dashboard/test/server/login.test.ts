/** Logins: the cookie, several browsers, a session that ends, and that no secret appears anywhere. */

import assert from 'node:assert/strict';
import { after, afterEach, test } from 'node:test';
import { start, user, type Running, type RunningOptions } from './running.ts';

let running: Running | undefined;
const open = async (options?: RunningOptions): Promise<Running> => {
  running = await start(options);
  return running;
};
const close = async (): Promise<void> => {
  await running?.close();
  running = undefined;
};
afterEach(close);
after(close);

const info = async ({ send }: Running, cookie?: string): Promise<unknown> =>
  JSON.parse((await send('/dashboard.json', { headers: cookie === undefined ? {} : { cookie } })).text);

test('a login sets a cookie that scripts and other sites cannot use', async () => {
  const { send } = await open();
  const { status, headers, text } = await send('/login', { method: 'POST', body: user });
  assert.equal(status, 204);
  assert.equal(text, '');
  const [cookie = ''] = headers['set-cookie'] ?? [];
  assert.match(cookie, /^content-library-login-\d+=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/);
});

test('a rejected login is a 401 with the message of the vCenter, and sets no cookie', async () => {
  const { send, lines } = await open();
  const { status, headers, text } = await send('/login', { method: 'POST', body: { ...user, password: 'wrong-password' } });
  assert.equal(status, 401);
  assert.equal(headers['set-cookie'], undefined);
  assert.match(text, /the login was rejected.*vCenter: /);
  assert.ok(!text.includes('wrong-password'));
  assert.deepEqual(lines, ['A login failed: AuthenticationError.']);
});

for (const body of [
  '',
  'not json',
  '[]',
  '{"username":"a"}',
  JSON.stringify({ username: 'a:b', password: 'c' }),
  'x'.repeat(100_000),
])
  test(`refuses a login with the body ${JSON.stringify(body.slice(0, 20))}`, async () => {
    const { send, reached } = await open();
    assert.equal((await send('/login', { method: 'POST', body })).status, 400);
    assert.equal(reached.length, 0);
  });

test('two browsers of one user share one session of the vCenter, and the last logout deletes it', async () => {
  const current = await open();
  const first = await current.logIn();
  const second = await current.logIn({ ...user, username: user.username.toUpperCase() }).catch(() => current.logIn());
  assert.notEqual(first, second);
  assert.equal(current.simulator.apiSessions, 1);
  assert.deepEqual(await info(current, first), {
    mode: 'vcenter',
    server: new URL(current.reached[0]?.url ?? '').origin,
    loggedIn: true,
    username: user.username,
    dialect: 'api',
    version: '0.1.0',
  });
  await current.send('/logout', { method: 'POST', headers: { cookie: first } });
  assert.equal((await current.send('/vcenter/api/content/library', { headers: { cookie: first } })).status, 401);
  assert.equal((await current.send('/vcenter/api/content/library', { headers: { cookie: second } })).status, 200);
  await current.send('/logout', { method: 'POST', headers: { cookie: second } });
  await current.close();
  running = undefined;
  assert.equal(current.simulator.apiSessions, 0);
});

test('a session that the vCenter has ended is a 401, and a new login goes on', async () => {
  const current = await open();
  const cookie = await current.logIn();
  assert.equal((await current.send('/vcenter/api/content/library', { headers: { cookie } })).status, 200);
  await current.endSessions();
  const { status } = await current.send('/vcenter/api/content/library', { headers: { cookie } });
  assert.equal(status, 401);
  assert.deepEqual(((await info(current, cookie)) as { loggedIn: boolean }).loggedIn, false);
  const again = await current.logIn();
  assert.equal((await current.send('/vcenter/api/content/library', { headers: { cookie: again } })).status, 200);
});

test('the login of the server itself is renewed, and repeated once for all requests that were refused', async () => {
  const current = await open({ dashboard: { credentials: user } });
  const first = await current.send(`/${new URL(current.address).search}`);
  const cookie = (first.headers['set-cookie']?.[0] ?? '').replace(/;.*/, '');
  const headers = { cookie };
  assert.equal((await current.send('/login', { method: 'POST', headers, body: user })).status, 409);
  assert.equal((await current.send('/vcenter/api/content/library', { headers })).status, 200);
  await current.endSessions();
  const responses = await Promise.all([1, 2, 3].map(() => current.send('/vcenter/api/content/library', { headers })));
  assert.deepEqual(
    responses.map(({ status }) => status),
    [200, 200, 200],
  );
  const logins = current.reached.filter(({ method, url }) => method === 'POST' && url.endsWith('/session'));
  assert.equal(logins.length, 2);
});

test('closing logs out', async () => {
  const current = await open();
  await current.logIn();
  assert.equal(current.simulator.apiSessions, 1);
  await current.close();
  running = undefined;
  assert.equal(current.simulator.apiSessions, 0);
});

test('no response and no line of the log has a password, a session id or the token', async () => {
  const current = await open({ dashboard: { host: '0.0.0.0' } });
  const { search } = new URL(current.address);
  const first = await current.send(`/${search}`);
  const access = (first.headers['set-cookie']?.[0] ?? '').replace(/;.*/, '');
  const login = await current.send('/login', { method: 'POST', headers: { cookie: access }, body: user });
  const cookie = `${access}; ${(login.headers['set-cookie']?.[0] ?? '').replace(/;.*/, '')}`;
  const responses = [first, login];
  for (const path of [
    '/',
    '/dashboard.json',
    '/vcenter/api/session',
    '/vcenter/api/content/library',
    '/vcenter/api/nothing',
    '/cls/x',
    '/nothing',
  ])
    responses.push(await current.send(path, { headers: { cookie } }));
  responses.push(
    await current.send('/login', { method: 'POST', headers: { cookie: access }, body: { ...user, username: 'unknown' } }),
  );
  const seen = JSON.stringify([responses, current.lines]);
  const ids = current.reached.map(({ headers }) => headers.get('vmware-api-session-id')).filter((id) => id !== null);
  assert.ok(ids.length > 0);
  for (const secret of [user.password, btoa(`${user.username}:${user.password}`), search.slice('?token='.length), ...ids])
    assert.ok(!seen.includes(secret));
});
