import {
  createEnvironmentInjector,
  inject,
  InjectionToken,
  Injector,
  PLATFORM_ID,
  runInInjectionContext,
  type EnvironmentInjector,
} from '@angular/core';
import { describe, expect, test } from '@jest/globals';
import {
  createDownloadSession,
  download,
  isTransient,
  listLibraries,
  login,
  logout,
  preparation,
  preparations,
  toBlob,
  TransportError,
  watchDownloadSession,
  type VCenter,
  type VCenterOptions,
} from 'rx-content-library';
import { injectContentLibrary, provideContentLibrary, withToken } from 'rx-content-library/angular';
import { createSimulator, type Simulator } from 'rx-content-library/simulator';
import { firstValueFrom, lastValueFrom, of, type Observable } from 'rxjs';

const credentials = { username: 'administrator@vsphere.local', password: 'secret' };

const optionsFor = ({ fetch }: Simulator): VCenterOptions => ({ server: 'https://vcenter.example.com', credentials, fetch });

/** The kind of injector that an application or a lazy route has. */
const injectorWith = (...providers: Parameters<typeof createEnvironmentInjector>[0]): EnvironmentInjector =>
  createEnvironmentInjector(providers, Injector.NULL as EnvironmentInjector);

const connectionOf = (injector: Injector): VCenter => runInInjectionContext(injector, injectContentLibrary);

/** The logout is sent on destroy, and its response arrives later. */
const until = async (isSo: () => boolean): Promise<void> => {
  // Jest's timeout is the guard: a number of turns would depend on the speed of the machine.
  while (!isSo()) await new Promise(setImmediate);
};

test('one injector and its children share a connection', () => {
  const injector = injectorWith(provideContentLibrary(optionsFor(createSimulator())));
  const child = Injector.create({ providers: [], parent: injector });

  expect(connectionOf(injector)).toBe(connectionOf(injector));
  expect(connectionOf(child)).toBe(connectionOf(injector));
});

test('two injectors have two connections, and destroying one keeps the other', async () => {
  const simulator = createSimulator();
  const [one, other] = [0, 1].map(() => injectorWith(provideContentLibrary(optionsFor(simulator)))) as [
    EnvironmentInjector,
    EnvironmentInjector,
  ];
  expect(connectionOf(one)).not.toBe(connectionOf(other));
  await lastValueFrom(listLibraries(connectionOf(one)));
  await lastValueFrom(listLibraries(connectionOf(other)));
  expect(simulator.apiSessions).toBe(2);

  one.destroy();
  await until(() => simulator.apiSessions === 1);
  const calls = simulator.requests.length;
  await lastValueFrom(listLibraries(connectionOf(other)));
  expect(simulator.requests.length).toBe(calls + 1);
});

test('a destroyed injector logs out', async () => {
  const simulator = createSimulator();
  const injector = injectorWith(provideContentLibrary(optionsFor(simulator)));
  await lastValueFrom(listLibraries(connectionOf(injector)));
  expect(simulator.apiSessions).toBe(1);

  injector.destroy();
  await until(() => simulator.apiSessions === 0);
  expect(simulator.requests.at(-1)?.operation).toBe('cis.Session.delete');
});

test('an injector destroyed during the login logs out, too', async () => {
  const simulator = createSimulator();
  const injector = injectorWith(provideContentLibrary(optionsFor(simulator)));
  listLibraries(connectionOf(injector)).subscribe().unsubscribe();

  injector.destroy();
  await until(() => simulator.requests.length === 2);
  expect(simulator.requests.map(({ operation }) => operation)).toEqual(['cis.Session.create', 'cis.Session.delete']);
  expect(simulator.apiSessions).toBe(0);
});

test('sends nothing without a subscription', async () => {
  const simulator = createSimulator();
  const injector = injectorWith(provideContentLibrary(optionsFor(simulator)));
  listLibraries(connectionOf(injector));

  injector.destroy();
  await new Promise((resolve) => setTimeout(resolve));
  expect(simulator.requests).toEqual([]);
});

test('a failed logout is not thrown', async () => {
  const simulator = createSimulator({ scenario: { faults: [{ operation: 'cis.Session.delete', status: 503, body: '' }] } });
  const injector = injectorWith(provideContentLibrary(optionsFor(simulator)));
  await lastValueFrom(listLibraries(connectionOf(injector)));

  injector.destroy();
  await until(() => simulator.requests.at(-1)?.operation === 'cis.Session.delete');
  // An unhandled error would be thrown in a timer, and fail this test.
  await new Promise((resolve) => setTimeout(resolve));
  expect(simulator.apiSessions).toBe(1);
});

