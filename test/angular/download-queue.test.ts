import {
  computed,
  createEnvironmentInjector,
  inject,
  InjectionToken,
  Injector,
  PLATFORM_ID,
  runInInjectionContext,
  type EnvironmentInjector,
} from '@angular/core';
import { expect, test } from '@jest/globals';
import { toBlob, type DownloadQueueOptions, type SerializedQueue, type VCenter, type VCenterOptions } from 'rx-content-library';
import {
  injectDownloadQueue,
  provideContentLibrary,
  provideDownloadQueue,
  withDownloadQueue,
  withToken,
  type SignalDownloadQueue,
} from 'rx-content-library/angular';
import { createSimulator, type Simulator } from 'rx-content-library/simulator';
import { filter, firstValueFrom } from 'rxjs';

const inventory = {
  libraries: [
    {
      name: 'isos',
      items: ['a', 'b'].map((name) => ({ name, id: `item-${name}`, files: [{ name: `${name}.iso`, size: 9 }] })),
    },
  ],
};
const atOnce = { preparation: { requested: 0, preparing: 0 } };
const neverPrepared = { preparation: { preparing: 600_000 } };

const optionsFor = ({ fetch }: Simulator): VCenterOptions => ({
  server: 'https://vcenter.example.com',
  credentials: { username: 'administrator@vsphere.local', password: 'secret' },
  fetch,
});

const injectorWith = (...providers: Parameters<typeof createEnvironmentInjector>[0]): EnvironmentInjector =>
  createEnvironmentInjector(providers, Injector.NULL as EnvironmentInjector);

const queueOf = (injector: Injector, token?: InjectionToken<VCenter>): SignalDownloadQueue =>
  runInInjectionContext(injector, () => injectDownloadQueue(token));

const until = async (isSo: () => boolean): Promise<void> => {
  // Jest's timeout is the guard: a number of turns would depend on the speed of the machine.
  while (!isSo()) await new Promise(setImmediate);
};

test('the state is a signal, and a computed signal follows it', async () => {
  const simulator = createSimulator({ inventory, scenario: atOnce });
  const injector = injectorWith(provideContentLibrary(optionsFor(simulator), withDownloadQueue()));
  const queue = queueOf(injector);
  const statuses = computed(() => queue.state().downloads.map(({ itemId, status }) => `${itemId} ${status}`));
  expect(statuses()).toEqual([]);

  queue.add('item-a', toBlob());
  expect(statuses()).toEqual(['item-a running']);
  await firstValueFrom(queue.state$.pipe(filter(({ counts }) => counts.saved === 1)));
  expect(statuses()).toEqual(['item-a saved']);
  injector.destroy();
});

test('one injector and its children share a queue; a route may have its own on the same connection', async () => {
  const simulator = createSimulator({ inventory, scenario: atOnce });
  const injector = injectorWith(provideContentLibrary(optionsFor(simulator), withDownloadQueue()));
  const child = Injector.create({ providers: [], parent: injector });
  const route = createEnvironmentInjector([provideDownloadQueue({ concurrency: 1 })], injector);
  expect(queueOf(child)).toBe(queueOf(injector));
  expect(queueOf(route)).not.toBe(queueOf(injector));

  for (const each of [injector, route]) {
    const queue = queueOf(each);
    queue.add('item-a', toBlob());
    await firstValueFrom(queue.state$.pipe(filter(({ counts }) => counts.saved === 1)));
  }
  expect(simulator.count('cis.Session.create')).toBe(1);
  injector.destroy();
});

test('a queue belongs to the connection with its token', async () => {
  const lab = new InjectionToken<VCenter>('lab');
  const simulators = [createSimulator(), createSimulator({ inventory, scenario: atOnce })] as const;
  const injector = injectorWith(
    provideContentLibrary(optionsFor(simulators[0])),
    provideContentLibrary(optionsFor(simulators[1]), withDownloadQueue({ concurrency: 1 }), withToken(lab)),
  );
  const queue = queueOf(injector, lab);
  queue.add('item-a', toBlob());
  await firstValueFrom(queue.state$.pipe(filter(({ counts }) => counts.saved === 1)));
  expect(simulators[0].requests).toEqual([]);
  injector.destroy();
});

test('a function of options is called once, and may inject what an earlier run has stored', async () => {
  const STORED = new InjectionToken<SerializedQueue>('stored');
  const simulator = createSimulator({ inventory, scenario: neverPrepared });
  let calls = 0;
  const options = (): DownloadQueueOptions => {
    calls += 1;
    return { restore: inject(STORED, { optional: true }) ?? undefined, toSink: () => toBlob() };
  };
  const first = injectorWith(provideContentLibrary(optionsFor(simulator), withDownloadQueue(options)));
  queueOf(first).add('item-a', toBlob(), { id: 'mine' });
  const stored = JSON.parse(JSON.stringify(queueOf(first).serialize())) as SerializedQueue;
  first.destroy();
  expect(calls).toBe(1);

  const second = injectorWith(
    { provide: STORED, useValue: stored },
    provideContentLibrary(optionsFor(simulator), withDownloadQueue(options)),
  );
  expect(queueOf(second).state().downloads).toMatchObject([{ id: 'mine', itemId: 'item-a', status: 'running' }]);
  second.destroy();
});

test('a destroyed injector closes the queue: its downloads wait for the next run, and nothing is left on the server', async () => {
  const simulator = createSimulator({ inventory, scenario: neverPrepared });
  const injector = injectorWith(provideContentLibrary(optionsFor(simulator), withDownloadQueue()));
  const queue = queueOf(injector);
  queue.add('item-a', toBlob());
  await until(() => simulator.sessions.length === 1);
  let isComplete = false;
  queue.state$.subscribe({ complete: () => (isComplete = true) });

  injector.destroy();
  expect(isComplete).toBe(true);
  expect(queue.state().downloads).toMatchObject([{ status: 'waiting' }]);
  await until(() => simulator.apiSessions === 0);
  expect(simulator.sessions).toEqual([]);
});

test('while Angular renders on a server, downloads wait: nothing is sent', async () => {
  const simulator = createSimulator({ inventory, scenario: atOnce });
  const injector = injectorWith(
    { provide: PLATFORM_ID, useValue: 'server' },
    provideContentLibrary(optionsFor(simulator), withDownloadQueue()),
  );
  const queue = queueOf(injector);
  queue.add('item-a', toBlob());
  for (let turn = 0; turn < 50; turn += 1) await new Promise(setImmediate);
  expect(queue.state().counts).toMatchObject({ waiting: 1, running: 0 });
  expect(simulator.requests).toEqual([]);
  injector.destroy();
});

test('without a provider of a queue, the error names it', () => {
  const injector = injectorWith(provideContentLibrary(optionsFor(createSimulator())));
  expect(() => queueOf(injector)).toThrow(/No provider found for .*withDownloadQueue/);
});
