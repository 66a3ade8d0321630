import { describe, expect, test } from '@jest/globals';
import { dialects, inventory, start } from './call.ts';
import { errorResponse, message, statusAndJson } from './expected-errors.ts';

/** From the documents. All other operations require `System.Anonymous`, which every user has. */
const required: readonly (readonly [operation: string, privilege: string])[] = [
  ['content.Library.list', 'System.Read'],
  ['content.Library.find', 'System.Read'],
  ['content.Library.get', 'System.Read'],
  ['content.LocalLibrary.list', 'System.Read'],
  ['content.LocalLibrary.get', 'System.Read'],
  ['content.SubscribedLibrary.list', 'System.Read'],
  ['content.SubscribedLibrary.get', 'System.Read'],
  ['content.library.Item.list', 'System.Read'],
  ['content.library.Item.find', 'System.Read'],
  ['content.library.Item.get', 'System.Read'],
  ['content.library.item.File.list', 'System.Read'],
  ['content.library.item.File.get', 'System.Read'],
  ['content.library.item.Storage.list', 'ContentLibrary.ReadStorage'],
  ['content.library.item.Storage.get', 'ContentLibrary.ReadStorage'],
  ['content.library.item.Changes.list', 'System.Read'],
  ['content.library.item.Changes.get', 'System.Read'],
  ['content.library.SubscribedItem.sync', 'ContentLibrary.SyncLibraryItem'],
  ['content.library.SubscribedItem.evict', 'ContentLibrary.EvictLibraryItem'],
  ['content.library.item.DownloadSession.create', 'ContentLibrary.DownloadSession'],
  ['content.library.item.DownloadSession.list', 'ContentLibrary.DownloadSession'],
];

describe.each(dialects)('in /%s', (dialect) => {
  const fieldsOf = (operation: string) => ({
    name: operation.includes('File') ? 'd.ovf' : 'Debian',
    ...(operation.includes('find') ? {} : { library: operation.startsWith('content.Subscribed') ? 'lib-2' : 'lib-1' }),
    ...(operation.includes('find') ? {} : { item: operation.includes('SubscribedItem') ? 'item-3' : 'item-1' }),
    ...(operation.includes('find') ? {} : { file: 'd.ovf', version: '1', force: true }),
  });

  test.each(required)('%s requires %s', async (operation, privilege) => {
    const granted = (privileges: readonly string[], noAccess = false) =>
      start(dialect, { inventory, users: [{ username: 'u', password: 'p', privileges, noAccess }] });
    const { call } = await granted([privilege]);
    expect((await call(operation, fieldsOf(operation))).status).toBeLessThan(300);
    // Every role except No access has System.Read.
    const without = await granted([], privilege === 'System.Read');
    expect(statusAndJson(await without.call(operation, fieldsOf(operation)))).toEqual(
      errorResponse(
        dialect,
        403,
        'UNAUTHORIZED',
        message('vapi.security.authorization.invalid', `The privilege ${privilege} is missing.`, [privilege]),
      ),
    );
  });

  test('a user with no access can read and end the API session, and use a download session by its id', async () => {
    const { call, simulator } = await start(dialect, {
      inventory,
      users: [{ username: 'u', password: 'p', noAccess: true }],
    });
    expect((await call('cis.Session.get')).status).toBe(200);
    expect((await call('content.library.item.DownloadSession.list')).json).toEqual([]);
    expect((await call('content.library.item.DownloadSession.delete', { session: 'none' })).status).toBe(404);
    expect((await call('cis.Session.delete')).status).toBeLessThan(300);
    expect(simulator.apiSessions).toBe(0);
  });
});
