import { describe, expect, test } from '@jest/globals';
import {
  cancelDownloadSession,
  createDownloadSession,
  deleteDownloadSession,
  failDownloadSession,
  getDownloadFile,
  getLibrary,
  getSession,
  isSessionLimit,
  keepDownloadSessionAlive,
  listDownloadSessions,
  listLibraries,
  login,
  logout,
  vcenter,
  withVCenter,
  type Credentials,
  type Dialect,
  type RetryNotice,
  type VCenter,
} from 'rx-content-library';
import { createSimulator, type Simulator } from 'rx-content-library/simulator';
import { forkJoin, lastValueFrom, of, type Observable } from 'rxjs';
import { withoutRetry } from '#src/connection/derived-connection.js';
import { internals } from '#src/connection/vcenter.js';
import { collect, collectValues } from '../support/collect.ts';
import { inventory, operationNames, preparedAtOnce, simulatedVCenter, user } from '../support/simulated-vcenter.ts';

const server = 'https://vcenter.example.com';
const expiredSession = { status: 401, body: JSON.stringify({ error_type: 'UNAUTHENTICATED', messages: [] }) };

describe('vcenter', () => {
  test.each(['vcenter.example.com', 'ftp://vcenter.example.com', '', 'https://user:secret@vcenter.example.com'])(
    'rejects the address %j with a message without the password',
    (address) => {
      const make = () => vcenter({ server: address, credentials: user });
      expect(make).toThrow(TypeError);
      expect(make).toThrow(/server: /);
      expect(make).not.toThrow(/secret/);
    },
  );

  test('sends nothing before a subscription', () => {
    const { simulator, vc } = simulatedVCenter();
    listLibraries(vc);
    login(vc);
    logout(vc);
    expect(simulator.requests).toEqual([]);
  });

  test('contains no secret when it is printed', async () => {
    const { vc } = simulatedVCenter();
    await collectValues(login(vc));
    const { inspect } = await import('node:util');
    expect(inspect(vc, { depth: 9, showHidden: true }) + JSON.stringify(vc)).not.toMatch(/Hunter2|session-id|[0-9a-f]{32}/);
  });
});

describe('the time of the server', () => {
  /** The server's time before the first response, and after each. */
  const timesAfter = async (dates: readonly (string | undefined)[]) => {
    const left = [...dates];
    const fetch = async () => {
      const date = left.shift();
      return Response.json({}, { headers: date === undefined ? {} : { date } });
    };
    const vc = vcenter({ server, credentials: { sessionId: 'session' }, dialect: 'api', fetch });
    const times = [vc[internals].serverTime()];
    while (left.length > 0) {
      await collectValues(keepDownloadSessionAlive(vc, 'download-session-1'));
      times.push(vc[internals].serverTime());
    }
    return times;
  };

  test('is unknown until a response has a Date', async () => {
    expect(await timesAfter([undefined])).toEqual([undefined, undefined]);
  });

  test('is the end of the second in the Date, so that a lease looks shorter, never longer', async () => {
    expect(await timesAfter(['Sun, 22 Nov 2026 08:00:00 GMT'])).toEqual([undefined, Date.UTC(2026, 10, 22, 8, 0, 1)]);
  });

  test('is that of the last response with a valid Date, whatever the local clock', async () => {
    const dates = ['Sun, 22 Nov 2026 08:00:00 GMT', 'Sun, 22 Nov 2026 07:59:00 GMT', undefined, 'yesterday'];
    const [later, earlier] = [Date.UTC(2026, 10, 22, 8, 0, 1), Date.UTC(2026, 10, 22, 7, 59, 1)];
    expect(await timesAfter(dates)).toEqual([undefined, later, earlier, earlier, earlier]);
  });
});

