/** Keep-alives over real sockets and with real timers, which virtual time and a simulated network only imitate. */

import { createHash } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { createDownloadSession, download, logout, prepareDownloadFile, vcenter } from 'rx-content-library';
import { nodeFetch, nodeHash, toDirectory, type Handler } from 'rx-content-library/node';
import { createSimulator } from 'rx-content-library/simulator';
import { lastValueFrom } from 'rxjs';
import { collect, collectValues } from '../support/collect.ts';
import { ofType } from '../support/events.ts';
import { preparedAtOnce, user } from '../support/simulated-vcenter.ts';
import { served } from './servers.ts';
import { contents, temporaryDirectory } from './temporary.ts';

const size = 4 * 1024 * 1024;
/** Milliseconds. */
const lease = 2000;
/** Half leases that pass on the server while it sends a file. */
const halfLeases = 7;

/** How much of a body arrives before it ends or errors. */
const lengthOf = async ({ body }: Response): Promise<number> => {
  let length = 0;
  try {
    for await (const bytes of body ?? []) length += bytes.byteLength;
  } catch {
    // It was cut off.
  }
  return length;
};

test('a lease of two seconds is kept over sockets while a file takes seven; without keep-alives, the file is cut off', async () => {
  // The server's time passes only with the bytes that it sends, so that the speed of this machine does not matter.
  let now = Date.now();
  const simulator = createSimulator({
    clock: { now: () => now },
    createHash: nodeHash,
    users: [user],
    inventory: { libraries: [{ name: 'l', items: [{ name: 'i', id: 'item-1', files: [{ name: 'disk.vmdk', size }] }] }] },
    scenario: { preparation: preparedAtOnce, leases: { downloadSession: lease } },
  });
  const keepAlives = new EventEmitter();
  let beforeHalfLease = async (): Promise<unknown> => undefined;
  const handler: Handler = async (request) => {
    const { pathname, search } = new URL(request.url);
    const response = await simulator.fetch(request);
    if (search.includes('action=keep-alive')) keepAlives.emit('received');
    if (response.body === null || !pathname.startsWith('/cls/')) return response;
    let sent = 0;
    let passed = 0;
    const paced = new TransformStream<Uint8Array, Uint8Array>({
      transform: async (bytes, controller) => {
        sent += bytes.byteLength;
        for (; passed < Math.floor((halfLeases * sent) / size); passed += 1) {
          await beforeHalfLease();
          now += lease / 2;
        }
        controller.enqueue(bytes);
      },
    });
    return new Response(response.body.pipeThrough(paced), response);
  };
  const { url: server } = await served(handler);
  const vc = vcenter({ server, credentials: user, fetch: nodeFetch() });
  const directory = await temporaryDirectory();

  // Reads without any keep-alive.
  const session = await lastValueFrom(createDownloadSession(vc, 'item-1'));
  const { download_endpoint } = await lastValueFrom(prepareDownloadFile(vc, session, 'disk.vmdk'));
  expect(await lengthOf(await fetch(download_endpoint?.uri ?? ''))).toBeLessThan(size / 2);

  beforeHalfLease = () => once(keepAlives, 'received');
  const { values, error } = await collect(download(vc, 'item-1', toDirectory(directory)));
  await collectValues(logout(vc));

  expect(error).toBeUndefined();
  // Nothing was retried or restarted.
  expect(ofType(values, 'retrying')).toEqual([]);
  const states = ofType(values, 'lease').map(({ state }) => state);
  expect(new Set(states)).toEqual(new Set(['extended']));
  expect(states.length).toBeGreaterThanOrEqual(halfLeases);
  // One more may be in flight when the file is complete.
  expect([0, 1]).toContain(simulator.count('content.library.item.DownloadSession.keep_alive') - states.length);
  expect(simulator.count('content.library.item.DownloadSession.create')).toBe(2);
  expect(ofType(values, 'saved')).toMatchObject([{ file: 'disk.vmdk', bytes: size, verified: 'checksum' }]);

  expect(Object.keys(await contents(directory))).toEqual(['disk.vmdk']);
  const found = createHash('sha1')
    .update(await readFile(join(directory, 'disk.vmdk')))
    .digest('hex');
  expect(ofType(values, 'saved')[0]?.checksum).toEqual({ algorithm: 'SHA1', value: found });
  expect([simulator.sessions, simulator.apiSessions]).toEqual([[], 0]);
});
