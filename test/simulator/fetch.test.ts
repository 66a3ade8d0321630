import { describe, expect, test } from '@jest/globals';
import { createSimulator } from 'rx-content-library/simulator';
import { basic, server, start, startDownload } from './call.ts';

const login = { method: 'POST', headers: { authorization: basic('administrator@vsphere.local', 'secret') } };

test('fetch can replace the global one, and works without its object', async () => {
  const { fetch } = createSimulator();
  const globalFetch: typeof globalThis.fetch = fetch;
  expect((await globalFetch(`${server}/api/session`, login)).status).toBe(201);
  expect((await globalFetch(new URL(`${server}/api/session`), login)).status).toBe(201);
  expect((await globalFetch(new Request(`${server}/api/session`, login))).status).toBe(201);
  expect((await globalFetch(new Request(`${server}/api/session`), login)).status).toBe(201);
  await expect(globalFetch('no address')).rejects.toThrow('no address');
});

test('every response has the date of the clock', async () => {
  const { advance, simulator } = await start('api');
  advance(61_000);
  const response = await simulator.fetch(`${server}/api/session`);
  expect(response.headers.get('date')).toBe('Mon, 01 Jan 2024 00:01:01 GMT');
});

test('requests are logged without secrets', async () => {
  const { linkOf, session, simulator, token } = await startDownload('rest', { files: [{ name: 'a b', content: 'x' }] });
  const link = await linkOf('a b');
  await simulator.fetch(link);
  expect(simulator.requests[0]).toEqual({
    method: 'POST',
    path: '/rest/com/vmware/cis/session',
    operation: 'cis.Session.create',
    dialect: 'rest',
    status: 200,
  });
  expect(simulator.requests.at(-2)).toEqual({
    method: 'POST',
    path: `/rest/com/vmware/content/library/item/downloadsession/file/id:${session}?~action=get`,
    operation: 'content.library.item.downloadsession.File.get',
    dialect: 'rest',
    status: 200,
  });
  expect(simulator.requests.at(-1)).toEqual({ method: 'GET', path: '/cls/data/*/a%20b', operation: 'data', status: 200 });
  const text = JSON.stringify(simulator);
  for (const secret of [token, 'secret', String(link.split('/')[5])]) expect(text).not.toContain(secret);
});

describe('an aborted request', () => {
  const reason = new Error('enough');

  test('is not logged if it was aborted before it was sent', async () => {
    const simulator = createSimulator();
    await expect(simulator.fetch(`${server}/api/session`, { ...login, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(simulator.requests).toEqual([]);
    expect(simulator.apiSessions).toBe(0);
  });

  test('rejects with the reason, whether it is a Request or not', async () => {
    const simulator = createSimulator();
    for (const wrap of [false, true]) {
      const controller = new AbortController();
      const init = { ...login, signal: controller.signal };
      const response = wrap
        ? simulator.fetch(new Request(`${server}/api/session`, init))
        : simulator.fetch(`${server}/api/session`, init);
      controller.abort(reason);
      await expect(response).rejects.toBe(reason);
    }
  });

  test('rejects while its body is being sent', async () => {
    const { simulator, token } = await start('api');
    const controller = new AbortController();
    const endless = new ReadableStream({ pull: () => new Promise(() => undefined) });
    const init = {
      method: 'POST',
      body: endless,
      duplex: 'half',
      headers: { 'vmware-api-session-id': token },
      signal: controller.signal,
    };
    const response = simulator.fetch(`${server}/api/content/library?action=find`, init);
    await Promise.resolve();
    controller.abort(reason);
    await expect(response).rejects.toBe(reason);
  });

  test('errors the response body with the reason', async () => {
    const { linkOf, simulator } = await startDownload('api', { files: [{ name: 'disk', size: 1_000_000 }] });
    const controller = new AbortController();
    const reader = (await simulator.fetch(await linkOf('disk'), { signal: controller.signal })).body?.getReader();
    await reader?.read();
    controller.abort(reason);
    await expect(reader?.read()).rejects.toBe(reason);
  });

  test('has no effect after the response, and a signal may be used for many requests', async () => {
    const simulator = createSimulator();
    const controller = new AbortController();
    for (let times = 0; times < 20; times += 1)
      await simulator.fetch(`${server}/api/session`, { ...login, signal: controller.signal });
    controller.abort(reason);
    expect(simulator.apiSessions).toBe(20);
  });
});
