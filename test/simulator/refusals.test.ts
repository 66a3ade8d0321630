import { describe, expect, test } from '@jest/globals';
import { createSimulator } from 'rx-content-library/simulator';
import { bare, challenge, invalid, loginNeeded, message, missing, refusal } from './refusal.ts';
import { answerOf, callAs, dialects, logIn, operations, server, start, startDownload } from './call.ts';

const ds = 'content.library.item.DownloadSession';
const fileService = 'content.library.item.downloadsession.File';
const files = [{ name: 'disk.vmdk', size: 10 }];

describe.each(dialects)('in /%s', (dialect) => {
  const unauthenticated = refusal(dialect, 401, 'UNAUTHENTICATED', loginNeeded, { challenge });

  test('a wrong password, an unknown user and no credentials at all are refused alike', async () => {
    const simulator = createSimulator();
    expect(bare(await logIn(simulator, dialect, 'administrator@vsphere.local', 'wrong'))).toEqual(unauthenticated);
    expect(bare(await logIn(simulator, dialect, 'nobody', 'secret'))).toEqual(unauthenticated);
    const path = dialect === 'api' ? '/api/session' : '/rest/com/vmware/cis/session';
    for (const authorization of ['', 'Basic', 'Basic ***', 'Bearer abc']) {
      const response = await simulator.fetch(`${server}${path}`, { method: 'POST', headers: { authorization } });
      expect(bare(await answerOf(response, dialect))).toEqual(unauthenticated);
    }
    expect(simulator.apiSessions).toBe(0);
  });

  test('a password may hold any character', async () => {
    const simulator = createSimulator({ users: [{ username: 'ä', password: 'ö:€' }] });
    const bytes = String.fromCharCode(...new TextEncoder().encode('ä:ö:€'));
    const path = dialect === 'api' ? '/api/session' : '/rest/com/vmware/cis/session';
    const headers = { authorization: `Basic ${btoa(bytes)}` };
    expect((await simulator.fetch(`${server}${path}`, { method: 'POST', headers })).ok).toBe(true);
  });

  test.each(operations)('%s without a live API session is refused', async (operation) => {
    const simulator = createSimulator();
    for (const token of [undefined, '0'.repeat(32)])
      expect(bare(await callAs(simulator, dialect, token)(operation))).toEqual(unauthenticated);
  });

  test('a user without the privilege may not open a download session', async () => {
    const users = [{ username: 'u', password: 'p', privileges: ['System.Read'] }];
    const inventory = { libraries: [{ name: 'L', items: [{ id: 'item', name: 'I', files }] }] };
    const { call } = await start(dialect, { inventory, users });
    const missingPrivilege = message(
      'vapi.security.authorization.invalid',
      'The privilege ContentLibrary.DownloadSession is missing.',
      ['ContentLibrary.DownloadSession'],
    );
    const unauthorized = refusal(dialect, 403, 'UNAUTHORIZED', missingPrivilege);
    expect(bare(await call(`${ds}.create`, { item: 'item' }))).toEqual(unauthorized);
    expect(bare(await call(`${ds}.list`, { item: 'item' }))).toEqual(unauthorized);
    expect((await call(`${ds}.list`)).status).toBe(200);
    expect((await call('content.Library.list')).status).toBe(200);
  });

  test('a direct endpoint takes a privilege of its own', async () => {
    const users = [{ username: 'u', password: 'p', privileges: ['ContentLibrary.DownloadSession'] }];
    const { prepare } = await startDownload(dialect, { files, users });
    const missingPrivilege = message(
      'vapi.security.authorization.invalid',
      'The privilege ContentLibrary.ReadStorage is missing.',
      ['ContentLibrary.ReadStorage'],
    );
    expect(bare(await prepare('disk.vmdk', { type: 'DIRECT' }))).toEqual(refusal(dialect, 403, 'UNAUTHORIZED', missingPrivilege));
    expect((await prepare('disk.vmdk')).status).toBe(200);
  });

  test.each([
    ['content.Library.get', { library: 'x' }, 'library'],
    ['content.library.Item.list', { library: 'x' }, 'library'],
    ['content.library.Item.get', { item: 'x' }, 'library item'],
    ['content.library.item.File.list', { item: 'x' }, 'library item'],
    ['content.library.item.File.get', { item: 'x', name: 'y' }, 'library item'],
    ['content.library.item.File.get', { item: 'item', name: 'x' }, 'file'],
    ['content.LocalLibrary.get', { library: 'x' }, 'library'],
    ['content.SubscribedLibrary.get', { library: 'x' }, 'library'],
    ['content.library.item.Storage.list', { item: 'x' }, 'library item'],
    ['content.library.item.Storage.get', { item: 'x', file: 'y' }, 'library item'],
    ['content.library.item.Storage.get', { item: 'item', file: 'x' }, 'file'],
    ['content.library.item.Changes.list', { item: 'x' }, 'library item'],
    ['content.library.item.Changes.get', { item: 'x', version: '1' }, 'library item'],
    ['content.library.item.Changes.get', { item: 'item', version: 'x' }, 'version'],
    ['content.library.SubscribedItem.sync', { item: 'x', force: true }, 'library item'],
    ['content.library.SubscribedItem.evict', { item: 'x' }, 'library item'],
    [`${ds}.create`, { item: 'x' }, 'library item'],
    [`${ds}.list`, { item: 'x' }, 'library item'],
    [`${ds}.get`, { session: 'x' }, 'download session'],
    [`${ds}.keep_alive`, { session: 'x' }, 'download session'],
    [`${ds}.cancel`, { session: 'x' }, 'download session'],
    [`${ds}.fail`, { session: 'x', message: 'm' }, 'download session'],
    [`${ds}.delete`, { session: 'x' }, 'download session'],
    [`${fileService}.list`, { session: 'x' }, 'download session'],
    [`${fileService}.get`, { session: 'x', file: 'disk.vmdk' }, 'download session'],
    [`${fileService}.prepare`, { session: 'x', file: 'disk.vmdk' }, 'download session'],
  ])('%s %j finds nothing', async (operation, fields, kind) => {
    const { call } = await startDownload(dialect, { files });
    expect(bare(await call(operation, fields))).toEqual(refusal(dialect, 404, 'NOT_FOUND', missing(kind, 'x')));
  });

  test.each(['get', 'prepare'])('an unknown file is an invalid argument of %s', async (verb) => {
    const { call, session } = await startDownload(dialect, { files });
    expect(bare(await call(`${fileService}.${verb}`, { session, file: 'toString' }))).toEqual(
      refusal(dialect, 400, 'INVALID_ARGUMENT', invalid('The download session has no file toString.', 'toString')),
    );
  });

  test.each(['keep_alive', 'cancel', 'fail', 'prepare'])('%s is refused once the session has ended', async (verb) => {
    for (const [end, state] of [
      ['cancel', 'CANCELED'],
      ['fail', 'ERROR'],
    ]) {
      const { call, session } = await startDownload(dialect, { files });
      await call(`${ds}.${end}`, { session, message: 'm' });
      const operation = verb === 'prepare' ? `${fileService}.prepare` : `${ds}.${verb}`;
      const fields = verb === 'keep_alive' ? { session } : { session, message: 'm', file: 'disk.vmdk' };
      const said = `The operation ${verb} can not be invoked when the download session is in the ${state} state.`;
      expect(bare(await call(operation, fields))).toEqual(
        refusal(
          dialect,
          400,
          'NOT_ALLOWED_IN_CURRENT_STATE',
          message('com.vmware.vdcs.cls-main.invalid_download_session_state', said, [verb, String(state)]),
        ),
      );
    }
  });

  test.each(['content.Library.find', 'content.library.Item.find'])(
    '%s with nothing to look for is refused',
    async (operation) => {
      const { call } = await start(dialect);
      const expected = refusal(dialect, 400, 'INVALID_ARGUMENT', invalid('The find specification is empty.', 'spec'));
      expect(bare(await call(operation, {}))).toEqual(expected);
      expect(bare(await call(operation, { name: null }))).toEqual(expected);
    },
  );

  test('a client token that is no UUID is refused', async () => {
    const { call } = await startDownload(dialect, { files });
    expect(bare(await call(`${ds}.create`, { item: 'item', token: 'again' }))).toEqual(
      refusal(dialect, 400, 'INVALID_ARGUMENT', invalid('The client token is not a UUID.', 'client_token')),
    );
  });

  test.each([-1, 101, 0.5])('the progress %d is refused', async (progress) => {
    const { call, session } = await startDownload(dialect, { files });
    expect(bare(await call(`${ds}.keep_alive`, { session, progress }))).toEqual(
      refusal(dialect, 400, 'INVALID_ARGUMENT', invalid('The progress is not a whole number from 0 to 100.', 'progress')),
    );
  });

  test('a parameter that is missing or of the wrong kind is refused', async () => {
    const { call, session } = await startDownload(dialect, { files });
    const missingField = (name: string) =>
      refusal(
        dialect,
        400,
        'INVALID_ARGUMENT',
        message('vapi.data.structure.field.missing', `Structure 'operation-input' is missing a field: ${name}`, [
          'operation-input',
          name,
        ]),
      );
    expect(bare(await call(`${ds}.create`, {}))).toEqual(missingField('library_item_id'));
    expect(bare(await call(`${ds}.fail`, { session }))).toEqual(missingField('client_error_message'));
    expect(bare(await call(`${fileService}.prepare`, { session, file: true }))).toEqual(
      refusal(dialect, 400, 'INVALID_ARGUMENT', invalid('Expected string as file_name, found a boolean.', 'file_name')),
    );
    expect((await call(`${fileService}.prepare`, { session, file: 'disk.vmdk', type: 'FTP' })).status).toBe(400);
    expect((await call('content.Library.find', { type: 'REMOTE' })).status).toBe(400);
  });
});
