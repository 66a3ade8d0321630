import { describe, expect, test } from '@jest/globals';
import { createSimulator } from 'rx-content-library/simulator';
import { VirtualTimeScheduler } from 'rxjs';
import { callAs, dialects, field, logIn, start, startDownload, type Dialect } from './call.ts';

const minutes = 60_000;
const hours = 60 * minutes;
const library = 'content.Library.list';

/** Uses the API session every twenty minutes; returns the milliseconds until it is rejected. */
const rejectedAfter = async ({ call, advance }: Awaited<ReturnType<typeof start>>): Promise<number> => {
  for (let times = 1; ; times += 1) {
    advance(20 * minutes);
    if ((await call(library)).status === 401) return times * 20 * minutes;
  }
};

describe.each(dialects)('in /%s', (dialect) => {
  test('an API session expires after half an hour without a request', async () => {
    const { call, advance, simulator } = await start(dialect);
    advance(30 * minutes - 1);
    expect((await call(library)).status).toBe(200);
    advance(30 * minutes - 1);
    expect(simulator.apiSessions).toBe(1);
    expect((await call('cis.Session.get')).status).toBe(200);
    advance(30 * minutes);
    expect(simulator.apiSessions).toBe(0);
    expect((await call(library)).status).toBe(401);
    expect((await call('cis.Session.delete')).status).toBe(401);
  });

  test('an API session expires after a day, even if it is active', async () => {
    expect(await rejectedAfter(await start(dialect))).toBe(24 * hours);
  });

  test('both lifetimes can be set', async () => {
    const idle = await start(dialect, { scenario: { leases: { apiSessionIdle: 5 * minutes } } });
    expect(await rejectedAfter(idle)).toBe(20 * minutes);
    const short = await start(dialect, { scenario: { leases: { apiSession: 1 * hours } } });
    expect(await rejectedAfter(short)).toBe(1 * hours);
  });

  test('reading bytes does not extend the API session', async () => {
    const { call, linkOf, advance, simulator } = await startDownload(dialect, {
      files: [{ name: 'disk.vmdk', size: 600_000 }],
      scenario: { leases: { downloadSession: 10 * hours } },
    });
    const reader = (await simulator.fetch(await linkOf('disk.vmdk'))).body?.getReader();
    for (let times = 0; times < 3; times += 1) {
      advance(15 * minutes);
      expect((await reader?.read())?.value?.length).toBeGreaterThan(0);
    }
    expect((await call(library)).status).toBe(401);
  });

  test('login 551 of a user fails until another session ends', async () => {
    const users = ['ada', 'bob'].map((username) => ({ username, password: 'pw' }));
    const { advance, simulator, call } = await start(dialect, { users });
    for (let times = 1; times < 550; times += 1) await logIn(simulator, dialect, 'ada', 'pw');
    expect(simulator.apiSessions).toBe(550);
    const rejected = await logIn(simulator, dialect, 'ada', 'pw');
    expect(rejected.status).toBe(503);
    const error = dialect === 'rest' ? field(rejected.json, 'value') : rejected.json;
    expect(error).toMatchObject({
      error_type: 'SERVICE_UNAVAILABLE',
      messages: [
        {
          id: 'com.vmware.vapi.endpoint.failedToLoginMaxUserSessionCountReached',
          default_message: 'User session count is limited to 550. Existing session count is 550 for user ada.',
        },
      ],
    });
    expect((await logIn(simulator, dialect, 'bob', 'pw')).status).toBe(dialect === 'api' ? 201 : 200);
    await call('cis.Session.delete');
    expect((await logIn(simulator, dialect, 'ada', 'pw')).json).toEqual(expect.any(String));
    expect((await logIn(simulator, dialect, 'ada', 'pw')).status).toBe(503);
    advance(30 * minutes);
    expect((await logIn(simulator, dialect, 'ada', 'pw')).json).toEqual(expect.any(String));
  });

  test('the limit can be set', async () => {
    const { simulator } = await start(dialect, { scenario: { leases: { apiSessionsPerUser: 1 } } });
    const { status, text } = await logIn(simulator, dialect);
    expect(status).toBe(503);
    expect(text).toContain('User session count is limited to 1.');
  });

  test('sessions of both kinds expire in virtual time', async () => {
    const clock = new VirtualTimeScheduler();
    const simulator = createSimulator({ clock });
    const advanceTo = (time: number): void => {
      clock.schedule(() => undefined, time - clock.now());
      clock.flush();
    };
    const call = await logInAndCall(simulator, dialect);
    const { json: items } = await call('content.library.Item.find', { name: 'debian-12' });
    await call('content.library.item.DownloadSession.create', { item: field(items, '0') });
    expect(simulator.sessions).toMatchObject([{ expiresAt: 5 * minutes }]);
    advanceTo(5 * minutes - 1);
    expect(simulator.sessions).toHaveLength(1);
    advanceTo(5 * minutes);
    expect([simulator.sessions, simulator.apiSessions]).toEqual([[], 1]);
    advanceTo(30 * minutes);
    expect(simulator.apiSessions).toBe(0);
    expect((await call(library)).status).toBe(401);
  });
});

const logInAndCall = async (simulator: ReturnType<typeof createSimulator>, dialect: Dialect) =>
  callAs(simulator, dialect, String((await logIn(simulator, dialect)).json));
