/** A fleet in one process: two simulated sites, targets in memory. */

import { describe, expect, test } from '@jest/globals';
import { ApiError, SinkError, type ItemVersion, type MirrorTarget } from 'rx-content-library';
import {
  fleet,
  fleetSnapshots,
  type Fleet,
  type FleetEvent,
  type FleetMirror,
  type FleetWorkOptions,
} from 'rx-content-library/fleet';
import { createSimulator, type InventoryItem, type Scenario, type Simulator } from 'rx-content-library/simulator';
import { filter, firstValueFrom, Subscription, take, tap, toArray, type Observable } from 'rxjs';
import { collect, collectValues } from '../support/collect.ts';
import { memoryTarget } from '../support/memory-target.ts';
import { preparedAtOnce, user } from '../support/simulated-vcenter.ts';

const itemOf = (name: string, contentVersion = '1'): InventoryItem => ({
  name,
  id: `id-${name}`,
  contentVersion,
  files: [{ name: `${name}.vmdk`, size: 20_000 }],
});

const simulatorWith = (names: readonly string[], scenario: Scenario = {}, contentVersion = '1'): Simulator =>
  createSimulator({
    inventory: { libraries: [{ name: 'templates', id: 'library-1', items: names.map((name) => itemOf(name, contentVersion)) }] },
    users: [user],
    scenario: { preparation: preparedAtOnce, ...scenario },
  });

const siteOf = (name: string, simulator: Simulator, items?: number): FleetWorkOptions['sites'][number] => ({
  name,
  connect: () => ({ server: `https://${name}.example.com`, credentials: user, fetch: simulator.fetch, retry: false }),
  items,
});

const mirrorOf = (site: string, more: Partial<FleetMirror> = {}): FleetMirror => ({
  name: `templates of ${site}`,
  site,
  libraryId: 'library-1',
  target: 'nas',
  ...more,
});

/** Runs workers until the mirrors have completed. */
const run = async (mirrors: Fleet, workers: readonly FleetWorkOptions[], mirrored: readonly FleetMirror[]) => {
  const working = new Subscription();
  for (const options of workers) working.add(mirrors.work(options).subscribe());
  const events = await Promise.all(mirrored.map((mirror) => collectValues(mirrors.mirror(mirror))));
  working.unsubscribe();
  return events;
};

const typesOf = (events: readonly FleetEvent[]) => events.map(({ type }) => type).filter((type) => type !== 'progress');
const until = (mirrors: Fleet, isMet: (event: FleetEvent) => boolean) => firstValueFrom(mirrors.events$.pipe(filter(isMet)));

/** A target whose `open` waits until `proceed` is called. */
const heldTarget = () => {
  const original = memoryTarget();
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const target: MirrorTarget = {
    ...original,
    open: async (version: ItemVersion) => {
      await promise;
      return original.open(version);
    },
  };
  return { ...original, target, proceed: () => resolve(undefined) };
};

