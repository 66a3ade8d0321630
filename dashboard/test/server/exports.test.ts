/** Exports into a directory of the server: events, commands, closed tabs, names, and what stays on the vCenter. */

import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, test } from 'node:test';
import { toFolderName } from '../../server/export-directory.ts';
import type { ExportRow, ExportsState } from '../../shared/exports.ts';
import { readEvents, type Events } from './browser.ts';
import { start, user, type Running, type RunningOptions } from './running.ts';

const closings: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closings.splice(0).reverse()) await close();
});

const open = async ({ dashboard, ...options }: RunningOptions = {}) => {
  const directory = mkdtempSync(join(tmpdir(), 'dashboard-exports-'));
  closings.push(() => rmSync(directory, { recursive: true, force: true }));
  const running = await start({ dashboard: { directory, ...dashboard }, ...options });
  let isOpen = true;
  const close = async (): Promise<void> => {
    if (isOpen) await running.close();
    isOpen = false;
  };
  closings.push(close);
  return { ...running, directory, close };
};

const listen = async (running: Running, cookie: string, headers: Readonly<Record<string, string>> = {}): Promise<Events> => {
  const events = await readEvents(`${running.origin}/exports/events`, { cookie, ...headers });
  closings.push(events.close);
  return events;
};

const add = async ({ send }: Running, cookie: string, body: unknown = { itemId: 'item-1' }) => {
  const { status, text } = await send('/exports', { method: 'POST', headers: { cookie }, body });
  return { status, ...(JSON.parse(text) as { id?: string; message?: string }) };
};
const hasStatus = (status: ExportRow['status']) => (state: ExportsState) => state.rows.some((row) => row.status === status);

test('an export is saved into a folder of its library and item, and nothing stays on the vCenter', async () => {
  const running = await open();
  const cookie = await running.logIn();
  const events = await listen(running, cookie);
  assert.equal(events.response.headers.get('content-type'), 'text/event-stream');
  const { status, id } = await add(running, cookie);
  assert.equal(status, 201);
  const { rows, totals } = await events.until(hasStatus('saved'));
  const path = join(running.directory, 'templates', 'debian');
  assert.deepEqual(
    rows.map((row) => [row.id, row.itemName, row.path, row.progress?.received]),
    [[id, 'debian', path, 300_011]],
  );
  assert.deepEqual(totals.counts, { waiting: 0, running: 0, paused: 0, saved: 1, failed: 0, cancelled: 0 });
  assert.deepEqual(readdirSync(path).sort(), ['debian.ovf', 'disk 100% #1.vmdk']);
  assert.equal(readFileSync(join(path, 'debian.ovf'), 'utf8'), '<Envelope/>');
  assert.deepEqual(running.simulator.sessions, []);
});

test('some files of an item only', async () => {
  const running = await open();
  const cookie = await running.logIn();
  const events = await listen(running, cookie);
  await add(running, cookie, { itemId: 'item-1', files: ['debian.ovf'] });
  await events.until(hasStatus('saved'));
  assert.deepEqual(readdirSync(join(running.directory, 'templates', 'debian')), ['debian.ovf']);
});

test('the first event is the whole state, also after Last-Event-ID, and the next ones are changes', async () => {
  const running = await open();
  const cookie = await running.logIn();
  const first = await listen(running, cookie);
  await add(running, cookie);
  await first.until(hasStatus('saved'));
  assert.deepEqual([...new Set(first.events.map(({ event }) => event))], ['state', 'changes']);
  assert.equal(first.events[0]?.event, 'state');
  const lastId = first.events.at(-1)?.id ?? '';
  const again = await listen(running, cookie, { 'last-event-id': lastId });
  const state = await again.until(() => true);
  assert.deepEqual(again.events, [{ event: 'state', id: lastId, data: state }]);
  assert.equal(state.rows.length, 1);
});