test('an options function is called once, at the first injection, and may inject', () => {
  const address = new InjectionToken<string>('address');
  let calls = 0;
  const injector = injectorWith(
    { provide: address, useValue: 'https://vcenter.example.com' },
    provideContentLibrary(() => {
      calls += 1;
      return { server: inject(address), credentials };
    }),
  );
  expect(calls).toBe(0);
  expect(connectionOf(injector).server).toBe('https://vcenter.example.com');
  connectionOf(injector);
  expect(calls).toBe(1);
});

test('without provideContentLibrary, the error names it', () => {
  expect(() => connectionOf(injectorWith())).toThrow(/No provider found for .*provideContentLibrary/);
});

test('credentials may inject at every login: the first, after a logout, and after a 401', async () => {
  const account = new InjectionToken<typeof credentials>('account');
  const simulator = createSimulator({
    scenario: {
      faults: [{ operation: 'content.Library.list', kind: 'refusal', errorType: 'UNAUTHENTICATED', times: 1, after: 1 }],
    },
  });
  let logins = 0;
  const injector = injectorWith(
    { provide: account, useValue: credentials },
    provideContentLibrary(() => ({
      ...optionsFor(simulator),
      credentials: () => {
        logins += 1;
        return of(inject(account));
      },
    })),
  );
  const vc = connectionOf(injector);
  await lastValueFrom(listLibraries(vc));
  await lastValueFrom(listLibraries(vc));
  expect(logins).toBe(2);
  await lastValueFrom(logout(vc));
  await lastValueFrom(listLibraries(vc));
  expect(logins).toBe(3);
});

test('two connections in one injector have two tokens', () => {
  const lab = new InjectionToken<VCenter>('lab');
  const injector = injectorWith(
    provideContentLibrary({ server: 'https://vcenter.example.com', credentials }),
    provideContentLibrary({ server: 'https://lab.example.com', credentials }, withToken(lab)),
  );
  expect(connectionOf(injector).server).toBe('https://vcenter.example.com');
  expect(runInInjectionContext(injector, () => injectContentLibrary(lab)).server).toBe('https://lab.example.com');
});

test('two connections under one token are refused, in one injector only', () => {
  const one = provideContentLibrary({ server: 'https://vcenter.example.com', credentials });
  const other = provideContentLibrary({ server: 'https://lab.example.com', credentials });
  expect(() => connectionOf(injectorWith(one, other))).toThrow('pass each connection a token of its own');
  const child = createEnvironmentInjector([other], injectorWith(one));
  expect(connectionOf(child).server).toBe('https://lab.example.com');
});

describe('a destroyed injector', () => {
  const streams: readonly [name: string, start: (vc: VCenter, sessionId: string) => Observable<unknown>][] = [
    ['preparation', (vc, sessionId) => preparation(vc, sessionId, 'disk.iso', { period: Infinity })],
    ['preparations', (vc, sessionId) => preparations(vc, sessionId)],
    ['watchDownloadSession', (vc, sessionId) => watchDownloadSession(vc, sessionId)],
    ['download', (vc) => download(vc, 'item-1', toBlob())],
  ];

  test.each(streams)('errors %s with CLOSED, and leaves nothing on the server', async (_, start) => {
    const simulator = createSimulator({
      inventory: { libraries: [{ name: 'isos', items: [{ name: 'a', id: 'item-1', files: [{ name: 'disk.iso', size: 9 }] }] }] },
      scenario: { preparation: { preparing: 600_000 } },
    });
    const injector = injectorWith(provideContentLibrary(optionsFor(simulator)));
    const vc = connectionOf(injector);
    const sessionId = await firstValueFrom(createDownloadSession(vc, 'item-1'));
    const before = simulator.requests.length;
    let thrown: unknown;
    start(vc, sessionId).subscribe({ error: (error: unknown) => (thrown = error) });
    await until(() => simulator.requests.length > before);

    injector.destroy();
    expect(thrown).toBeInstanceOf(TransportError);
    expect(thrown).toMatchObject({ code: 'CLOSED' });
    expect(isTransient(thrown)).toBe(false);
    await until(() => simulator.apiSessions === 0);
    // The session that the test has created is the only one left.
    expect(simulator.sessions.map(({ id }) => id)).toEqual([sessionId]);
    const { length } = simulator.requests;
    for (let turn = 0; turn < 50; turn += 1) await new Promise(setImmediate);
    expect(simulator.requests.length).toBe(length);
  });

  test('does not log in again', async () => {
    const simulator = createSimulator();
    const injector = injectorWith(provideContentLibrary(optionsFor(simulator)));
    const vc = connectionOf(injector);
    injector.destroy();
    await expect(lastValueFrom(listLibraries(vc))).rejects.toMatchObject({ code: 'CLOSED' });
    await expect(lastValueFrom(login(vc))).rejects.toThrow('the connection was closed.');
    expect(simulator.requests).toEqual([]);
  });

  test('a signal of the options closes the connection, too', async () => {
    const controller = new AbortController();
    const simulator = createSimulator();
    const injector = injectorWith(provideContentLibrary({ ...optionsFor(simulator), signal: controller.signal }));
    controller.abort();
    await expect(lastValueFrom(listLibraries(connectionOf(injector)))).rejects.toMatchObject({ code: 'CLOSED' });
  });
});

