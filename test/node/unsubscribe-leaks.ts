/**
 * Subscribes and unsubscribes many times, and prints as JSON what remains in memory. `unsubscribe-leaks.test.ts` runs it as a program of its
 * own with `--expose-gc`: this is faster than in Jest, and shows that the process ends by itself.
 */

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { NEVER, of, type Observable } from 'rxjs';
import {
  preparation,
  preparations,
  vcenter,
  watchDownloadSession,
  type DownloadFileInfo,
  type VCenter,
} from 'rx-content-library';
import { scriptedVCenter } from '../support/scripted-vcenter.ts';
import { scaled } from '../support/soak.ts';

/** Rounds of the first stream, and of each other stream. */
const firstRounds = scaled({ test: 20_000, soak: 100_000 });
const rounds = 20_000;
const requests = 200;

const info: DownloadFileInfo = { name: 'disk.vmdk', status: 'PREPARING', bytes_transferred: 0 };
const answers = (answer: Observable<unknown>): VCenter =>
  scriptedVCenter({
    'content.library.item.DownloadSession.get': () => of({ library_item_id: 'item', state: 'ACTIVE' }),
    'content.library.item.downloadsession.File.list': () => answer,
    'content.library.item.downloadsession.File.get': () => answer,
    'content.library.item.downloadsession.File.prepare': () => answer,
  });
const [answering, silent] = [answers(of([info])), answers(NEVER)];

const streams: Readonly<Record<string, (round: number) => Observable<unknown>>> = {
  'a session, with a tick to come': () => watchDownloadSession(answering, 'session'),
  'ever other sessions': (round) => watchDownloadSession(answering, `session-${round}`),
  'a session, with a poll in flight': () => watchDownloadSession(silent, 'session', { onRetry: () => undefined }),
  'a preparation, with a request in flight': () => preparation(silent, 'session', 'disk.vmdk', { patience: 60_000 }),
  'preparations, with a tick to come': () => preparations(answering, 'session', undefined, { patience: 60_000, period: 1000 }),
};

const resources = (kind: string): number => process.getActiveResourcesInfo().filter((name) => name === kind).length;

/** Bytes in use, when all that can be forgotten is: what a turn has looked at is kept to its end. */
const heap = async (): Promise<number> => {
  for (let turn = 0; turn < 4; turn += 1) {
    await setImmediate();
    globalThis.gc?.();
  }
  return process.memoryUsage().heapUsed;
};

/** Parts that the rounds of a stream are looked at in: what is left behind is left in each, what the compiler makes for itself is not. */
const parts = 5;

const leftBy = async (make: (round: number) => Observable<unknown>, rounds: number) => {
  const round = (index: number): void => make(index).subscribe().unsubscribe();
  for (let index = 0; index < 2000; index += 1) round(index);
  const timersBefore = resources('Timeout');
  const grown: number[] = [];
  for (let part = 0; part < parts; part += 1) {
    const before = await heap();
    for (let index = 0; index < rounds / parts; index += 1) round((part * rounds) / parts + index);
    grown.push((await heap()) - before);
  }
  const median = grown.sort((one, other) => one - other)[Math.floor(parts / 2)] ?? NaN;
  return { rounds, bytes: median * parts, timers: resources('Timeout') - timersBefore };
};

const left = [];
for (const [stream, make] of Object.entries(streams))
  left.push({ stream, ...(await leftBy(make, left.length === 0 ? firstRounds : rounds)) });

/** A server that lets everybody in and then says nothing. */
const server = createServer((request, response) => {
  if (request.url === '/api/session') response.writeHead(201, { 'content-type': 'application/json' }).end('"session-id"');
}).listen(0, '127.0.0.1');
await once(server, 'listening');
const { port } = server.address() as AddressInfo;
const vc = vcenter({ server: `http://127.0.0.1:${port}`, credentials: { username: 'user', password: 'secret' }, dialect: 'api' });

let aborted = 0;
for (let round = 0; round < requests; round += 1) {
  const asked = once(server, 'request');
  const watching = watchDownloadSession(vc, 'session').subscribe();
  let [request] = (await asked) as [{ url: string; socket: NodeJS.EventEmitter }];
  if (request.url === '/api/session') [request] = (await once(server, 'request')) as [typeof request];
  const closed = once(request.socket, 'close');
  watching.unsubscribe();
  await closed;
  aborted += 1;
}
server.closeIdleConnections();
server.close();
await once(server, 'close');

// Our ends of the connections hear of it a few turns later.
for (let turn = 0; turn < 1000 && resources('TCPSocketWrap') > 0; turn += 1) await setImmediate();

console.log(JSON.stringify({ left, aborted, sockets: resources('TCPSocketWrap'), timers: resources('Timeout') }));
