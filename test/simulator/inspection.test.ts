import { describe, expect, test } from '@jest/globals';
import type { SimulatedDownloadSession, SimulatedRequest } from 'rx-content-library/simulator';
import { callAs, logIn, startDownload } from './call.ts';

const ds = 'content.library.item.DownloadSession';
const fileService = 'content.library.item.downloadsession.File';

const files = [
  { name: 'disk.vmdk', size: 600_000 },
  { name: 'notes', content: 'hello' },
];

const opened = () => startDownload('api', { files });

test('a session has its item, owner, state, expiry and files', async () => {
  const { call, linkOf, session, simulator } = await opened();
  await (await simulator.fetch(await linkOf('disk.vmdk'))).arrayBuffer();
  await call(`${ds}.keep_alive`, { session, progress: 40 });
  expect(simulator.sessions).toEqual([
    {
      id: session,
      itemId: 'item',
      itemName: 'I',
      username: 'administrator@vsphere.local',
      state: 'ACTIVE',
      expiresAt: Date.UTC(2024, 0, 1, 0, 6),
      clientProgress: 40,
      files: [
        { name: 'disk.vmdk', size: 600_000, status: 'PREPARED', bytesTransferred: 600_000, bytesServed: 600_000 },
        { name: 'notes', size: 5, status: 'UNPREPARED', bytesTransferred: 0, bytesServed: 0 },
      ],
    },
  ]);
});

test('bytes are counted when they are served, in every request', async () => {
  const { linkOf, simulator } = await opened();
  const link = await linkOf('disk.vmdk');
  const reader = (await simulator.fetch(link)).body?.getReader();
  await reader?.read();
  await reader?.cancel();
  expect(simulator.bytesServed).toBe(262_144);
  await (await simulator.fetch(link)).arrayBuffer();
  expect(simulator.bytesServed).toBe(862_144);
  expect(simulator.sessions[0]?.files[0]?.bytesServed).toBe(862_144);
});

describe('sessions$', () => {
  test('emits the current sessions, then after every request that changed them', async () => {
    const { call, advance, session, simulator } = await opened();
    const seen: (readonly SimulatedDownloadSession[])[] = [];
    const subscription = simulator.sessions$.subscribe((sessions) => seen.push(sessions));
    expect(seen).toEqual([simulator.sessions]);

    await call(`${fileService}.prepare`, { session, file: 'notes' });
    expect(seen.at(-1)?.[0]?.files[1]?.status).toBe('PREPARE_REQUESTED');
    // Neither changes anything, because the clock does not advance.
    await call(`${fileService}.list`, { session });
    await call('content.Library.list');
    expect(seen).toHaveLength(2);

    advance(1000);
    expect(seen).toHaveLength(2);
    await call('content.Library.list');
    expect(seen.at(-1)?.[0]?.files[1]?.status).toBe('PREPARED');

    await call(`${ds}.delete`, { session });
    expect(seen).toHaveLength(4);
    expect(seen.at(-1)).toEqual([]);
    subscription.unsubscribe();
    await call(`${ds}.create`, { item: 'item' });
    expect(seen).toHaveLength(4);
  });

  test('emits an expired session after the next request', async () => {
    const { call, advance, simulator } = await opened();
    let seen: readonly SimulatedDownloadSession[] = [];
    simulator.sessions$.subscribe((sessions) => (seen = sessions));
    advance(5 * 60_000);
    expect(seen).toHaveLength(1);
    await call('content.Library.list');
    expect(seen).toEqual([]);
  });
});

test('requests$ emits every request from the subscription on, before the client receives the response', async () => {
  const { call, simulator } = await opened();
  const seen: SimulatedRequest[] = [];
  simulator.requests$.subscribe((request) => seen.push(request));
  expect(seen).toEqual([]);
  const count = call('content.Library.list').then(() => seen.length);
  expect(await count).toBe(1);
  expect(seen).toEqual([simulator.requests.at(-1)]);
  expect(seen).toMatchObject([{ operation: 'content.Library.list', status: 200 }]);
});

