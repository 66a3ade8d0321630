import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isContentLibraryError, isTransient, isUnknownRoute } from 'rx-content-library';
import { toApiError } from '#src/http/read-api-error.js';

const messages = [{ id: 'com.vmware.x', default_message: 'Not found.', args: ['a'] }];

test.each([
  ['/api', { error_type: 'NOT_FOUND', messages, data: { a: 1 } }, { data: { a: 1 } }],
  ['/rest since 7.0', { type: 'com.vmware.vapi.std.errors.not_found', value: { error_type: 'NOT_FOUND', messages } }, {}],
  ['/rest before 7.0, without error_type', { value: { messages }, type: 'com.vmware.vapi.std.errors.not_found' }, {}],
])('reads the shape of %s', (_, body, more) => {
  expect(toApiError('content.Library.get', 404, body)).toMatchObject({
    _tag: 'ApiError',
    status: 404,
    error_type: 'NOT_FOUND',
    messages,
    ...more,
  });
});

test('reads the camelCase shape of 6.0', () => {
  const body = {
    name: 'com.vmware.vapi.rest.httpNotFound',
    localizableMessages: [{ id: 'com.vmware.vapi.rest.httpNotFound', defaultMessage: 'Not found.' }],
    majorErrorCode: 404,
  };
  expect(toApiError('x', 404, body)).toMatchObject({
    error_type: 'NOT_FOUND',
    messages: [{ id: 'com.vmware.vapi.rest.httpNotFound', default_message: 'Not found.', args: [] }],
  });
});

test.each([
  [400, 'INVALID_REQUEST'],
  [401, 'UNAUTHENTICATED'],
  [403, 'UNAUTHORIZED'],
  [404, 'NOT_FOUND'],
  [409, 'CONCURRENT_CHANGE'],
  [423, 'RESOURCE_BUSY'],
  [429, 'SERVICE_UNAVAILABLE'],
  [500, 'INTERNAL_SERVER_ERROR'],
  [502, 'SERVICE_UNAVAILABLE'],
  [503, 'SERVICE_UNAVAILABLE'],
  [504, 'TIMED_OUT'],
  [507, 'UNABLE_TO_ALLOCATE_RESOURCE'],
])('without an error type in the body, %d is %s', (status, error_type) => {
  for (const body of [undefined, null, 'text', [], { value: 'x' }, { messages: 'x' }])
    expect(toApiError('x', status, body)).toMatchObject({ error_type, messages: [], status });
});

test('the error does not contain the challenge, which names the server', () => {
  const error = toApiError('x', 401, { error_type: 'UNAUTHENTICATED', messages: [], challenge: 'Basic realm="secret-realm"' });
  expect(JSON.stringify([error, error.message])).not.toContain('secret-realm');
});

test('the error has all messages, with their arguments', () => {
  const sent = [
    { id: 'com.vmware.vdcs.cls-main.top', default_message: 'Could not.', args: ['a', 'b'] },
    {
      id: 'com.vmware.vdcs.cls-main.cause',
      default_message: 'Because.',
      args: [],
      localized: 'Weil.',
      params: { size: { i: 7 } },
    },
  ];
  const error = toApiError('content.Library.get', 400, { error_type: 'INVALID_ARGUMENT', messages: sent });
  expect(error.messages).toEqual(sent);
  expect(error.message).toBe('content.Library.get: INVALID_ARGUMENT (400): Could not. Because.');
});

test('named arguments of /api (an object) and /rest (pairs) are read alike', () => {
  const paramsOf = (params: unknown) =>
    toApiError('x', 400, { messages: [{ id: 'i', default_message: 'd', args: [], params }] }).messages[0]?.params;
  expect(paramsOf({ name: { s: 'ubuntu' } })).toEqual({ name: { s: 'ubuntu' } });
  expect(paramsOf([{ key: 'name', value: { s: 'ubuntu' } }])).toEqual({ name: { s: 'ubuntu' } });
  expect(paramsOf(null)).toBeUndefined();
  expect(Object.keys(paramsOf(JSON.parse('{"__proto__":{"s":"x"}}')) ?? {})).toEqual(['__proto__']);
});

test('a type that is not VMware’s is ignored', () => {
  expect(toApiError('x', 503, { type: 'about:blank', title: 'Unavailable' }).error_type).toBe('SERVICE_UNAVAILABLE');
});

test('an error without messages points to a proxy', () => {
  expect(toApiError('x', 502, undefined).message).toBe(
    'x: SERVICE_UNAVAILABLE (502): no message from vCenter; the response may come from a proxy.',
  );
});

test('every body becomes one error with a message', () => {
  const scraps = fc.constantFrom(
    'error_type',
    'messages',
    'localizableMessages',
    'value',
    'type',
    'data',
    'args',
    'params',
    'id',
    'key',
  );
  const scalar = fc.constantFrom(
    null,
    true,
    -0,
    7.5,
    '',
    'x',
    '\ud800',
    'com.vmware.vapi.std.errors.busy',
    'NOT_FOUND',
    '__proto__',
  );
  const { body } = fc.letrec((tie) => ({
    body: fc.oneof(
      { maxDepth: 4, depthSize: 'small' },
      scalar,
      fc.array(tie('body'), { maxLength: 3 }),
      fc.dictionary(scraps, tie('body'), { maxKeys: 4 }),
    ),
  }));
  fc.assert(
    fc.property(fc.integer({ min: 400, max: 599 }), body, (status, value) => {
      const error = toApiError('x', status, value);
      const texts = error.messages.flatMap(({ id, default_message, args }) => [id, default_message, ...args]);
      return (
        isContentLibraryError(error) &&
        error.message.startsWith('x: ') &&
        texts.every((text) => typeof text === 'string') &&
        [isTransient(error), isUnknownRoute(error)].every((result) => typeof result === 'boolean')
      );
    }),
    { seed: 4, numRuns: 2000 },
  );
  expect(Object.keys(Object.prototype)).toEqual([]);
});