describe('the login', () => {
  test('is shared by concurrent and later subscriptions', async () => {
    const { simulator, vc } = simulatedVCenter();
    await lastValueFrom(forkJoin([listLibraries(vc), getLibrary(vc, 'library-1'), getSession(vc)]));
    await collectValues(listLibraries(vc));
    expect(operationNames(simulator).filter((name) => name === 'cis.Session.create')).toHaveLength(1);
  });

  test.each([
    ['auto', [], 'api'],
    ['auto', [{ operation: 'cis.Session.create', times: 1, status: 404, body: '404 page not found' }], 'rest'],
    ['auto', [{ operation: 'cis.Session.create', times: 1, status: 405, body: '' }], 'rest'],
    ['api', [], 'api'],
    ['rest', [], 'rest'],
  ] as const)('with dialect %j and faults %j uses %s', async (dialect, faults, expected) => {
    const { simulator, vc } = simulatedVCenter(dialect, { scenario: { faults } });
    expect(await collectValues(login(vc))).toEqual([expected]);
    expect(await collectValues(listLibraries(vc))).toEqual([['library-1']]);
    expect(simulator.requests.at(-1)?.dialect).toBe(expected);
  });

  test.each([401, 403, 503])('a response of %d causes no second login', async (status) => {
    const { simulator, vc } = simulatedVCenter('auto', {
      scenario: { faults: [{ operation: 'cis.Session.create', status, body: '' }] },
    });
    const { error } = await collect(listLibraries(vc));
    expect(error).toMatchObject({ _tag: status === 401 ? 'AuthenticationError' : 'ApiError' });
    expect(simulator.requests).toHaveLength(1);
  });

  test('that was rejected is repeated by the next subscription, with new credentials', async () => {
    const credentials: Credentials[] = [{ ...user, password: 'wrong' }, user];
    const { simulator, vc } = simulatedVCenter('api', {}, { credentials: () => Promise.resolve(credentials.shift() ?? user) });
    expect((await collect(listLibraries(vc))).error).toMatchObject({ _tag: 'AuthenticationError', server });
    expect(await collectValues(listLibraries(vc))).toEqual([['library-1']]);
    expect(operationNames(simulator).filter((name) => name === 'cis.Session.create')).toHaveLength(2);
  });

  test('accepts credentials as a value, a function, a promise and an Observable', async () => {
    for (const credentials of [user, () => user, () => Promise.resolve(user), () => of(user)]) {
      const { vc } = simulatedVCenter('auto', {}, { credentials });
      expect(await collectValues(login(vc))).toEqual(['api']);
    }
  });

  test('supports a user name and a password beyond ASCII', async () => {
    const credentials = { username: 'jörg@vsphere.local', password: 'pässwörd€' };
    const { vc } = simulatedVCenter('rest', { users: [credentials] }, { credentials });
    expect(await collectValues(login(vc))).toEqual(['rest']);
  });

  test('is not aborted when its subscriber unsubscribes: the session would stay on the server', async () => {
    const { simulator, vc } = simulatedVCenter();
    listLibraries(vc).subscribe().unsubscribe();
    await collectValues(logout(vc));
    expect(operationNames(simulator)).toEqual(['cis.Session.create', 'cis.Session.delete']);
    expect(simulator.apiSessions).toBe(0);
  });
});

describe('an expired API session', () => {
  test.each(['api', 'rest'] as const)('is renewed once, and the request is repeated (%s)', async (dialect) => {
    const { simulator, vc } = simulatedVCenter(dialect, {
      scenario: { faults: [{ operation: 'content.Library.list', after: 1, times: 1, ...expiredSession }] },
    });
    await collectValues(listLibraries(vc));
    expect(await collectValues(listLibraries(vc))).toEqual([['library-1']]);
    expect(operationNames(simulator)).toEqual([
      'cis.Session.create',
      'content.Library.list',
      'content.Library.list',
      'cis.Session.delete',
      'cis.Session.create',
      'content.Library.list',
    ]);
  });

  test('is renewed by one login for concurrent requests', async () => {
    const { simulator, vc } = simulatedVCenter('api', {
      scenario: { faults: [{ operation: 'content.Library.get', times: 3, ...expiredSession }] },
    });
    await collectValues(login(vc));
    await lastValueFrom(forkJoin([1, 2, 3].map(() => getLibrary(vc, 'library-1'))));
    expect(operationNames(simulator).filter((name) => name === 'cis.Session.create')).toHaveLength(2);
  });

  test('that expires again at once is an AuthenticationError, after two requests', async () => {
    const { simulator, vc } = simulatedVCenter('api', {
      scenario: { faults: [{ operation: 'content.Library.list', ...expiredSession }] },
    });
    expect((await collect(listLibraries(vc))).error).toMatchObject({ _tag: 'AuthenticationError' });
    expect(operationNames(simulator).filter((name) => name === 'content.Library.list')).toHaveLength(2);
  });
});

