/** Lists that other clients read, and that are empty here. */

import { expect, test } from '@jest/globals';
import { dialects, inventory, parseResponse, server, start, type Dialect } from './call.ts';

const paths = {
  api: {
    updateSessions: '/api/content/library/item/update-session',
    updateSession: '/api/content/library/item/update-session/none',
    subscriptions: (library: string) => `/api/content/library/${library}/subscriptions`,
  },
  rest: {
    updateSessions: '/rest/com/vmware/content/library/item/update-session',
    updateSession: '/rest/com/vmware/content/library/item/update-session/id:none',
    subscriptions: (library: string) => `/rest/com/vmware/content/library/subscriptions?library=${library}`,
  },
};

const open = async (dialect: Dialect) => {
  const { simulator, token } = await start(dialect, { inventory });
  return async (path: string) => {
    const headers = { 'vmware-api-session-id': token };
    const { status, json } = await parseResponse(await simulator.fetch(`${server}${path}`, { headers }), dialect);
    return { status, json };
  };
};

test.each(dialects)('in /%s, update sessions are an empty list, of all items or of one', async (dialect) => {
  const get = await open(dialect);
  const { updateSession, updateSessions } = paths[dialect];
  expect(await get(updateSessions)).toEqual({ status: 200, json: [] });
  expect(await get(`${updateSessions}?library_item_id=item-1`)).toEqual({ status: 200, json: [] });
  expect((await get(`${updateSessions}?library_item_id=none`)).status).toBe(404);
  expect((await get(updateSession)).status).toBe(404);
});

test.each(dialects)('in /%s, a local library has no subscribers; a subscribed one cannot have any', async (dialect) => {
  const get = await open(dialect);
  const { subscriptions } = paths[dialect];
  expect(await get(subscriptions('lib-1'))).toEqual({ status: 200, json: [] });
  expect((await get(subscriptions('lib-2'))).status).toBe(400);
  expect((await get(subscriptions('none'))).status).toBe(404);
});
