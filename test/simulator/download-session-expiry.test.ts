import { describe, expect, test } from '@jest/globals';
import { dialects, startDownload, type Dialect } from './call.ts';

const minutes = 60_000;
const ds = 'content.library.item.DownloadSession';
const fileService = 'content.library.item.downloadsession.File';

const open = async (dialect: Dialect) => startDownload(dialect, { files: [{ name: 'disk.vmdk', size: 600_000 }] });

describe.each(dialects)('in /%s', (dialect) => {
  test('a session expires five minutes after the last activity, with its files and links', async () => {
    const { call, linkOf, advance, session, simulator } = await open(dialect);
    const link = await linkOf('disk.vmdk');
    advance(5 * minutes - 1);
    expect((await simulator.fetch(link)).status).toBe(200);
    advance(1);
    expect((await simulator.fetch(link)).status).toBe(404);
    expect(simulator.sessions).toEqual([]);
    expect((await call(`${ds}.get`, { session })).status).toBe(404);
    expect((await call(`${ds}.keep_alive`, { session })).status).toBe(404);
    expect((await call(`${ds}.cancel`, { session })).status).toBe(404);
    expect((await call(`${ds}.delete`, { session })).status).toBe(404);
    expect((await call(`${fileService}.list`, { session })).status).toBe(404);
    expect((await call(`${fileService}.get`, { session, file: 'disk.vmdk' })).status).toBe(404);
    expect((await call(`${fileService}.prepare`, { session, file: 'disk.vmdk' })).status).toBe(404);
    expect((await call(`${ds}.list`)).json).toEqual([]);
  });

  test.each([`${ds}.keep_alive`, `${ds}.get`, `${fileService}.prepare`, `${fileService}.list`, `${fileService}.get`])(
    '%s is activity',
    async (operation) => {
      const { call, advance, session } = await open(dialect);
      for (let times = 0; times < 3; times += 1) {
        advance(4 * minutes);
        const { status } = await call(operation, { session, file: operation.startsWith(fileService) ? 'disk.vmdk' : undefined });
        expect([200, 204]).toContain(status);
      }
      expect((await call(`${ds}.get`, { session })).json).toHaveProperty('expiration_time', '2024-01-01T00:17:00.000Z');
    },
  );

  test('listing the sessions and reading bytes is no activity', async () => {
    const { call, linkOf, advance, session, simulator } = await open(dialect);
    const link = await linkOf('disk.vmdk');
    advance(4 * minutes);
    await (await simulator.fetch(link)).arrayBuffer();
    await call(`${ds}.list`);
    advance(1 * minutes);
    expect((await call(`${ds}.get`, { session })).status).toBe(404);
  });

  test('a canceled session is removed, regardless of requests', async () => {
    const { call, advance, session, simulator } = await open(dialect);
    await call(`${ds}.cancel`, { session });
    advance(4 * minutes);
    expect((await call(`${ds}.get`, { session })).json).toHaveProperty('state', 'CANCELED');
    advance(1 * minutes);
    expect(simulator.sessions).toEqual([]);
  });

  test('both lifetimes of a download session can be set', async () => {
    const leases = { downloadSession: 20 * minutes, endedDownloadSession: 2 * minutes };
    const files = [{ name: 'disk.vmdk', size: 600_000 }];
    const { call, advance, session, simulator } = await startDownload(dialect, { files, scenario: { leases } });
    advance(20 * minutes - 1);
    expect((await call(`${ds}.get`, { session })).json).toHaveProperty('expiration_time', '2024-01-01T00:39:59.999Z');
    await call(`${ds}.fail`, { session, message: 'enough' });
    expect((await call(`${ds}.get`, { session })).json).toHaveProperty('expiration_time', '2024-01-01T00:21:59.999Z');
    advance(2 * minutes - 1);
    expect(simulator.sessions).toMatchObject([{ state: 'ERROR' }]);
    advance(1);
    expect(simulator.sessions).toEqual([]);
  });

  test.each(['cancel', 'fail', 'delete'])('%s ends the links', async (end) => {
    const { call, linkOf, session, simulator } = await open(dialect);
    const link = await linkOf('disk.vmdk');
    await call(`${ds}.${end}`, { session, message: 'enough' });
    expect((await simulator.fetch(link)).status).toBe(404);
  });

  test('a client token whose session has expired creates a new one', async () => {
    const { call, advance } = await open(dialect);
    const token = 'b8a2a2e3-2314-43cd-a871-6ede0f429751';
    const first = await call(`${ds}.create`, { item: 'item', token });
    advance(5 * minutes);
    const second = await call(`${ds}.create`, { item: 'item', token });
    expect(second.json).not.toBe(first.json);
  });

  test('a transfer ends early, without an error, when the session ends', async () => {
    const { linkOf, advance, simulator } = await open(dialect);
    const response = await simulator.fetch(await linkOf('disk.vmdk'));
    const reader = response.body?.getReader();
    const first = await reader?.read();
    expect(first?.value?.length).toBe(262_144);
    advance(5 * minutes);
    expect(await reader?.read()).toEqual({ done: true, value: undefined });
    expect(response.headers.get('content-length')).toBe('600000');
  });
});