describe('a mirror of a fleet', () => {
  test('waits for a worker with its site and its target, then downloads every item and completes', async () => {
    const simulator = simulatorWith(['a', 'b']);
    const nas = memoryTarget();
    const mirrors = fleet();
    const events = collectValues(mirrors.mirror(mirrorOf('berlin')));
    const other = mirrors.work({ sites: [siteOf('paris', simulator)], targets: { nas } }).subscribe();
    const withoutTarget = mirrors.work({ sites: [siteOf('berlin', simulator)], targets: {} }).subscribe();
    expect(simulator.count('*')).toBe(0);
    const working = mirrors.work({ sites: [siteOf('berlin', simulator)], targets: { nas } }).subscribe();
    const types = typesOf(await events);
    for (const subscription of [other, withoutTarget, working]) subscription.unsubscribe();
    expect(types.toSorted()).toEqual(['planned', 'started', 'started', 'verified', 'verified', 'waiting', 'waiting']);
    expect([...nas.items.keys()].toSorted()).toEqual(['a', 'b']);
    expect(simulator.sessions).toEqual([]);
    expect(await firstValueFrom(mirrors.jobs())).toEqual([]);
  });

  test('of a target that is current adds no job and moves no byte, in a new fleet too', async () => {
    const nas = memoryTarget();
    await run(fleet(), [{ sites: [siteOf('berlin', simulatorWith(['a', 'b']))], targets: { nas } }], [mirrorOf('berlin')]);
    const simulator = simulatorWith(['a', 'b']);
    const [events] = await run(fleet(), [{ sites: [siteOf('berlin', simulator)], targets: { nas } }], [mirrorOf('berlin')]);
    expect(events).toEqual([
      { type: 'planned', mirror: 'templates of berlin', items: 2, current: 2, added: 0, gone: 0, errors: [] },
    ]);
    expect(simulator.bytesServed).toBe(0);
  });

  test('with `every`, is compared again, and downloads what has changed meanwhile', async () => {
    const nas = memoryTarget();
    const first = simulatorWith(['a']);
    const second = simulatorWith(['a'], {}, '2');
    let current = first;
    const mirrors = fleet();
    const site = {
      ...siteOf('berlin', first),
      connect: () => ({
        ...siteOf('berlin', first).connect(),
        fetch: (...request: Parameters<typeof fetch>) => current.fetch(...request),
      }),
    };
    const working = mirrors.work({ sites: [site], targets: { nas } }).subscribe({ error: () => undefined });
    const verified = await firstValueFrom(
      mirrors.mirror(mirrorOf('berlin', { every: 1 })).pipe(filter(({ type }) => type === 'verified')),
    );
    working.unsubscribe();
    expect(verified).toMatchObject({ contentVersion: '1' });
    current = second;
    const again = mirrors.work({ sites: [site], targets: { nas } }).subscribe();
    const versions = await firstValueFrom(
      mirrors.mirror(mirrorOf('berlin', { every: 1 })).pipe(filter(({ type }) => type === 'verified')),
    );
    again.unsubscribe();
    expect(versions).toMatchObject({ contentVersion: '2' });
    expect(nas.items.get('a')?.manifest.contentVersion).toBe('2');
  });

  test('emits `planning-failed` and completes if the library cannot be read', async () => {
    const worker = { sites: [siteOf('berlin', simulatorWith([]))], targets: { nas: memoryTarget() } };
    const [events] = await run(fleet(), [worker], [mirrorOf('berlin', { libraryId: 'none' })]);
    expect(events).toMatchObject([
      { type: 'planning-failed', mirror: 'templates of berlin', error: { tag: 'ApiError', code: 'NOT_FOUND', transient: false } },
    ]);
  });

  test('that is unsubscribed from is not compared by a later worker', async () => {
    const simulator = simulatorWith(['a']);
    const mirrors = fleet();
    mirrors.mirror(mirrorOf('berlin')).subscribe().unsubscribe();
    await run(
      mirrors,
      [{ sites: [siteOf('berlin', simulator), siteOf('paris', simulatorWith([]))], targets: { nas: memoryTarget() } }],
      [mirrorOf('paris')],
    );
    expect(simulator.count('*')).toBe(0);
  });
});