test('several browsers cause the requests of one', async () => {
  const countRequests = async (browsers: number): Promise<number> => {
    const running = await open();
    const cookie = await running.logIn();
    const all = await Promise.all(Array.from({ length: browsers }, () => listen(running, cookie)));
    const before = running.reached.length;
    await add(running, cookie, { itemId: 'item-1', files: ['debian.ovf'] });
    const states = await Promise.all(all.map(({ until }) => until(hasStatus('saved'))));
    assert.equal(new Set(states.map((state) => JSON.stringify(state))).size, 1);
    return running.reached.slice(before).filter(({ url }) => !url.includes('/file')).length;
  };
  assert.equal(await countRequests(5), await countRequests(1));
});

test('an export goes on when the tab is closed, and when the user has logged out', async () => {
  const scenario = { preparation: { requested: 0, preparing: 400 } };
  const running = await open({ simulator: { scenario } });
  const cookie = await running.logIn();
  const tab = await listen(running, cookie);
  await add(running, cookie);
  await tab.until(hasStatus('running'));
  await tab.close();
  await running.send('/logout', { method: 'POST', headers: { cookie } });
  assert.equal((await running.send('/exports/events', { headers: { cookie } })).status, 401);
  const again = await running.logIn();
  const { rows } = await (await listen(running, again)).until(hasStatus('saved'));
  assert.equal(rows.length, 1);
});

test('a cancelled export leaves no download session, and can be retried', async () => {
  const running = await open({ simulator: { scenario: { preparation: { requested: 0, preparing: 600 } } } });
  const cookie = await running.logIn();
  const headers = { cookie };
  const events = await listen(running, cookie);
  const { id = '' } = await add(running, cookie);
  await events.until(({ rows }) => rows[0]?.progress !== undefined);
  const act = async (path: string, method = 'POST') => (await running.send(`/exports/${path}`, { method, headers })).status;
  assert.equal(await act(`${id}/resume`), 409);
  assert.equal(await act(id, 'DELETE'), 409);
  assert.equal(await act(`${id}/pause`), 204);
  await events.until(hasStatus('paused'));
  assert.equal(await act(`${id}/resume`), 204);
  await events.until(hasStatus('running'));
  assert.equal(await act(`${id}/cancel`), 204);
  await events.until(hasStatus('cancelled'));
  assert.equal(await act(`${id}/retry`), 204);
  await events.until(hasStatus('saved'));
  assert.equal(await act(id, 'DELETE'), 204);
  await events.until(({ rows }) => rows.length === 0);
  assert.equal(await act('unknown/cancel'), 409);
  await running.close();
  assert.deepEqual(running.simulator.sessions, []);
  assert.equal(running.simulator.apiSessions, 0);
});

test('closing the server deletes the download sessions of running exports, ends the events, and logs out', async () => {
  const running = await open({ simulator: { scenario: { preparation: { requested: 0, preparing: 60_000 } } } });
  const cookie = await running.logIn();
  const events = await listen(running, cookie);
  await add(running, cookie);
  await events.until(({ rows }) => rows[0]?.progress !== undefined);
  assert.equal(running.simulator.sessions.length, 1);
  await running.close();
  await events.ended;
  assert.deepEqual(running.simulator.sessions, []);
  assert.equal(running.simulator.apiSessions, 0);
});

test('a failed export states the message of the vCenter', async () => {
  const preparation = {
    outcome: 'ERROR',
    message: { id: 'disk.full', default_message: 'No space left on the datastore', args: [] },
  } as const;
  const running = await open({ simulator: { scenario: { preparation } } });
  const cookie = await running.logIn();
  const events = await listen(running, cookie);
  await add(running, cookie);
  const { rows } = await events.until(hasStatus('failed'));
  assert.equal(rows[0]?.error?._tag, 'PreparationError');
  assert.match(rows[0].error.message, /No space left on the datastore/);
});

test('a login that has ended fails the export, which goes on after the next login', async () => {
  const running = await open({ simulator: { scenario: { preparation: { requested: 0, preparing: 1000 } } } });
  const cookie = await running.logIn();
  const events = await listen(running, cookie);
  const { id = '' } = await add(running, cookie);
  await events.until(({ rows }) => rows[0]?.progress !== undefined);
  await running.endSessions();
  const { rows } = await events.until(hasStatus('failed'));
  assert.equal(rows[0]?.error?._tag, 'AuthenticationError');
  const again = await running.logIn();
  assert.equal((await running.send(`/exports/${id}/retry`, { method: 'POST', headers: { cookie: again } })).status, 204);
  await (await listen(running, again)).until(hasStatus('saved'));
});

