import { expect, test } from '@jest/globals';
import { buildRequest } from '#src/http/operation.js';

test('fills and encodes the path and the query', () => {
  const route = { route: 'GET /api/item/{id}/file?name={name}' };
  expect(buildRequest(route, { id: 'a b/c', name: 'disk #1 %ä?&=.vmdk' })).toEqual({
    method: 'GET',
    path: '/api/item/a%20b%2Fc/file?name=disk%20%231%20%25%C3%A4%3F%26%3D.vmdk',
    body: undefined,
    headers: {},
  });
});

test('keeps the colon of identifiers', () => {
  expect(buildRequest({ route: 'GET /rest/session/id:{id}' }, { id: '3beb707a:90a55320' }).path).toBe(
    '/rest/session/id:3beb707a:90a55320',
  );
});

test('omits query parameters that are not set, and the question mark if there are none', () => {
  const route = { route: 'GET /api/session?item={item}' };
  expect(buildRequest(route, {}).path).toBe('/api/session');
  expect(buildRequest(route, { item: 'i' }).path).toBe('/api/session?item=i');
  expect(buildRequest({ route: 'POST /rest/x?~action=get&item={item}' }, {}).path).toBe('/rest/x?~action=get');
});

test.each(['', '.', '..', undefined])('rejects the identifier %j, which would change the path', (id) => {
  expect(() => buildRequest({ route: 'DELETE /api/session/{id}' }, { id })).toThrow(TypeError);
});