describe('limits', () => {
  test('of a site hold for all workers together, and sites do not wait for each other', async () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    const [berlin, paris] = [simulatorWith(names), simulatorWith(names)];
    const [nas, other] = [memoryTarget(), memoryTarget()];
    const mirrors = fleet();
    const most = { berlin: 0, paris: 0, both: 0 };
    const counting = mirrors.events$.pipe(fleetSnapshots()).subscribe(({ jobs }) => {
      const running = jobs.filter(({ status }) => status === 'running');
      const at = (site: string) => running.filter((job) => job.site === site).length;
      most.berlin = Math.max(most.berlin, at('berlin'), berlin.sessions.length);
      most.paris = Math.max(most.paris, at('paris'), paris.sessions.length);
      most.both = Math.max(most.both, running.length);
    });
    const worker = { sites: [siteOf('berlin', berlin, 2), siteOf('paris', paris, 1)], targets: { nas, other } };
    await run(mirrors, [worker, worker], [mirrorOf('berlin'), mirrorOf('paris', { target: 'other' })]);
    counting.unsubscribe();
    expect(most).toEqual({ berlin: 2, paris: 1, both: 3 });
    expect([nas.items.size, other.items.size]).toEqual([6, 6]);
  });

  test('of a worker are its slots', async () => {
    const simulator = simulatorWith(['a', 'b', 'c', 'd']);
    const mirrors = fleet();
    let most = 0;
    const counting = mirrors.jobs().subscribe((jobs) => {
      most = Math.max(most, jobs.filter(({ status }) => status === 'running').length);
    });
    await run(
      mirrors,
      [{ sites: [siteOf('berlin', simulator, 4)], targets: { nas: memoryTarget() }, slots: 1 }],
      [mirrorOf('berlin')],
    );
    counting.unsubscribe();
    expect(most).toBe(1);
  });
});

describe('a worker that is unsubscribed from', () => {
  test('releases its job when the target has suspended it; another worker continues, and no attempt is used', async () => {
    const simulator = simulatorWith(['a']);
    const held = heldTarget();
    const mirrors = fleet();
    const events = collectValues(mirrors.mirror(mirrorOf('berlin')));
    const options = { sites: [siteOf('berlin', simulator)], targets: { nas: held.target } };
    const first = mirrors.work({ ...options, name: 'first' }).subscribe();
    await until(mirrors, ({ type }) => type === 'started');
    first.unsubscribe();
    const second = mirrors.work({ ...options, name: 'second' }).subscribe();
    // The first worker has not closed what it opens: the item is not opened twice.
    expect((await firstValueFrom(mirrors.jobs()))[0]).toMatchObject({ status: 'running', worker: 'first' });
    held.proceed();
    const emitted = await events;
    second.unsubscribe();
    expect(emitted.filter(({ type }) => type !== 'progress')).toMatchObject([
      { type: 'planned' },
      { type: 'waiting' },
      { type: 'started', worker: 'first', attempt: 1 },
      { type: 'released', worker: 'first' },
      { type: 'started', worker: 'second', attempt: 1 },
      { type: 'verified', worker: 'second' },
    ]);
    expect(held.log.filter((call) => call.startsWith('open'))).toHaveLength(2);
    expect(simulator.sessions).toEqual([]);
  });

  test('by a subscriber of `started` releases that job', async () => {
    const simulator = simulatorWith(['a']);
    const options = { sites: [siteOf('berlin', simulator)], targets: { nas: memoryTarget() } };
    const mirrors = fleet();
    const events = collectValues(mirrors.mirror(mirrorOf('berlin')));
    const first = new Subscription();
    const stopping = mirrors.events$
      .pipe(
        filter(({ type }) => type === 'started'),
        take(1),
      )
      .subscribe(() => first.unsubscribe());
    first.add(mirrors.work(options).subscribe());
    await until(mirrors, ({ type }) => type === 'released');
    stopping.unsubscribe();
    const second = mirrors.work(options).subscribe();
    expect((await events).at(-1)).toMatchObject({ type: 'verified' });
    second.unsubscribe();
  });

  test('is no longer in `workers`', async () => {
    const mirrors = fleet();
    const working = mirrors.work({ sites: [], targets: {}, name: 'one', slots: 3 }).subscribe();
    expect(await firstValueFrom(mirrors.workers())).toEqual([{ name: 'one', slots: 3, sites: [] }]);
    const { error } = await collect(mirrors.work({ sites: [], targets: {}, name: 'one' }));
    expect(error).toEqual(new TypeError('A worker named one works already: pass another name.'));
    working.unsubscribe();
    expect(await firstValueFrom(mirrors.workers())).toEqual([]);
  });
});

