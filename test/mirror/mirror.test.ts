/** A library mirrored to a target in memory, from the simulator. */

import { describe, expect, test } from '@jest/globals';
import { mirror, vcenter, type MirrorEvent, type MirrorOptions, type MirrorTarget } from 'rx-content-library';
import { createSimulator, type InventoryItem, type Scenario, type Simulator } from 'rx-content-library/simulator';
import { Subject, takeUntil, tap } from 'rxjs';
import { collect } from '../support/collect.ts';
import { inFakeTime } from '../support/fake-time.ts';
import { memoryTarget } from '../support/memory-target.ts';
import { preparedAtOnce, user } from '../support/simulated-vcenter.ts';

const itemOf = (name: string, contentVersion = '1', more: Partial<InventoryItem> = {}): InventoryItem => ({
  name,
  id: `id-${name}`,
  contentVersion,
  files: [
    { name: `${name}.ovf`, content: `<Envelope name="${name}" version="${contentVersion}"/>` },
    { name: `${name}.vmdk`, size: 20_000 },
  ],
  ...more,
});

const simulatorWith = (items: readonly InventoryItem[], scenario: Scenario = {}): Simulator =>
  createSimulator({
    inventory: { libraries: [{ name: 'templates', id: 'library-1', items }] },
    users: [user],
    scenario: { preparation: preparedAtOnce, ...scenario },
  });

const connect = (simulator: Simulator) =>
  vcenter({ server: 'https://vcenter.example.com', credentials: user, fetch: simulator.fetch, retry: false });

const run = async (simulator: Simulator, target: MirrorTarget, options: MirrorOptions = {}) =>
  collect(mirror(connect(simulator), 'library-1', target, options));

const withoutDownloads = (events: readonly MirrorEvent[]) => events.filter(({ type }) => type !== 'download');
const finishedOf = (events: readonly MirrorEvent[]) => events.find((event) => event.type === 'finished');

describe('a mirror of an empty target', () => {
  test('downloads every item, and publishes each with a manifest', async () => {
    const simulator = simulatorWith([itemOf('a'), itemOf('b', '7')]);
    const target = memoryTarget();
    const { values, error } = await run(simulator, target);
    expect(error).toBeUndefined();
    expect(values[0]).toEqual({
      type: 'planned',
      libraryId: 'library-1',
      libraryName: 'templates',
      items: 2,
      current: 0,
      toDownload: 2,
      gone: 0,
      unreadable: 0,
    });
    expect(values.at(-1)).toMatchObject({ type: 'finished', current: 0, mirrored: 2, failed: 0, gone: 0, removed: 0 });
    expect([...target.items.keys()].toSorted()).toEqual(['a', 'b']);
    const { manifest, files } = target.items.get('b') ?? {};
    expect(manifest).toMatchObject({ v: 1, libraryId: 'library-1', itemId: 'id-b', itemName: 'b', contentVersion: '7' });
    expect(manifest?.files.map(({ name, bytes, verified }) => ({ name, bytes, verified }))).toEqual([
      { name: 'b.ovf', bytes: 32, verified: 'checksum' },
      { name: 'b.vmdk', bytes: 20_000, verified: 'checksum' },
    ]);
    expect(files?.get('b.ovf')?.length).toBe(32);
    expect(simulator.sessions).toEqual([]);
  });

  test('downloads at most `concurrency` items at the same time', async () => {
    const simulator = simulatorWith(['a', 'b', 'c', 'd', 'e'].map((name) => itemOf(name)));
    let most = 0;
    const events$ = mirror(connect(simulator), 'library-1', memoryTarget(), { concurrency: 2 });
    await collect(events$.pipe(tap(() => (most = Math.max(most, simulator.sessions.length)))));
    expect(most).toBe(2);
  });
});

