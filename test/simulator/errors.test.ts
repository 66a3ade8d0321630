import { describe, expect, test } from '@jest/globals';
import { createSimulator } from 'rx-content-library/simulator';
import { callAs, dialects, logIn, operations, parseResponse, server, start, startDownload } from './call.ts';
import {
  authenticationRequired,
  challenge,
  errorResponse,
  invalid,
  message,
  notFound,
  statusAndJson,
} from './expected-errors.ts';

const ds = 'content.library.item.DownloadSession';
const fileService = 'content.library.item.downloadsession.File';
const files = [{ name: 'disk.vmdk', size: 10 }];

describe.each(dialects)('in /%s', (dialect) => {
  const unauthenticated = errorResponse(dialect, 401, 'UNAUTHENTICATED', authenticationRequired, { challenge });

  test('a wrong password, an unknown user and missing credentials have the same error', async () => {
    const simulator = createSimulator();
    expect(statusAndJson(await logIn(simulator, dialect, 'administrator@vsphere.local', 'wrong'))).toEqual(unauthenticated);
    expect(statusAndJson(await logIn(simulator, dialect, 'unknown', 'secret'))).toEqual(unauthenticated);
    const path = dialect === 'api' ? '/api/session' : '/rest/com/vmware/cis/session';
    for (const authorization of ['', 'Basic', 'Basic ***', 'Bearer abc']) {
      const response = await simulator.fetch(`${server}${path}`, { method: 'POST', headers: { authorization } });
      expect(statusAndJson(await parseResponse(response, dialect))).toEqual(unauthenticated);
    }
    expect(simulator.apiSessions).toBe(0);
  });

  test('a password may contain any character', async () => {
    const simulator = createSimulator({ users: [{ username: 'ä', password: 'ö:€' }] });
    const bytes = String.fromCharCode(...new TextEncoder().encode('ä:ö:€'));
    const path = dialect === 'api' ? '/api/session' : '/rest/com/vmware/cis/session';
    const headers = { authorization: `Basic ${btoa(bytes)}` };
    expect((await simulator.fetch(`${server}${path}`, { method: 'POST', headers })).ok).toBe(true);
  });

  test.each(operations)('%s without a valid API session fails', async (operation) => {
    const simulator = createSimulator();
    for (const token of [undefined, '0'.repeat(32)])
      expect(statusAndJson(await callAs(simulator, dialect, token)(operation))).toEqual(unauthenticated);
  });

  test('a user without the privilege cannot create a download session', async () => {
    const users = [{ username: 'u', password: 'p', privileges: ['System.Read'] }];
    const inventory = { libraries: [{ name: 'L', items: [{ id: 'item', name: 'I', files }] }] };
    const { call } = await start(dialect, { inventory, users });
    const missingPrivilege = message(
      'vapi.security.authorization.invalid',
      'The privilege ContentLibrary.DownloadSession is missing.',
      ['ContentLibrary.DownloadSession'],
    );
    const unauthorized = errorResponse(dialect, 403, 'UNAUTHORIZED', missingPrivilege);
    expect(statusAndJson(await call(`${ds}.create`, { item: 'item' }))).toEqual(unauthorized);
    expect(statusAndJson(await call(`${ds}.list`, { item: 'item' }))).toEqual(unauthorized);
    expect((await call(`${ds}.list`)).status).toBe(200);
    expect((await call('content.Library.list')).status).toBe(200);
  });

  test('a direct endpoint requires a privilege of its own', async () => {
    const users = [{ username: 'u', password: 'p', privileges: ['ContentLibrary.DownloadSession'] }];
    const { prepare } = await startDownload(dialect, { files, users });
    const missingPrivilege = message(
      'vapi.security.authorization.invalid',
      'The privilege ContentLibrary.ReadStorage is missing.',
      ['ContentLibrary.ReadStorage'],
    );
    expect(statusAndJson(await prepare('disk.vmdk', { type: 'DIRECT' }))).toEqual(
      errorResponse(dialect, 403, 'UNAUTHORIZED', missingPrivilege),
    );
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
  ])('%s %j returns NOT_FOUND', async (operation, fields, kind) => {
    const { call } = await startDownload(dialect, { files });
    expect(statusAndJson(await call(operation, fields))).toEqual(errorResponse(dialect, 404, 'NOT_FOUND', notFound(kind, 'x')));
  });

  test.each(['get', 'prepare'])('an unknown file is an invalid argument of %s', async (verb) => {
    const { call, session } = await startDownload(dialect, { files });
    expect(statusAndJson(await call(`${fileService}.${verb}`, { session, file: 'toString' }))).toEqual(
      errorResponse(dialect, 400, 'INVALID_ARGUMENT', invalid('The download session has no file toString.', 'toString')),
    );
  });

  test.each(['keep_alive', 'cancel', 'fail', 'prepare'])('%s fails after the session has ended', async (verb) => {
    for (const [end, state] of [
      ['cancel', 'CANCELED'],
      ['fail', 'ERROR'],
    ]) {
      const { call, session } = await startDownload(dialect, { files });
      await call(`${ds}.${end}`, { session, message: 'm' });
      const operation = verb === 'prepare' ? `${fileService}.prepare` : `${ds}.${verb}`;
      const fields = verb === 'keep_alive' ? { session } : { session, message: 'm', file: 'disk.vmdk' };
      const text = `The operation ${verb} can not be invoked when the download session is in the ${state} state.`;
      expect(statusAndJson(await call(operation, fields))).toEqual(
        errorResponse(
          dialect,
          400,
          'NOT_ALLOWED_IN_CURRENT_STATE',
          message('com.vmware.vdcs.cls-main.invalid_download_session_state', text, [verb, String(state)]),
        ),
      );
    }
  });

  test.each(['content.Library.find', 'content.library.Item.find'])('%s with an empty specification fails', async (operation) => {
    const { call } = await start(dialect);
    const expected = errorResponse(dialect, 400, 'INVALID_ARGUMENT', invalid('The find specification is empty.', 'spec'));
    expect(statusAndJson(await call(operation, {}))).toEqual(expected);
    expect(statusAndJson(await call(operation, { name: null }))).toEqual(expected);
  });

  test('a client token that is not a UUID is rejected', async () => {
    const { call } = await startDownload(dialect, { files });
    expect(statusAndJson(await call(`${ds}.create`, { item: 'item', token: 'again' }))).toEqual(
      errorResponse(dialect, 400, 'INVALID_ARGUMENT', invalid('The client token is not a UUID.', 'client_token')),
    );
  });

  test.each([-1, 101, 0.5])('the progress %d is rejected', async (progress) => {
    const { call, session } = await startDownload(dialect, { files });
    expect(statusAndJson(await call(`${ds}.keep_alive`, { session, progress }))).toEqual(
      errorResponse(dialect, 400, 'INVALID_ARGUMENT', invalid('The progress is not a whole number from 0 to 100.', 'progress')),
    );
  });

  test('a missing or invalid parameter is rejected', async () => {
    const { call, session } = await startDownload(dialect, { files });
    const missingField = (name: string) =>
      errorResponse(
        dialect,
        400,
        'INVALID_ARGUMENT',
        message('vapi.data.structure.field.missing', `Structure 'operation-input' is missing a field: ${name}`, [
          'operation-input',
          name,
        ]),
      );
    expect(statusAndJson(await call(`${ds}.create`, {}))).toEqual(missingField('library_item_id'));
    expect(statusAndJson(await call(`${ds}.fail`, { session }))).toEqual(missingField('client_error_message'));
    expect(statusAndJson(await call(`${fileService}.prepare`, { session, file: true }))).toEqual(
      errorResponse(dialect, 400, 'INVALID_ARGUMENT', invalid('Expected string as file_name, found a boolean.', 'file_name')),
    );
    expect((await call(`${fileService}.prepare`, { session, file: 'disk.vmdk', type: 'FTP' })).status).toBe(400);
    expect((await call('content.Library.find', { type: 'REMOTE' })).status).toBe(400);
  });
});
