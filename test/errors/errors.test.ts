import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import * as library from 'rx-content-library';
import {
  ApiError,
  isContentLibraryError,
  isSessionLimit,
  isTransient,
  isUnknownRoute,
  LeaseError,
  PreparationError,
  TimeoutError,
  TlsError,
  TransportError,
  UnsafeNameError,
} from 'rx-content-library';

const apiError = (error_type: string, id = 'com.vmware.some.id') =>
  new ApiError({
    operation: 'content.Library.list',
    status: 500,
    error_type,
    messages: [{ id, default_message: 'Message.', args: [] }],
  });

const limit = 'com.vmware.vapi.endpoint.failedToLoginMaxUserSessionCountReached';

test('for all reasons: a message has no two periods in a row, whatever the reason ends with', () => {
  const reason = fc
    .tuple(
      fc.constantFrom('IO error', 'Error transferring file a.iso. Reason: IO error', 'ECONNRESET'),
      fc.stringMatching(/^[. \n]{0,4}$/),
    )
    .map((parts) => parts.join(''));
  fc.assert(
    fc.property(reason, (text) => {
      const message = { id: 'id', default_message: text, args: [] };
      const errors = [
        new PreparationError({ file: 'a.iso', message }),
        new TransportError({ operation: 'cis.Session.create', reason: text }),
        new LeaseError({ downloadSessionId: 'session', reason: text }),
        new UnsafeNameError({ file: 'a.iso', reason: text }),
      ];
      for (const error of errors) expect(error.message).not.toMatch(/[.\s][.]|\n/);
    }),
  );
});