/** Counts the timers of RxJS, which are intervals, that were set since and are still pending. */
const pendingIntervals = (): { readonly size: number; readonly stop: () => void } => {
  const { setInterval, clearInterval } = globalThis;
  const pending = new Set<unknown>();
  Object.assign(globalThis, {
    setInterval: (...args: Parameters<typeof setInterval>) => {
      const handle = setInterval(...args);
      pending.add(handle);
      return handle;
    },
    clearInterval: (handle: Parameters<typeof clearInterval>[0]) => {
      pending.delete(handle);
      clearInterval(handle);
    },
  });
  return {
    get size() {
      return pending.size;
    },
    stop: () => void Object.assign(globalThis, { setInterval, clearInterval }),
  };
};

describe('while Angular renders on a server', () => {
  const inventory = {
    libraries: [{ name: 'isos', items: [{ name: 'a', id: 'item-1', files: [{ name: 'disk.iso', size: 9 }] }] }],
  };
  const scenario = { preparation: { preparing: 600_000 } };
  const streams: readonly [name: string, start: (vc: VCenter, sessionId: string) => Observable<unknown>][] = [
    ['preparation', (vc, sessionId) => preparation(vc, sessionId, 'disk.iso', { period: 1 })],
    ['preparations', (vc, sessionId) => preparations(vc, sessionId, ['disk.iso'], { period: 1 })],
    ['watchDownloadSession', (vc, sessionId) => watchDownloadSession(vc, sessionId, { period: 1 })],
  ];

  test.each(streams)('%s emits the first response, and neither polls nor sets a timer', async (_, start) => {
    const simulator = createSimulator({ inventory, scenario });
    const injector = injectorWith({ provide: PLATFORM_ID, useValue: 'server' }, provideContentLibrary(optionsFor(simulator)));
    const vc = connectionOf(injector);
    const sessionId = await firstValueFrom(createDownloadSession(vc, 'item-1'));
    const timers = pendingIntervals();
    let emitted = 0;
    const subscription = start(vc, sessionId).subscribe(() => (emitted += 1));
    await until(() => emitted === 1);
    await until(() => timers.size === 0);
    timers.stop();
    subscription.unsubscribe();
    injector.destroy();
    await until(() => simulator.apiSessions === 0);
  });

  test('polling can be chosen, and is the default in a browser', async () => {
    for (const [platform, polling] of [
      ['server', true],
      ['browser', undefined],
    ] as const) {
      const simulator = createSimulator({ inventory, scenario });
      const injector = injectorWith(
        { provide: PLATFORM_ID, useValue: platform },
        provideContentLibrary({ ...optionsFor(simulator), polling }),
      );
      const vc = connectionOf(injector);
      const sessionId = await firstValueFrom(createDownloadSession(vc, 'item-1'));
      const before = simulator.requests.length;
      const subscription = watchDownloadSession(vc, sessionId, { period: 1 }).subscribe();
      await until(() => simulator.requests.length > before + 4);
      subscription.unsubscribe();
      injector.destroy();
    }
  });
});
