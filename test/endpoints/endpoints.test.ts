import { describe, expect, test } from '@jest/globals';
import {
  cancelDownloadSession,
  createDownloadSession,
  deleteDownloadSession,
  failDownloadSession,
  findItems,
  findLibraries,
  getDownloadFile,
  getDownloadSession,
  getItem,
  getItemFile,
  getLibrary,
  getSession,
  keepDownloadSessionAlive,
  listDownloadFiles,
  listDownloadSessions,
  listItemFiles,
  listItems,
  listLibraries,
  prepareDownloadFile,
  type VCenter,
} from 'rx-content-library';
import { concat, forkJoin, lastValueFrom, of, switchMap, type Observable } from 'rxjs';
import { collect, collectValues } from '../support/collect.ts';
import { operationNames, simulatedVCenter, user } from '../support/simulated-vcenter.ts';

const one = <A>(stream: Observable<A>): Promise<A> => lastValueFrom(stream);
const disk = 'ubuntu disk #1.vmdk';

describe.each(['api', 'rest'] as const)('in the dialect %s', (dialect) => {
  test('libraries are listed, found and read', async () => {
    const { vc } = simulatedVCenter(dialect);
    expect(await collectValues(listLibraries(vc))).toEqual([['library-1']]);
    expect(await collectValues(findLibraries(vc, { name: 'TEMPLATES', type: 'LOCAL' }))).toEqual([['library-1']]);
    expect(await collectValues(findLibraries(vc, { name: 'none' }))).toEqual([[]]);
    expect(await one(getLibrary(vc, 'library-1'))).toMatchObject({ id: 'library-1', name: 'templates', type: 'LOCAL' });
  });

  test('items are listed, found and read', async () => {
    const { vc } = simulatedVCenter(dialect);
    expect(await collectValues(listItems(vc, 'library-1'))).toEqual([['item-1']]);
    expect(await collectValues(findItems(vc, { name: 'ubuntu', library_id: 'library-1' }))).toEqual([['item-1']]);
    expect(await one(getItem(vc, 'item-1'))).toMatchObject({ name: 'ubuntu', type: 'ovf', content_version: '7' });
  });

  test('the files of an item are listed and read', async () => {
    const { vc } = simulatedVCenter(dialect);
    expect((await one(listItemFiles(vc, 'item-1'))).map(({ name }) => name)).toEqual(['ubuntu.ovf', disk, 'ubuntu.nvram']);
    expect(await one(getItemFile(vc, 'item-1', disk))).toMatchObject({ name: disk, cached: true });
  });

  test('a download session is created, read, kept alive, cancelled and deleted', async () => {
    const { vc, simulator } = simulatedVCenter(dialect);
    const id = await one(createDownloadSession(vc, 'item-1'));
    expect(await collectValues(listDownloadSessions(vc))).toEqual([[id]]);
    expect(await collectValues(listDownloadSessions(vc, { itemId: 'item-1' }))).toEqual([[id]]);
    expect(await collectValues(keepDownloadSessionAlive(vc, id, { progress: 40 }))).toEqual([undefined]);
    expect(await one(getDownloadSession(vc, id))).toMatchObject({
      library_item_id: 'item-1',
      library_item_content_version: '7',
      state: 'ACTIVE',
      client_progress: 40,
    });
    expect(await collectValues(cancelDownloadSession(vc, id))).toEqual([undefined]);
    expect((await one(getDownloadSession(vc, id))).state).toBe('CANCELED');
    expect(await collectValues(deleteDownloadSession(vc, id))).toEqual([undefined]);
    expect(simulator.sessions).toEqual([]);
  });

  test('a download session is marked as failed with the client’s reason', async () => {
    const { vc } = simulatedVCenter(dialect);
    const id = await one(createDownloadSession(vc, 'item-1'));
    expect(await collectValues(failDownloadSession(vc, id, 'The disk is full.'))).toEqual([undefined]);
    expect((await one(getDownloadSession(vc, id))).state).toBe('ERROR');
  });

  test('a repeated creation with the same client token returns the same session', async () => {
    const { vc, simulator } = simulatedVCenter(dialect);
    const clientToken = '6f1c1f5e-8f4a-4b3c-9d2e-1a2b3c4d5e6f';
    const again = createDownloadSession(vc, 'item-1', { clientToken });
    expect(await one(again)).toBe(await one(again));
    expect(simulator.sessions).toHaveLength(1);
  });

  test('the files of a session are prepared, listed and read', async () => {
    const { vc } = simulatedVCenter(dialect);
    const id = await one(createDownloadSession(vc, 'item-1'));
    expect((await one(listDownloadFiles(vc, id))).map(({ status }) => status)).toEqual([
      'UNPREPARED',
      'UNPREPARED',
      'UNPREPARED',
    ]);
    await one(prepareDownloadFile(vc, id, disk, { endpointType: 'HTTPS' }));
    expect(await one(getDownloadFile(vc, id, disk))).toMatchObject({
      name: disk,
      size: 300_000,
      status: 'PREPARED',
      download_endpoint: { uri: expect.stringContaining('/cls/data/') },
    });
  });

  test.each<[string, (vc: VCenter) => Observable<unknown>, number, string]>([
    ['a library', (vc) => getLibrary(vc, 'none'), 404, 'NOT_FOUND'],
    ['an item', (vc) => getItem(vc, 'none'), 404, 'NOT_FOUND'],
    ['a file of an item', (vc) => getItemFile(vc, 'item-1', 'none'), 404, 'NOT_FOUND'],
    ['a download session', (vc) => getDownloadSession(vc, 'none'), 404, 'NOT_FOUND'],
    ['the files of a download session', (vc) => listDownloadFiles(vc, 'none'), 404, 'NOT_FOUND'],
    ['a file of a session', (vc) => inSession(vc, (id) => prepareDownloadFile(vc, id, 'none')), 400, 'INVALID_ARGUMENT'],
    ['an item to download', (vc) => createDownloadSession(vc, 'none'), 404, 'NOT_FOUND'],
    ['items without criteria', (vc) => findItems(vc, {}), 400, 'INVALID_ARGUMENT'],
    [
      'the keep-alive of a cancelled session',
      (vc) => inSession(vc, (id) => concat(cancelDownloadSession(vc, id), keepDownloadSessionAlive(vc, id))),
      400,
      'NOT_ALLOWED_IN_CURRENT_STATE',
    ],
    [
      'DIRECT without the privilege',
      (vc) => inSession(vc, (id) => prepareDownloadFile(vc, id, disk, { endpointType: 'DIRECT' })),
      403,
      'UNAUTHORIZED',
    ],
  ])('%s that is missing or not allowed is an ApiError with a message', async (_, ask, status, error_type) => {
    const { vc } = simulatedVCenter(dialect, { users: [{ ...user, privileges: ['ContentLibrary.DownloadSession'] }] });
    const { error } = await collect(ask(vc));
    expect(error).toMatchObject({
      _tag: 'ApiError',
      status,
      error_type,
      message: expect.stringMatching(/^content\.[\w.]+: [A-Z_]+ \(\d+\): \w+/),
    });
  });

  test('the error for a missing privilege names it', async () => {
    const { vc } = simulatedVCenter(dialect, { users: [{ ...user, privileges: [] }] });
    const { error } = await collect(createDownloadSession(vc, 'item-1'));
    expect(error).toMatchObject({
      _tag: 'ApiError',
      status: 403,
      error_type: 'UNAUTHORIZED',
      message: expect.stringContaining('ContentLibrary.DownloadSession'),
    });
  });

  test('an empty identifier is a TypeError, and nothing is sent', async () => {
    const { vc, simulator } = simulatedVCenter(dialect);
    await collectValues(getSession(vc));
    const before = simulator.requests.length;
    expect((await collect(deleteDownloadSession(vc, ''))).error).toBeInstanceOf(TypeError);
    expect(simulator.requests).toHaveLength(before);
  });

  test('endpoints send nothing before a subscription', () => {
    const { vc, simulator } = simulatedVCenter(dialect);
    forkJoin([listLibraries(vc), listItems(vc, 'library-1'), createDownloadSession(vc, 'item-1')]);
    expect(operationNames(simulator)).toEqual([]);
  });
});

const inSession = <A>(vc: VCenter, use: (id: string) => Observable<A>): Observable<A> =>
  of(undefined).pipe(
    switchMap(() => createDownloadSession(vc, 'item-1')),
    switchMap(use),
  );
