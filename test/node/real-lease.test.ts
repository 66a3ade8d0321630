/** A lease in real seconds, which virtual time and a simulated network only look like: some seven of them. */

import { expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { lastValueFrom } from 'rxjs';
import { createDownloadSession, download, logout, prepareDownloadFile, vcenter } from 'rx-content-library';
import { nodeFetch, nodeHash, toDirectory, type Handler } from 'rx-content-library/node';
import { createSimulator } from 'rx-content-library/simulator';
import { ofType } from '../support/events.ts';
import { collectValues, collect } from '../support/collect.ts';
import { preparedAtOnce, user } from '../support/simulated-vcenter.ts';
import { served } from './servers.ts';
import { contents, temporaryDirectory } from './temporary.ts';

const size = 4 * 1024 * 1024;
const lease = 2000;

/** Milliseconds that a body takes: three leases and a half. */
const taken = 3.5 * lease;

/** A server that sends every file's bytes evenly, for that long. */
const slowly =
  (handler: Handler): Handler =>
  async (request) => {
    const answer = await handler(request);
    if (answer.body === null || !new URL(request.url).pathname.startsWith('/cls/')) return answer;
    const evenly = new TransformStream<Uint8Array, Uint8Array>({
      transform: async (bytes, controller) => {
        await new Promise((resolve) => setTimeout(resolve, (taken * bytes.byteLength) / size));
        controller.enqueue(bytes);
      },
    });
    return new Response(answer.body.pipeThrough(evenly), answer);
  };

/** How much of a body comes before it ends, however it ends. */
const lengthOf = async ({ body }: Response): Promise<number> => {
  let length = 0;
  try {
    for await (const bytes of body ?? []) length += bytes.byteLength;
  } catch {
    // It has broken off.
  }
  return length;
};

test('a lease of two seconds is kept over sockets while a file takes seven; without it, the file breaks off', async () => {
  const simulator = createSimulator({
    createHash: nodeHash,
    users: [user],
    inventory: { libraries: [{ name: 'l', items: [{ name: 'i', id: 'item-1', files: [{ name: 'disk.vmdk', size }] }] }] },
    scenario: { preparation: preparedAtOnce, leases: { downloadSession: lease } },
  });
  const { url: server } = await served(slowly(simulator.fetch));
  const vc = vcenter({ server, credentials: user, fetch: nodeFetch() });
  const directory = await temporaryDirectory();

  // Somebody who opens a session and reads, and does no more than that.
  const careless = async (): Promise<number> => {
    const session = await lastValueFrom(createDownloadSession(vc, 'item-1'));
    const { download_endpoint } = await lastValueFrom(prepareDownloadFile(vc, session, 'disk.vmdk'));
    return lengthOf(await fetch(download_endpoint?.uri ?? ''));
  };
  const [{ values, error }, without] = await Promise.all([collect(download(vc, 'item-1', toDirectory(directory))), careless()]);
  await collectValues(logout(vc));

  expect(error).toBeUndefined();
  expect(without).toBeLessThan(size / 2);
  // Nothing was lost, tried again or started over.
  expect(ofType(values, 'retrying')).toEqual([]);
  const states = ofType(values, 'lease').map(({ state }) => state);
  expect(new Set(states)).toEqual(new Set(['extended']));
  // A file of three leases and a half cannot come with fewer.
  expect(states.length).toBeGreaterThanOrEqual(3);
  expect(simulator.count('content.library.item.DownloadSession.keep_alive')).toBe(states.length);
  expect(simulator.count('content.library.item.DownloadSession.create')).toBe(2);
  expect(ofType(values, 'saved')).toMatchObject([{ file: 'disk.vmdk', bytes: size, verified: 'checksum' }]);

  expect(Object.keys(await contents(directory))).toEqual(['disk.vmdk']);
  const found = createHash('sha1')
    .update(await readFile(join(directory, 'disk.vmdk')))
    .digest('hex');
  expect(ofType(values, 'saved')[0]?.checksum).toEqual({ algorithm: 'SHA1', value: found });
  expect([simulator.sessions, simulator.apiSessions]).toEqual([[], 0]);
});
