import { describe, expect, test } from '@jest/globals';
import { VirtualTimeScheduler } from 'rxjs';
import { createSimulator } from 'rx-content-library/simulator';
import { callAs, dialects, field, logIn, start, startDownload, type Dialect } from './call.ts';

const minutes = 60_000;
const hours = 60 * minutes;
const library = 'content.Library.list';

/** Uses the login every twenty minutes; answers after how many it was refused. */
const refusedAfter = async ({ call, pass }: Awaited<ReturnType<typeof start>>): Promise<number> => {
  for (let times = 1; ; times += 1) {
    pass(20 * minutes);
    if ((await call(library)).status === 401) return times * 20 * minutes;
  }
};

describe.each(dialects)('in /%s', (dialect) => {
  test('an API session ends after half an hour without a request', async () => {
    const { call, pass, simulator } = await start(dialect);
    pass(30 * minutes - 1);
    expect((await call(library)).status).toBe(200);
    pass(30 * minutes - 1);
    expect(simulator.apiSessions).toBe(1);
    expect((await call('cis.Session.get')).status).toBe(200);
    pass(30 * minutes);
    expect(simulator.apiSessions).toBe(0);
    expect((await call(library)).status).toBe(401);
    expect((await call('cis.Session.delete')).status).toBe(401);
  });

  test('an API session ends after a day, however busy it is', async () => {
    expect(await refusedAfter(await start(dialect))).toBe(24 * hours);
  });

  test('both lives are switches', async () => {
    const idle = await start(dialect, { scenario: { leases: { apiSessionIdle: 5 * minutes } } });
    expect(await refusedAfter(idle)).toBe(20 * minutes);
    const short = await start(dialect, { scenario: { leases: { apiSession: 1 * hours } } });
    expect(await refusedAfter(short)).toBe(1 * hours);
  });

  test('reading bytes does not make the API session live longer', async () => {
    const { call, linkOf, pass, simulator } = await startDownload(dialect, {
      files: [{ name: 'disk.vmdk', size: 600_000 }],
      scenario: { leases: { downloadSession: 10 * hours } },
    });
    const reader = (await simulator.fetch(await linkOf('disk.vmdk'))).body?.getReader();
    for (let times = 0; times < 3; times += 1) {
      pass(15 * minutes);
      expect((await reader?.read())?.value?.length).toBeGreaterThan(0);
    }
    expect((await call(library)).status).toBe(401);
  });

  test('one login more than 550 of a user is refused, until one ends', async () => {
    const users = ['ada', 'bob'].map((username) => ({ username, password: 'pw' }));
    const { pass, simulator, call } = await start(dialect, { users });
    for (let times = 1; times < 550; times += 1) await logIn(simulator, dialect, 'ada', 'pw');
    expect(simulator.apiSessions).toBe(550);
    const refused = await logIn(simulator, dialect, 'ada', 'pw');
    expect(refused.status).toBe(503);
    const error = dialect === 'rest' ? field(refused.json, 'value') : refused.json;
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
    pass(30 * minutes);
    expect((await logIn(simulator, dialect, 'ada', 'pw')).json).toEqual(expect.any(String));
  });

  test('the limit is a switch', async () => {
    const { simulator } = await start(dialect, { scenario: { leases: { apiSessionsPerUser: 1 } } });
    const { status, text } = await logIn(simulator, dialect);
    expect(status).toBe(503);
    expect(text).toContain('User session count is limited to 1.');
  });

  test('virtual time ends sessions of both kinds', async () => {
    const clock = new VirtualTimeScheduler();
    const simulator = createSimulator({ clock });
    const passTo = (time: number): void => {
      clock.schedule(() => undefined, time - clock.now());
      clock.flush();
    };
    const call = await loggedIn(simulator, dialect);
    const { json: items } = await call('content.library.Item.find', { name: 'debian-12' });
    await call('content.library.item.DownloadSession.create', { item: field(items, '0') });
    expect(simulator.sessions).toMatchObject([{ expiresAt: 5 * minutes }]);
    passTo(5 * minutes - 1);
    expect(simulator.sessions).toHaveLength(1);
    passTo(5 * minutes);
    expect([simulator.sessions, simulator.apiSessions]).toEqual([[], 1]);
    passTo(30 * minutes);
    expect(simulator.apiSessions).toBe(0);
    expect((await call(library)).status).toBe(401);
  });
});

const loggedIn = async (simulator: ReturnType<typeof createSimulator>, dialect: Dialect) =>
  callAs(simulator, dialect, String((await logIn(simulator, dialect)).json));