describe('a job', () => {
  /** Rejects the first `failures` calls of `open`. */
  const failingTarget = (failures: number, error: () => Error) => {
    const original = memoryTarget();
    let calls = 0;
    const target: MirrorTarget = {
      ...original,
      open: async (version) => {
        calls += 1;
        if (calls <= failures) throw error();
        return original.open(version);
      },
    };
    return { ...original, target };
  };
  const full = () => new SinkError({ path: 'a.vmdk', code: 'ENOSPC', reason: 'The disk is full.' });
  const busy = () => new ApiError({ operation: 'op', status: 503, error_type: 'SERVICE_UNAVAILABLE', messages: [] });

  test('that fails stays with its error, is not planned again, and runs again after `retry`', async () => {
    const simulator = simulatorWith(['a']);
    const { target, items } = failingTarget(1, full);
    const mirrors = fleet();
    const worker = { sites: [siteOf('berlin', simulator)], targets: { nas: target } };
    const [events = []] = await run(mirrors, [worker], [mirrorOf('berlin')]);
    expect(typesOf(events)).toEqual(['planned', 'waiting', 'started', 'failed']);
    const [again = []] = await run(mirrors, [worker], [mirrorOf('berlin')]);
    expect(again).toMatchObject([{ type: 'planned', added: 0 }]);
    const [job] = await firstValueFrom(mirrors.jobs());
    expect(job).toMatchObject({ status: 'failed', attempt: 1, error: { tag: 'SinkError', transient: false } });
    expect(JSON.parse(JSON.stringify(job))).toEqual(job);
    const working = mirrors.work(worker).subscribe();
    const verified = until(mirrors, ({ type }) => type === 'verified');
    await collect(mirrors.retry(job?.key ?? ''));
    await verified;
    working.unsubscribe();
    expect([...items.keys()]).toEqual(['a']);
  });

  test('that has failed is superseded by the job of another content version', async () => {
    const { target, items } = failingTarget(1, full);
    const mirrors = fleet();
    await run(mirrors, [{ sites: [siteOf('berlin', simulatorWith(['a']))], targets: { nas: target } }], [mirrorOf('berlin')]);
    const superseded = until(mirrors, ({ type }) => type === 'superseded');
    const changed = simulatorWith(['a'], {}, '2');
    await run(mirrors, [{ sites: [siteOf('berlin', changed)], targets: { nas: target } }], [mirrorOf('berlin')]);
    expect(await superseded).toEqual({ type: 'superseded', key: 'berlin/id-a@1>nas' });
    expect(items.get('a')?.manifest.contentVersion).toBe('2');
    expect(await firstValueFrom(mirrors.jobs())).toEqual([]);
  });

  test('with a transient error is attempted again after a delay, at most `attempts` times', async () => {
    const { target } = failingTarget(2, busy);
    const mirrors = fleet();
    const worker = {
      sites: [siteOf('berlin', simulatorWith(['a']))],
      targets: { nas: target },
      attempts: 2,
      retryDelay: 1,
    };
    const [events = []] = await run(mirrors, [worker], [mirrorOf('berlin')]);
    const ofA = events.filter((event) => 'key' in event && event.key === 'berlin/id-a@1>nas' && event.type !== 'progress');
    expect(ofA).toMatchObject([
      { type: 'waiting' },
      { type: 'started', attempt: 1 },
      { type: 'retrying', attempt: 1, delay: 1, error: { transient: true } },
      { type: 'started', attempt: 2 },
      { type: 'failed', error: { transient: true } },
    ]);
  });

  test('that is cancelled while it waits or runs stays cancelled until `retry`', async () => {
    const simulator = simulatorWith(['a', 'b']);
    const held = heldTarget();
    const mirrors = fleet();
    const events = collectValues(mirrors.mirror(mirrorOf('berlin')));
    const working = mirrors.work({ sites: [siteOf('berlin', simulator, 1)], targets: { nas: held.target } }).subscribe();
    await until(mirrors, ({ type }) => type === 'started');
    const cancelled = Promise.all(
      (await firstValueFrom(mirrors.jobs())).toReversed().map(({ key }) => collect(mirrors.cancel(key))),
    );
    held.proceed();
    expect(await cancelled).toEqual([{ values: [] }, { values: [] }]);
    const types = typesOf(await events);
    expect(types.filter((type) => type === 'cancelled')).toHaveLength(2);
    expect((await firstValueFrom(mirrors.jobs())).map(({ status }) => status)).toEqual(['cancelled', 'cancelled']);
    const verified = firstValueFrom(
      mirrors.events$.pipe(
        filter(({ type }) => type === 'verified'),
        take(2),
        toArray(),
      ),
    );
    for (const { key } of await firstValueFrom(mirrors.jobs())) await collect(mirrors.retry(key));
    await verified;
    working.unsubscribe();
    expect([...held.items.keys()].toSorted()).toEqual(['a', 'b']);
    expect(simulator.sessions).toEqual([]);
  });

  test('that does not exist cannot be cancelled or retried', async () => {
    const mirrors = fleet();
    const error = new RangeError('There is no job with the key "none".');
    expect(await collect(mirrors.cancel('none'))).toEqual({ values: [], error });
    expect(await collect(mirrors.retry('none'))).toEqual({ values: [], error });
  });
});