describe('a call with a transient failure', () => {
  const down = {
    status: 503,
    body: JSON.stringify({
      error_type: 'SERVICE_UNAVAILABLE',
      messages: [{ id: 'com.vmware.vapi.endpoint.cis.ServiceUnavailable', default_message: 'Down.', args: [] }],
    }),
  };
  const byProxy = { status: 503, contentType: 'text/plain', body: 'no healthy upstream' };
  const withoutDelay = { retry: { delay: 0 } };
  const count = (simulator: Simulator, operation: string) =>
    operationNames(simulator).filter((name) => name === operation).length;

  test.each(['api', 'rest'] as const)('is repeated if it reads, also as a POST (%s)', async (dialect) => {
    const operation = 'content.library.item.downloadsession.File.get';
    const { simulator, vc } = simulatedVCenter(
      dialect,
      {
        scenario: {
          preparation: preparedAtOnce,
          faults: [
            { operation, times: 2, ...down },
            { operation, times: 1, ...byProxy },
          ],
        },
      },
      withoutDelay,
    );
    const session = await lastValueFrom(createDownloadSession(vc, 'item-1'));
    expect(await collectValues(getDownloadFile(vc, session, 'ubuntu.ovf'))).toMatchObject([{ name: 'ubuntu.ovf' }]);
    expect(count(simulator, operation)).toBe(4);
  });

  test('is sent five times at most, and errors with the last failure', async () => {
    const notices: RetryNotice[] = [];
    const { simulator, vc } = simulatedVCenter(
      'api',
      { scenario: { faults: [{ operation: 'content.Library.list', ...down }] } },
      { retry: { delay: 0, onRetry: (retry) => void notices.push(retry) } },
    );
    const { error } = await collect(listLibraries(vc));
    expect(error).toMatchObject({ _tag: 'ApiError', error_type: 'SERVICE_UNAVAILABLE' });
    expect(count(simulator, 'content.Library.list')).toBe(5);
    expect(notices).toMatchObject([1, 2, 3, 4].map((attempt) => ({ operation: 'content.Library.list', attempt, delay: 0 })));
  });

  test('is sent once with retry: false, and in a connection without retries', async () => {
    const options = { scenario: { faults: [{ operation: 'content.Library.list', ...down }] } };
    const withFalse = simulatedVCenter('api', options, { retry: false });
    await collect(listLibraries(withFalse.vc));
    expect(count(withFalse.simulator, 'content.Library.list')).toBe(1);

    const own = simulatedVCenter('api', options, withoutDelay);
    await collect(listLibraries(withoutRetry(own.vc)));
    expect(count(own.simulator, 'content.Library.list')).toBe(1);
    await collect(getLibrary(own.vc, 'library-1'));
    expect(count(own.simulator, 'cis.Session.create')).toBe(1);
  });

  test('is not repeated if it was a login, unless vCenter itself rejected it before it started', async () => {
    const operation = 'cis.Session.create';
    const proxied = simulatedVCenter('api', { scenario: { faults: [{ operation, times: 1, ...byProxy }] } }, withoutDelay);
    expect((await collect(listLibraries(proxied.vc))).error).toMatchObject({ _tag: 'ApiError', status: 503 });
    expect(operationNames(proxied.simulator)).toEqual([operation]);

    const rejected = simulatedVCenter('api', { scenario: { faults: [{ operation, times: 2, ...down }] } }, withoutDelay);
    expect(await collectValues(listLibraries(rejected.vc))).toEqual([['library-1']]);
    expect(operationNames(rejected.simulator)).toEqual([operation, operation, operation, 'content.Library.list']);

    const lost = losingFirstResponse('api', operation);
    expect((await collect(listLibraries(lost.vc))).error).toMatchObject({ _tag: 'TransportError' });
    expect(operationNames(lost.simulator)).toEqual([operation]);
  });

  test('is not repeated if there are too many API sessions', async () => {
    const messages = [{ id: 'com.vmware.vapi.endpoint.failedToLoginMaxUserSessionCountReached', default_message: 'x', args: [] }];
    const fault = { operation: 'cis.Session.create', status: 503, body: JSON.stringify({ messages }) };
    const { simulator, vc } = simulatedVCenter('api', { scenario: { faults: [fault] } }, withoutDelay);
    expect(isSessionLimit((await collect(listLibraries(vc))).error)).toBe(true);
    expect(simulator.requests).toHaveLength(1);
  });

  /** A connection that loses the first response of an operation, which the server has executed. */
  const losingFirstResponse = (dialect: Dialect, operation: string) => {
    let isLost = false;
    const simulator = createSimulator({ inventory, users: [user], scenario: { preparation: preparedAtOnce } });
    const vc = vcenter({
      server,
      credentials: user,
      dialect,
      ...withoutDelay,
      fetch: async (input, init) => {
        const response = await simulator.fetch(input, init);
        if (isLost || operationNames(simulator).at(-1) !== operation) return response;
        isLost = true;
        throw new TypeError('fetch failed', { cause: Object.assign(new Error('reset'), { code: 'ECONNRESET' }) });
      },
    });
    return { simulator, vc };
  };

  describe.each(['api', 'rest'] as const)('after its response was lost (%s)', (dialect) => {
    test('creates no second download session: the token identifies the repetition', async () => {
      const { simulator, vc } = losingFirstResponse(dialect, 'content.library.item.DownloadSession.create');
      const session = await lastValueFrom(createDownloadSession(vc, 'item-1'));
      expect(await collectValues(listDownloadSessions(vc))).toEqual([[session]]);
      expect(count(simulator, 'content.library.item.DownloadSession.create')).toBe(2);
    });

    test.each([
      ['delete', (vc: VCenter, id: string) => deleteDownloadSession(vc, id)],
      ['cancel', (vc: VCenter, id: string) => cancelDownloadSession(vc, id)],
      ['fail', (vc: VCenter, id: string) => failDownloadSession(vc, id, 'disk full')],
      ['keep_alive', (vc: VCenter, id: string) => keepDownloadSessionAlive(vc, id)],
    ])('%s succeeds', async (name, end) => {
      const { simulator, vc } = losingFirstResponse(dialect, `content.library.item.DownloadSession.${name}`);
      const session = await lastValueFrom(createDownloadSession(vc, 'item-1'));
      expect(await collectValues(end(vc, session))).toEqual([undefined]);
      expect(count(simulator, `content.library.item.DownloadSession.${name}`)).toBe(2);
    });
  });
});