describe('a second run', () => {
  test('moves no byte, creates no session, and sends at most one request for an item', async () => {
    const target = memoryTarget();
    const items = Array.from({ length: 20 }, (_, index) => itemOf(`item-${index}`));
    await run(simulatorWith(items), target);
    const simulator = simulatorWith(items);
    const { values } = await run(simulator, target);
    expect(finishedOf(values)).toMatchObject({ current: 20, mirrored: 0, transferred: 0 });
    expect(values.filter(({ type }) => type === 'current')).toHaveLength(20);
    expect(simulator.bytesServed).toBe(0);
    expect(simulator.count('content.library.item.DownloadSession.create')).toBe(0);
    expect(simulator.count('content.library.Item.get')).toBe(20);
    // One login, the library, and the list of its items.
    expect(simulator.count('*')).toBe(20 + 3);
  });

  test('downloads the items whose content version has changed', async () => {
    const target = memoryTarget();
    await run(simulatorWith([itemOf('a'), itemOf('b')]), target);
    const { values } = await run(simulatorWith([itemOf('a', '2'), itemOf('b')]), target);
    expect(withoutDownloads(values).map(({ type }) => type)).toEqual(['planned', 'current', 'mirrored', 'finished']);
    expect(target.items.get('a')?.manifest.contentVersion).toBe('2');
  });

  test('downloads an item again if the server states no content version', async () => {
    const target = memoryTarget();
    await run(simulatorWith([itemOf('a', '')]), target);
    const { values } = await run(simulatorWith([itemOf('a', '')]), target);
    expect(finishedOf(values)).toMatchObject({ mirrored: 1 });
  });

  test('moves an item that was renamed, without a download', async () => {
    const target = memoryTarget();
    await run(simulatorWith([itemOf('a')]), target);
    const simulator = simulatorWith([{ ...itemOf('a'), name: 'renamed' }]);
    await run(simulator, target);
    expect([...target.items.keys()]).toEqual(['renamed']);
    expect(simulator.bytesServed).toBe(0);
  });
});

describe('items that are gone', () => {
  test('are reported and kept', async () => {
    const target = memoryTarget();
    await run(simulatorWith([itemOf('a'), itemOf('b')]), target);
    const { values } = await run(simulatorWith([itemOf('a')]), target);
    expect(values).toContainEqual({ type: 'gone', itemId: 'id-b', itemName: 'b', removed: false });
    expect(target.items.has('b')).toBe(true);
  });

  test('are removed with `delete`', async () => {
    const target = memoryTarget();
    await run(simulatorWith([itemOf('a'), itemOf('b')]), target);
    const { values } = await run(simulatorWith([itemOf('a')]), target, { delete: true });
    expect(values).toContainEqual({ type: 'gone', itemId: 'id-b', itemName: 'b', removed: true });
    expect(target.items.has('b')).toBe(false);
  });

  test('are kept, even with `delete`, as long as an item of the library cannot be read', async () => {
    const target = memoryTarget();
    await run(simulatorWith([itemOf('a'), itemOf('b'), itemOf('c')]), target);
    const faults = [{ operation: 'content.library.Item.get', times: 1, kind: 'refusal', errorType: 'UNAUTHORIZED' }] as const;
    const { values } = await run(simulatorWith([itemOf('a'), itemOf('b')], { faults }), target, { delete: true });
    expect(values.filter(({ type }) => type === 'failed')).toMatchObject([{ error: { _tag: 'ApiError' } }]);
    expect(values).toContainEqual({ type: 'gone', itemId: 'id-c', itemName: 'c', removed: false });
    expect([...target.items.keys()].toSorted()).toEqual(['a', 'b', 'c']);
    expect(finishedOf(values)).toMatchObject({ failed: 1, removed: 0 });
  });

  test('are not those that `include` leaves out', async () => {
    const target = memoryTarget();
    await run(simulatorWith([itemOf('a'), itemOf('b')]), target);
    const options: MirrorOptions = { delete: true, include: ({ name }) => name === 'a' };
    const { values } = await run(simulatorWith([itemOf('a'), itemOf('b')]), target, options);
    expect(finishedOf(values)).toMatchObject({ current: 1, gone: 0, removed: 0 });
    expect(target.items.has('b')).toBe(true);
  });
});

describe('content that changes while an item is mirrored', () => {
  test('is planned again, and the target gets the new version only', async () => {
    const contentChanges = [{ item: 'a', afterBytes: 5_000, contentVersion: '2' }];
    const simulator = simulatorWith([itemOf('a')], { contentChanges, data: { etag: 'strong' } });
    const target = memoryTarget();
    const { values } = await run(simulator, target);
    const published = target.log.filter((line) => line.startsWith('publish'));
    expect(published).toHaveLength(1);
    const version = target.items.get('a')?.manifest.contentVersion;
    expect(published).toEqual([`publish a@${version}`]);
    expect(finishedOf(values)).toMatchObject({ mirrored: 1, failed: 0 });
  });

  test('that changed between the plan and the download is `superseded`', async () => {
    const simulator = simulatorWith([itemOf('a')]);
    const newer = simulatorWith([itemOf('a', '2')]);
    // The plan reads version 1; everything later is version 2.
    const fetch: Simulator['fetch'] = (input, init) => {
      const { pathname } = new URL(input instanceof Request ? input.url : input);
      return (pathname.endsWith('/library/item/id-a') ? simulator : newer).fetch(input, init);
    };
    const target = memoryTarget();
    const vc = vcenter({ server: 'https://vcenter.example.com', credentials: user, fetch: loginToBoth(simulator, newer, fetch) });
    const { values, error } = await collect(mirror(vc, 'library-1', target));
    expect(error).toBeUndefined();
    expect(withoutDownloads(values).map(({ type }) => type)).toEqual(['planned', 'superseded', 'mirrored', 'finished']);
    expect(target.log).toEqual(['open a@1', 'discard a@1', 'open a@2', 'publish a@2']);
  });
});