test('refuses exports of unknown items, of invalid requests, and without a login', async () => {
  const running = await open();
  assert.equal((await add(running, '')).status, 401);
  const cookie = await running.logIn();
  assert.equal((await add(running, cookie, { itemId: 'unknown' })).status, 404);
  for (const body of [
    '',
    '{}',
    { itemId: '../session' },
    { itemId: 'item-1', files: 'all' },
    { itemId: 'item-1', files: [] },
    { itemId: 7 },
  ])
    assert.equal((await add(running, cookie, body)).status, 400);
});

test('without --directory there are no exports on the server', async () => {
  const running = await open({ dashboard: { directory: undefined } });
  const cookie = await running.logIn({ ...user });
  assert.equal((await running.send('/exports/events', { headers: { cookie } })).status, 404);
});

for (const name of [
  '..',
  '.',
  '',
  '/etc',
  '../../etc',
  'a/b',
  'a\\b',
  'C:',
  'con',
  'a\0b',
  '...',
  'name. ',
  'NUL.txt',
  'x'.repeat(500),
])
  test(`the folder of an item named ${JSON.stringify(name.slice(0, 20))} is one folder below its library`, () => {
    const folder = toFolderName(name);
    assert.equal(join('/exports', folder, 'x'), `/exports/${folder}/x`);
    assert.match(folder, /^[^/\\:\0]{1,120}$/);
    assert.ok(!['.', '..'].includes(folder));
  });

const slowSimulator = { scenario: { preparation: { requested: 0, preparing: 0 }, data: { bytesPerSecond: 100_000 } } };
const receivedBytes = ({ rows }: ExportsState): number => rows[0]?.progress?.received ?? 0;

test('a restart of the server continues the exports of its users after the bytes that they have', async () => {
  const first = await open({ simulator: slowSimulator });
  const cookie = await first.logIn();
  const events = await listen(first, cookie);
  await add(first, cookie);
  await events.until((state) => receivedBytes(state) > 50_000);
  await events.close();
  await first.close();
  const second = await open({ dashboard: { directory: first.directory } });
  const { rows, totals } = await (await listen(second, await second.logIn())).until(hasStatus('saved'));
  assert.equal(totals.counts.saved, 1);
  assert.equal(rows[0]?.progress?.received, 300_011);
  const data = second.simulator.requests.filter(({ operation }) => operation === 'data');
  assert.deepEqual(
    data.map(({ status }) => status),
    [206],
  );
  const whole = await open();
  const other = await whole.logIn();
  const all = await listen(whole, other);
  await add(whole, other);
  await all.until(hasStatus('saved'));
  const disk = (directory: string): Buffer => readFileSync(join(directory, 'templates', 'debian', 'disk 100% #1.vmdk'));
  assert.ok(disk(first.directory).equals(disk(whole.directory)));
});

test('a list of exports that cannot be read is replaced by an empty one, and another user has another list', async () => {
  const first = await open();
  const cookie = await first.logIn();
  const events = await listen(first, cookie);
  await add(first, cookie);
  await events.until(hasStatus('saved'));
  await events.close();
  await first.close();
  const folder = join(first.directory, '.content-library-dashboard');
  const [file = ''] = readdirSync(folder);
  const list = readFileSync(join(folder, file), 'utf8');
  assert.equal(list.includes(user.password), false);
  const rowsAfter = async (content: string, username: string): Promise<number> => {
    writeFileSync(join(folder, file), content);
    const another = { ...user, username };
    const running = await open({ dashboard: { directory: first.directory }, simulator: { users: [another] } });
    const { rows } = await (await listen(running, await running.logIn(another))).until(() => true);
    await running.close();
    return rows.length;
  };
  assert.equal(await rowsAfter(list, user.username), 1);
  assert.equal(await rowsAfter(list, 'another@vsphere.local'), 0);
  assert.equal(await rowsAfter('{"v":2}', user.username), 0);
  assert.equal(await rowsAfter('', user.username), 0);
});
