import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DownloadEvent } from 'rx-content-library';
import { nodeHash, serve, type RunningServer } from 'rx-content-library/node';
import { createSimulator } from 'rx-content-library/simulator';
import { gibibyte, sha256, sha256OfFile } from './disk.ts';
import { command, run } from './program.ts';

const user = { username: 'administrator@vsphere.local', password: 'secret' };

describe('1 GiB out of the simulator, over HTTP, by the command', () => {
  const simulator = createSimulator({
    users: [user],
    createHash: nodeHash,
    scenario: { preparation: { requested: 50, preparing: 400 } },
    inventory: {
      libraries: [
        {
          name: 'images',
          items: [{ name: 'big', id: 'item-1', contentVersion: '3', files: [{ name: 'disk.vmdk', size: gibibyte }] }],
        },
      ],
    },
  });
  let server: RunningServer;
  let folder: string;

  beforeAll(async () => {
    server = await serve(simulator.fetch);
    folder = await mkdtemp(join(tmpdir(), 'rx-content-library-'));
    await run(command, ['--help'], {});
  });
  afterAll(async () => {
    await server.close();
    await rm(folder, { recursive: true, force: true });
  });

  test.each(['api', 'rest'] as const)(
    'in the dialect %s: the same bytes, the events of the contract, nothing left behind',
    async (dialect) => {
      const destination = join(folder, dialect);
      const env = { VCENTER_URL: server.url, VCENTER_USERNAME: user.username, VCENTER_PASSWORD: user.password };
      const { code, stdout, stderr, peak } = await run(
        command,
        ['export', 'images/big', destination, '--dialect', dialect, '--json'],
        env,
      );
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });

      const events = stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as DownloadEvent);
      expect(events[0]).toEqual({
        type: 'opened',
        itemId: 'item-1',
        itemName: 'big',
        dialect,
        strategy: 'session',
        downloadSessionId: expect.any(String),
        contentVersion: '3',
        files: [{ name: 'disk.vmdk' }],
      });
      const statuses = events.flatMap((event) => (event.type === 'status' ? [event.status] : []));
      expect([...new Set(statuses)]).toEqual(['PREPARE_REQUESTED', 'PREPARING', 'PREPARED']);
      const received = events.flatMap((event) => (event.type === 'progress' ? [event.received] : []));
      expect(received).toEqual([...received].sort((a, b) => a - b));
      expect([received[0], received.at(-1)]).toEqual([0, gibibyte]);
      const path = join(destination, 'disk.vmdk');
      const isThere = await sha256OfFile(path);
      expect(isThere).toBe(await sha256(bytesAsTheServerHasThem()));
      expect(events.at(-2)).toEqual({
        type: 'saved',
        file: 'disk.vmdk',
        bytes: gibibyte,
        path,
        checksum: { algorithm: 'SHA1', value: expect.stringMatching(/^[0-9a-f]{40}$/) },
        sha256: isThere,
        verified: 'checksum',
      });
      expect(events.at(-1)).toEqual({ type: 'closed', files: 1, failed: 0, bytes: gibibyte, duration: expect.any(Number) });

      expect(await readdir(destination)).toEqual(['disk.vmdk']);
      expect([simulator.sessions, simulator.apiSessions]).toEqual([[], 0]);
      expect(peak).toBeLessThan(200e6);
      await rm(destination, { recursive: true });
    },
    120_000,
  );

  /** Straight from the simulator, without any of our client. */
  async function* bytesAsTheServerHasThem(): AsyncGenerator<Uint8Array> {
    const ask = async (path: string, method: string, body?: unknown): Promise<Response> =>
      simulator.fetch(`https://vcenter.example.com${path}`, {
        method,
        headers: { 'vmware-api-session-id': session, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    const login = await simulator.fetch('https://vcenter.example.com/api/session', {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(`${user.username}:${user.password}`)}` },
    });
    const session = (await login.json()) as string;
    const base = '/api/content/library/item/download-session';
    const id = (await (await ask(base, 'POST', { library_item_id: 'item-1' })).json()) as string;
    await ask(`${base}/${id}/file?action=prepare`, 'POST', { file_name: 'disk.vmdk' });
    let uri: string | undefined;
    while (uri === undefined) {
      const info = (await (await ask(`${base}/${id}/file?file_name=disk.vmdk`, 'GET')).json()) as {
        download_endpoint?: { uri: string };
      };
      uri = info.download_endpoint?.uri;
    }
    yield* (await simulator.fetch(uri)).body ?? [];
    await ask(`${base}/${id}`, 'DELETE');
    await ask('/api/session', 'DELETE');
  }
});