test('a rejected login ends the worker, is tried once, and the mirror waits for another worker', async () => {
  const simulator = simulatorWith(['a']);
  const wrong = {
    name: 'berlin',
    connect: () => ({
      server: 'https://berlin.example.com',
      credentials: { ...user, password: 'wrong' },
      fetch: simulator.fetch,
      retry: false as const,
    }),
  };
  const mirrors = fleet();
  const nas = memoryTarget();
  const events = collectValues(mirrors.mirror(mirrorOf('berlin')));
  const { error } = await collect(mirrors.work({ sites: [wrong], targets: { nas } }));
  expect(error).toMatchObject({ _tag: 'AuthenticationError' });
  const working = mirrors.work({ sites: [siteOf('berlin', simulator)], targets: { nas } }).subscribe();
  expect((await events).at(-1)).toMatchObject({ type: 'verified' });
  working.unsubscribe();
});

test('all events and the state of a fleet are JSON without the password', async () => {
  const simulator = simulatorWith(['a']);
  const mirrors = fleet();
  const events: FleetEvent[] = [];
  const collecting = mirrors.events$.pipe(tap((event) => events.push(event))).subscribe();
  await run(mirrors, [{ sites: [siteOf('berlin', simulator)], targets: { nas: memoryTarget() } }], [mirrorOf('berlin')]);
  collecting.unsubscribe();
  const text = JSON.stringify(events);
  expect(JSON.parse(text)).toEqual(events);
  expect(text).not.toContain(user.password);
});

test.each([
  ['slots', { sites: [], targets: {}, slots: 0 }],
  ['attempts', { sites: [], targets: {}, attempts: 1.5 }],
  ['retryDelay', { sites: [], targets: {}, retryDelay: -1 }],
  ['items', { sites: [{ name: 'a', connect: () => ({}) as never, items: 0 }], targets: {} }],
  ['targets', { sites: [], targets: null as never }],
])('an invalid %s is a TypeError that names it', async (name, options) => {
  const { error } = await collect(fleet().work(options));
  expect(error).toBeInstanceOf(TypeError);
  expect(String(error)).toContain(name);
});

test.each<[string, (mirrors: Fleet) => Observable<unknown>]>([
  ['slot', (mirrors) => mirrors.work({ sites: [], targets: {}, slot: 1 } as never)],
  ['item', (mirrors) => mirrors.work({ sites: [{ name: 'a', connect: () => ({}), item: 1 }], targets: {} } as never)],
  ['evry', (mirrors) => mirrors.mirror({ ...mirrorOf('a'), evry: 1 } as never)],
])('an unknown option %s is a TypeError that names it', async (name, call) => {
  const { error } = await collect(call(fleet()));
  expect(error).toBeInstanceOf(TypeError);
  expect(String(error)).toContain(name);
});