describe('a session id from the caller', () => {
  const openSession = async () => {
    const { simulator, vc } = simulatedVCenter('api');
    await collectValues(login(vc));
    let sessionId = '';
    const spy: typeof globalThis.fetch = (input, init) => {
      sessionId ||= new Request(input, init).headers.get('vmware-api-session-id') ?? '';
      return simulator.fetch(input, init);
    };
    const other = vcenter({ server, credentials: user, fetch: spy });
    await collectValues(listLibraries(other));
    return { simulator, sessionId };
  };

  test('is used, and never logged out', async () => {
    const { simulator, sessionId } = await openSession();
    const before = simulator.apiSessions;
    const vc = vcenter({ server, credentials: { sessionId }, fetch: simulator.fetch });
    expect(await collectValues(listLibraries(vc))).toEqual([['library-1']]);
    await collectValues(logout(vc));
    expect(simulator.apiSessions).toBe(before);
    expect(operationNames(simulator)).not.toContain('cis.Session.delete');
  });

  test('that is invalid is an AuthenticationError, without a login', async () => {
    const simulator = createSimulator({ inventory });
    for (const dialect of ['auto', 'api', 'rest'] as const) {
      const vc = vcenter({ server, credentials: { sessionId: 'stale' }, dialect, fetch: simulator.fetch });
      expect((await collect(listLibraries(vc))).error).toMatchObject({ _tag: 'AuthenticationError' });
    }
    expect(operationNames(simulator)).not.toContain('cis.Session.create');
  });
});

describe('logout', () => {
  test('without a login sends nothing', async () => {
    const { simulator, vc } = simulatedVCenter();
    expect(await collectValues(logout(vc))).toEqual([undefined]);
    expect(simulator.requests).toEqual([]);
  });

  test('succeeds if the session has expired, and a later request logs in again', async () => {
    const { simulator, vc } = simulatedVCenter('api', {
      scenario: { faults: [{ operation: 'cis.Session.delete', times: 1, ...expiredSession }] },
    });
    await collectValues(login(vc));
    expect(await collectValues(logout(vc))).toEqual([undefined]);
    expect(await collectValues(listLibraries(vc))).toEqual([['library-1']]);
    expect(operationNames(simulator).filter((name) => name === 'cis.Session.create')).toHaveLength(2);
  });
});

describe('withVCenter', () => {
  const options = () => {
    const simulator = createSimulator({ inventory, users: [user] });
    return { simulator, options: { server, credentials: user, fetch: simulator.fetch } };
  };

  test('logs in on subscribe, and logs out before it completes', async () => {
    const { simulator, options: connection } = options();
    const stream = withVCenter(connection, (vc) => listLibraries(vc));
    expect(simulator.requests).toEqual([]);
    expect(await collectValues(stream)).toEqual([['library-1']]);
    expect(operationNames(simulator)).toEqual(['cis.Session.create', 'content.Library.list', 'cis.Session.delete']);
  });

  test('logs out before it errors, and each subscription has its own login', async () => {
    const { simulator, options: connection } = options();
    const stream: Observable<unknown> = withVCenter(connection, (vc) => getLibrary(vc, 'no-such'));
    for (let round = 1; round <= 2; round += 1) {
      expect((await collect(stream)).error).toMatchObject({ _tag: 'ApiError', error_type: 'NOT_FOUND', status: 404 });
      expect(simulator.apiSessions).toBe(0);
    }
    expect(operationNames(simulator).filter((name) => name === 'cis.Session.create')).toHaveLength(2);
  });
});
