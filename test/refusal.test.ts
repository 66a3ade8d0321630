import { expect, test } from '@jest/globals';
import { refusal } from '#src/refusal.js';

const messages = [{ id: 'com.vmware.x', default_message: 'Not found.', args: ['a'] }];

test.each([
  ['/api', { error_type: 'NOT_FOUND', messages, data: { a: 1 } }, { data: { a: 1 } }],
  ['/rest since 7.0', { type: 'com.vmware.vapi.std.errors.not_found', value: { error_type: 'NOT_FOUND', messages } }, {}],
  ['/rest before 7.0, without error_type', { value: { messages }, type: 'com.vmware.vapi.std.errors.not_found' }, {}],
])('reads the shape of %s', (_, body, more) => {
  expect(refusal('content.Library.get', 404, body)).toMatchObject({
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
  expect(refusal('x', 404, body)).toMatchObject({
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
])('without a body that helps, %d is %s', (status, error_type) => {
  for (const body of [undefined, null, 'text', [], { value: 'x' }, { messages: 'x' }])
    expect(refusal('x', status, body)).toMatchObject({ error_type, messages: [], status });
});

test('the challenge, which names the server, is not kept', () => {
  const error = refusal('x', 401, { error_type: 'UNAUTHENTICATED', messages: [], challenge: 'Basic realm="secret-realm"' });
  expect(JSON.stringify([error, error.message])).not.toContain('secret-realm');
});