describe('every error', () => {
  const message = { id: 'id', default_message: 'message', args: [] };
  const facts = {
    operation: 'operation', reason: 'reason', timeout: 1500, host: 'host', code: 'CODE', status: 400, error_type: 'ERROR', messages: [message],
    server: 'https://vcenter.example.com', issues: [{ path: 'a.b', expected: 'string', found: 'nothing' }], file: 'disk.vmdk', message,
    waitedFor: 'The preparation', patience: 60_000, history: [{ file: 'disk.vmdk', status: 'PREPARING', after: 0 }], expected: 10, received: 4, algorithm: 'SHA1', actual: 'ff',
    downloadSessionId: 'session', scheme: 'ds:', path: '/disk.vmdk',
  }; // prettier-ignore
  const classes = Object.entries(library).filter(
    ([name]) => name.endsWith('Error') && name !== 'StdError' && /^[A-Z]/.test(name),
  );

  test('is exported: fourteen classes', () => {
    expect(classes).toHaveLength(14);
  });

  test.each(classes)('%s has its name as _tag, a message made of its facts, and passes the guard', (name, value) => {
    const Class = value as unknown as new (values: typeof facts) => Error & { _tag: string };
    const error = new Class(facts);
    expect(error).toBeInstanceOf(Error);
    expect(error.name).toBe(name);
    expect(error._tag).toBe(name);
    expect(error.message).toMatch(/\w+/);
    expect(error.message).not.toMatch(/undefined|NaN|\[object/);
    expect(isContentLibraryError(error)).toBe(true);
  });

  const page = readFileSync(new URL('../../docs/03-errors.md', import.meta.url), 'utf8');
  const rows = new Map(
    [...page.matchAll(/^\| `(\w+Error)` .*$/gm)].map(([row, tag = '']) => [tag, row.split('|').map((cell) => cell.trim())]),
  );

  test.each(classes)('%s has a row in the guide, with all its fields and whether it is transient', (name, value) => {
    const Class = value as unknown as new (values: typeof facts) => Error & { _tag: string };
    const error = new Class(facts);
    const [, , , fields = '', transient = ''] = rows.get(name) ?? [];
    const documented = [...fields.matchAll(/`(\w+)`/g)].map(([, field]) => field);
    expect(documented).toEqual(Object.keys(error).filter((key) => !['_tag', 'name'].includes(key)));
    expect(transient).toMatch({ ApiError: /^see below$/ }[name] ?? (isTransient(error) ? /^yes/ : /^no$/));
  });

  test('the guide has no other rows', () => {
    expect([...rows.keys()].sort()).toEqual(classes.map(([name]) => name).sort());
  });
});

test('the guard accepts errors of another copy of the library, and nothing else', () => {
  expect(isContentLibraryError(Object.assign(new Error('x'), { _tag: 'ApiError' }))).toBe(true);
  expect(isContentLibraryError(Object.assign(new Error('x'), { _tag: 'toString' }))).toBe(false);
  expect(isContentLibraryError({ _tag: 'ApiError' })).toBe(false);
  expect(isContentLibraryError(undefined)).toBe(false);
});

test('errors are transient by their type, not by their status', () => {
  expect(['RESOURCE_BUSY', 'SERVICE_UNAVAILABLE', 'UNABLE_TO_ALLOCATE_RESOURCE', 'TIMED_OUT'].map((type) => isTransient(apiError(type)))).toEqual([
    true, true, true, true,
  ]); // prettier-ignore
  expect(
    ['ERROR', 'NOT_FOUND', 'UNAUTHENTICATED', 'UNAUTHORIZED', 'INVALID_ARGUMENT'].some((type) => isTransient(apiError(type))),
  ).toBe(false);
  expect(isTransient(new TransportError({ operation: 'x', reason: 'reset', code: 'ECONNRESET' }))).toBe(true);
  expect(isTransient(new TimeoutError({ operation: 'x', timeout: 1 }))).toBe(true);
  expect(isTransient(new TransportError({ operation: 'x', reason: 'a redirect', code: 'REDIRECT' }))).toBe(false);
  expect(isTransient(new TransportError({ operation: 'x', reason: 'a proxy', code: 'PROXY_REFUSED' }))).toBe(false);
  expect(isTransient(new TlsError({ host: 'vcenter.example.com', code: 'CERT_HAS_EXPIRED' }))).toBe(false);
  expect(isTransient(new PreparationError({ file: 'x' }))).toBe(false);
  expect(isTransient(new Error('x'))).toBe(false);
});

test('too many API sessions: recognized, never transient, with advice in the message', () => {
  const error = apiError('SERVICE_UNAVAILABLE', limit);
  expect(isSessionLimit(error)).toBe(true);
  expect(isTransient(error)).toBe(false);
  expect(error.message).toContain('End sessions that are no longer used');
  expect(isSessionLimit(apiError('SERVICE_UNAVAILABLE'))).toBe(false);
});

test('the message for UNAUTHORIZED names the privilege and the global permission', () => {
  expect(apiError('UNAUTHORIZED').message).toMatch(/ContentLibrary\.DownloadSession.*global permission/);
});

test('vCenter’s own indication of a transient failure overrides the error type', () => {
  const withData = (error_type: string, data: unknown) =>
    new ApiError({ operation: 'x', status: 500, error_type, messages: [], data });
  expect(isTransient(withData('RESOURCE_INACCESSIBLE', { is_transient: true }))).toBe(true);
  expect(isTransient(withData('SERVICE_UNAVAILABLE', { is_transient: false }))).toBe(false);
  expect(isTransient(withData('SERVICE_UNAVAILABLE', { is_transient: 'no' }))).toBe(true);
  expect(isTransient(withData('SERVICE_UNAVAILABLE', null))).toBe(true);
});

test.each([
  'com.vmware.vapi.rest.httpNotFound',
  'com.vmware.vapi.rest.operationsForUrlNotFound',
  'vapi.method.input.invalid.interface',
])('the message %s distinguishes an unknown route from a missing object, and the error has advice', (id) => {
  expect(isUnknownRoute(apiError('NOT_FOUND', id))).toBe(true);
  expect(apiError('NOT_FOUND', id).message).toContain('try the other dialect');
});

test('OPERATION_NOT_FOUND is an unknown route', () => {
  expect(isUnknownRoute(apiError('OPERATION_NOT_FOUND'))).toBe(true);
  expect(apiError('OPERATION_NOT_FOUND').message).toContain('try the other dialect');
});

test('a missing object is not an unknown route, and neither is any other error', () => {
  expect(isUnknownRoute(apiError('NOT_FOUND', 'com.vmware.vdcs.cls-main.item_not_found'))).toBe(false);
  expect(apiError('NOT_FOUND').message).not.toContain('dialect');
  expect(isUnknownRoute(new TransportError({ operation: 'x', reason: 'reset' }))).toBe(false);
  expect(isUnknownRoute(undefined)).toBe(false);
});

test.each([
  ['THUMBPRINT_MISMATCH', /If it was renewed, check the new thumbprint/],
  ['ERR_TLS_CERT_ALTNAME_INVALID', /Connect by a name that it was issued for/],
  ['CERT_HAS_EXPIRED', /Renew it, and check the clock/],
  [
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    /Trust the vCenter's own certificate authority: .*https:\/\/vc\.example\.com\/certs\/download\.zip/,
  ],
])('a certificate that was rejected with %s has its own advice', (code, advice) => {
  expect(new TlsError({ host: 'vc.example.com', code }).message).toMatch(advice);
});