describe('failures', () => {
  test('of one item leave the others, and the earlier version in the target', async () => {
    const target = memoryTarget();
    await run(simulatorWith([itemOf('a'), itemOf('b')]), target);
    const files = { 'a.vmdk': { ...preparedAtOnce, outcome: 'ERROR' } } as const;
    const { values, error } = await run(simulatorWith([itemOf('a', '2'), itemOf('b', '2')], { files }), target);
    expect(error).toBeUndefined();
    expect(values).toContainEqual(
      expect.objectContaining({ type: 'failed', itemId: 'id-a', error: expect.objectContaining({ _tag: 'PreparationError' }) }),
    );
    expect(finishedOf(values)).toMatchObject({ mirrored: 1, failed: 1 });
    expect(target.items.get('a')?.manifest.contentVersion).toBe('1');
    expect(target.items.get('b')?.manifest.contentVersion).toBe('2');
    expect(target.log).toContain('suspend a@2');
  });

  test('of the list of items end the mirror before the target is read', async () => {
    const faults = [{ operation: 'content.library.Item.list', kind: 'refusal', errorType: 'UNAUTHORIZED' }] as const;
    const target = memoryTarget();
    const { values, error } = await run(simulatorWith([itemOf('a')], { faults }), target, { delete: true });
    expect(values).toEqual([]);
    expect(error).toMatchObject({ _tag: 'ApiError', error_type: 'UNAUTHORIZED' });
    expect(target.log).toEqual([]);
  });
});

test('unsubscribing suspends the item, and leaves no session', async () => {
  const simulator = simulatorWith([itemOf('a')], { preparation: { preparing: 60_000 } });
  const target = memoryTarget();
  const stop$ = new Subject<void>();
  const vc = connect(simulator);
  const done = collect(
    mirror(vc, 'library-1', target).pipe(
      tap((event) => {
        if (event.type === 'download' && event.event.type === 'status') stop$.next();
      }),
      takeUntil(stop$),
    ),
  );
  await done;
  await vcSettles(simulator);
  expect(simulator.sessions).toEqual([]);
  expect(target.log).toEqual(['open a@1', 'suspend a@1']);
});

/** Resolves when the deletion of the download session has got its response. */
const vcSettles = async (simulator: Simulator): Promise<void> => {
  while (simulator.sessions.length > 0) await new Promise((resolve) => setImmediate(resolve));
};

/** Both simulators have the same seed, and so the same session ids; a login creates the session in both. */
const loginToBoth =
  (first: Simulator, second: Simulator, fetch: Simulator['fetch']): typeof globalThis.fetch =>
  async (input, init) => {
    const request = new Request(input, init);
    if (!new URL(request.url).pathname.endsWith('/session')) return fetch(request);
    await first.fetch(request.clone());
    return second.fetch(request);
  };

test('refuses unknown and invalid options', async () => {
  const vc = connect(simulatorWith([itemOf('a')]));
  const refused = async (options: object) => (await collect(mirror(vc, 'library-1', memoryTarget(), options))).error;
  expect(await refused({ exclude: 1 })).toEqual(new TypeError('exclude: unknown option; did you mean include?'));
  expect(await refused({ concurrency: 0 })).toEqual(new TypeError('concurrency: expected a number from 1, got 0'));
  expect(await refused({ every: -1 })).toEqual(new TypeError('every: expected milliseconds from 0, got -1'));
  expect(await refused({ download: { files: [] } })).toMatchObject({
    message: expect.stringContaining('download.files: unknown'),
  });
});

test('500 unchanged items are compared within five seconds when each response takes 40 ms', async () => {
  const items = Array.from({ length: 500 }, (_, index) => ({ ...itemOf(`item-${index}`), files: [] }));
  const target = memoryTarget();
  for (const { name, id = '' } of items) {
    const facts = { v: 1, libraryId: 'library-1', itemId: id, itemName: name, contentVersion: '1', at: '' } as const;
    target.items.set(name, { manifest: { ...facts, files: [] }, files: new Map() });
  }
  const finished = await inFakeTime(async () => {
    const faults = [{ operation: '*', kind: 'latency', milliseconds: 40 }] as const;
    return finishedOf((await run(simulatorWith(items, { faults }), target)).values);
  });
  expect(finished).toMatchObject({ current: 500, mirrored: 0 });
  expect(finished?.duration).toBeLessThan(5_000);
});