test('requests are counted by operation', async () => {
  const { call, linkOf, simulator } = await opened();
  await simulator.fetch(await linkOf('notes'));
  await simulator.fetch('https://vcenter.example.test/ui/');
  await call('content.Library.list');
  await call('content.Library.list');
  const operations = ['content.Library.list', 'content.Library.get', 'cis.Session.create', 'data', 'unknown'];
  expect(operations.map(simulator.count)).toEqual([2, 0, 1, 1, 1]);
  expect(simulator.count('*')).toBe(simulator.requests.length);
});

test('count throws for an unknown operation', async () => {
  const { simulator } = await opened();
  expect(() => simulator.count('content.Library.lits')).toThrow('There is no operation content.Library.lits.');
});

test('only the latest requests are logged, but all are counted', async () => {
  const { simulator } = await opened();
  const before = simulator.count('*');
  for (let times = before; times < 20_500; times += 1) await simulator.fetch('https://vcenter.example.test/ui/');
  expect(simulator.requests).toHaveLength(10_000);
  expect(simulator.count('*')).toBe(20_500);
});

describe('reset', () => {
  /** Runs a sequence of requests and returns everything that the simulator generated. */
  const runRequests = async ({ simulator, advance }: Awaited<ReturnType<typeof opened>>) => {
    const { json: token } = await logIn(simulator, 'api');
    const call = callAs(simulator, 'api', String(token));
    const { json: session } = await call(`${ds}.create`, { item: 'item' });
    await call(`${fileService}.prepare`, { session, file: 'notes' });
    advance(1000);
    const { json } = await call(`${fileService}.get`, { session, file: 'notes' });
    return { token, session, json, requests: simulator.requests, faults: (await call('content.Library.list')).status };
  };

  test('restores the initial state: the same ids, the same faults', async () => {
    const started = await startDownload('api', {
      files,
      scenario: { faults: [{ operation: 'content.Library.list', times: 1, status: 502, body: '' }] },
    });
    const { simulator } = started;
    simulator.reset();
    const first = await runRequests(started);
    expect(first.faults).toBe(502);
    simulator.reset();
    expect([simulator.sessions, simulator.apiSessions, simulator.requests]).toEqual([[], 0, []]);
    expect([simulator.count('*'), simulator.bytesServed]).toEqual([0, 0]);
    expect(await runRequests(started)).toEqual(first);
  });

  test('ends previous sessions and links', async () => {
    const { call, linkOf, simulator } = await opened();
    const link = await linkOf('notes');
    simulator.reset();
    expect((await call('content.Library.list')).status).toBe(401);
    expect((await simulator.fetch(link)).status).toBe(404);
  });

  test('aborts pending requests and bodies, and does not log them', async () => {
    const { linkOf, simulator, token } = await opened();
    const reader = (await simulator.fetch(await linkOf('disk.vmdk'))).body?.getReader();
    await reader?.read();
    const waiting = simulator.fetch('https://vcenter.example.test/api/content/library?action=find', {
      method: 'POST',
      body: new ReadableStream({ pull: () => new Promise(() => undefined) }),
      duplex: 'half',
      headers: { 'vmware-api-session-id': token, 'content-type': 'application/json' },
    } as RequestInit);
    simulator.reset();
    const ended = { name: 'AbortError', message: 'The simulator was reset.' };
    await expect(waiting).rejects.toMatchObject(ended);
    await expect(reader?.read()).rejects.toMatchObject(ended);
    expect(simulator.requests).toEqual([]);
  });

  test('keeps subscribers', async () => {
    const { simulator } = await opened();
    const seen: number[] = [];
    const requests: SimulatedRequest[] = [];
    simulator.sessions$.subscribe((sessions) => seen.push(sessions.length));
    simulator.requests$.subscribe((request) => requests.push(request));
    simulator.reset();
    await logIn(simulator, 'api');
    expect(seen).toEqual([1, 0]);
    expect(requests).toHaveLength(1);
  });
});

test('a serialized simulator contains no secret, even with subscribers', async () => {
  const { linkOf, simulator, token } = await opened();
  const link = await linkOf('notes');
  simulator.sessions$.subscribe(() => undefined);
  simulator.requests$.subscribe(() => undefined);
  const text = JSON.stringify(simulator);
  expect(text).toContain('disk.vmdk');
  for (const secret of [token, 'secret', String(link.split('/')[5])]) expect(text).not.toContain(secret);
});
