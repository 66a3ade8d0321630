/**
 * Subscribes and unsubscribes many times, and prints as JSON what remains in memory. `unsubscribe-leaks.test.ts` runs it as a program of its
 * own with `--expose-gc`: this is faster than in Jest, and shows that the process ends by itself.
 */

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import {
  preparation,
  preparations,
  vcenter,
  watchDownloadSession,
  type DownloadFileInfo,
  type VCenter,
} from 'rx-content-library';
import { NEVER, of, type Observable } from 'rxjs';
import { scriptedVCenter } from '../support/scripted-vcenter.ts';
import { scaled } from '../support/soak.ts';

/** Rounds of the first stream, and of each other stream. */
const firstRounds = scaled({ test: 20_000, soak: 100_000 });
const rounds = 20_000;
const requests = 200;

const info: DownloadFileInfo = { name: 'disk.vmdk', status: 'PREPARING', bytes_transferred: 0 };
const respondWith = (response: Observable<unknown>): VCenter =>
  scriptedVCenter({
    'content.library.item.DownloadSession.get': () => of({ library_item_id: 'item', state: 'ACTIVE' }),
    'content.library.item.downloadsession.File.list': () => response,
    'content.library.item.downloadsession.File.get': () => response,
    'content.library.item.downloadsession.File.prepare': () => response,
  });
const [responsive, silent] = [respondWith(of([info])), respondWith(NEVER)];

const streams: Readonly<Record<string, (round: number) => Observable<unknown>>> = {
  'a session, with a pending timer': () => watchDownloadSession(responsive, 'session'),
  'a new session each time': (round) => watchDownloadSession(responsive, `session-${round}`),
  'a session, with a poll in flight': () => watchDownloadSession(silent, 'session', { onRetry: () => undefined }),
  'a preparation, with a request in flight': () => preparation(silent, 'session', 'disk.vmdk', { patience: 60_000 }),
  'preparations, with a pending timer': () => preparations(responsive, 'session', undefined, { patience: 60_000, period: 1000 }),
};

const resources = (kind: string): number => process.getActiveResourcesInfo().filter((name) => name === kind).length;

/** Bytes in use after garbage collection; objects used in a turn of the event loop are kept until its end. */
const heap = async (): Promise<number> => {
  for (let turn = 0; turn < 4; turn += 1) {
    await setImmediate();
    globalThis.gc?.();
  }
  return process.memoryUsage().heapUsed;
};

/** Measured separately: a leak grows in each part. The compiler's own memory grows in a few of them, on a busy machine also in most. */
const parts = 7;

const measure = async (create: (round: number) => Observable<unknown>, rounds: number) => {
  const round = (index: number): void => create(index).subscribe().unsubscribe();
  for (let index = 0; index < 2000; index += 1) round(index);
  const timersBefore = resources('Timeout');
  const grown: number[] = [];
  for (let part = 0; part < parts; part += 1) {
    const before = await heap();
    for (let index = 0; index < rounds / parts; index += 1) round((part * rounds) / parts + index);
    grown.push((await heap()) - before);
  }
  // The smallest one may be too small, because it freed what the part before it had left.
  const [, secondSmallest = NaN] = grown.sort((one, other) => one - other);
  return { rounds, bytes: secondSmallest * parts, timers: resources('Timeout') - timersBefore };
};

const left = [];
for (const [stream, create] of Object.entries(streams))
  left.push({ stream, ...(await measure(create, left.length === 0 ? firstRounds : rounds)) });

/** A server that accepts every login and never responds to anything else. */
const server = createServer((request, response) => {
  if (request.url === '/api/session') response.writeHead(201, { 'content-type': 'application/json' }).end('"session-id"');
}).listen(0, '127.0.0.1');
await once(server, 'listening');
const { port } = server.address() as AddressInfo;
const vc = vcenter({ server: `http://127.0.0.1:${port}`, credentials: { username: 'user', password: 'secret' }, dialect: 'api' });

let aborted = 0;
for (let round = 0; round < requests; round += 1) {
  const requested = once(server, 'request');
  const subscription = watchDownloadSession(vc, 'session').subscribe();
  let [request] = (await requested) as [{ url: string; socket: NodeJS.EventEmitter }];
  if (request.url === '/api/session') [request] = (await once(server, 'request')) as [typeof request];
  const closed = once(request.socket, 'close');
  subscription.unsubscribe();
  await closed;
  aborted += 1;
}
server.closeIdleConnections();
server.close();
await once(server, 'close');

// The client's sockets close a few turns of the event loop later.
for (let turn = 0; turn < 1000 && resources('TCPSocketWrap') > 0; turn += 1) await setImmediate();

console.log(JSON.stringify({ left, aborted, sockets: resources('TCPSocketWrap'), timers: resources('Timeout') }));
