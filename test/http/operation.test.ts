import { expect, test } from '@jest/globals';
import { buildRequest } from '#src/http/operation.js';

test('fills the path and the query, encoded once', () => {
  const route = { route: 'GET /api/item/{id}/file?name={name}' };
  expect(buildRequest(route, { id: 'a b/c', name: 'disk #1 %ä?&=.vmdk' })).toEqual({
    method: 'GET',
    path: '/api/item/a%20b%2Fc/file?name=disk%20%231%20%25%C3%A4%3F%26%3D.vmdk',
    body: undefined,
    headers: {},
  });
});

test('identifiers keep their colon', () => {
  expect(buildRequest({ route: 'GET /rest/session/id:{id}' }, { id: '3beb707a:90a55320' }).path).toBe(
    '/rest/session/id:3beb707a:90a55320',
  );
});

test('a query field that is not set is left out, with its question mark if it is the only one', () => {
  const route = { route: 'GET /api/session?item={item}' };
  expect(buildRequest(route, {}).path).toBe('/api/session');
  expect(buildRequest(route, { item: 'i' }).path).toBe('/api/session?item=i');
  expect(buildRequest({ route: 'POST /rest/x?~action=get&item={item}' }, {}).path).toBe('/rest/x?~action=get');
});

test.each(['', '.', '..', undefined])('an identifier %j is refused: it would make another path', (id) => {
  expect(() => buildRequest({ route: 'DELETE /api/session/{id}' }, { id })).toThrow(TypeError);
});
