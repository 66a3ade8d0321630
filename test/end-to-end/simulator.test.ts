import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { DownloadEvent } from 'rx-content-library';
import { nodeHash, serve, type RunningServer } from 'rx-content-library/node';
import { createSimulator } from 'rx-content-library/simulator';
import { scaled } from '../support/soak.ts';
import { LARGE_FILE, sha256, sha256OfFile } from './disk.ts';
import { command, run } from './program.ts';
import { servedBytes } from './served-bytes.ts';

const user = { username: 'administrator@vsphere.local', password: 'secret' };

const size = scaled(LARGE_FILE);

describe('the command exports a large file from the simulator over HTTP', () => {
  const simulator = createSimulator({
    users: [user],
    createHash: nodeHash,
    scenario: { preparation: { requested: 50, preparing: 400 } },
    inventory: {
      libraries: [
        {
          name: 'images',
          items: [{ name: 'big', id: 'item-1', contentVersion: '3', files: [{ name: 'disk.vmdk', size }] }],
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
    'in the dialect %s, byte for byte, with all events, and leaves no session',
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
      expect([received[0], received.at(-1)]).toEqual([0, size]);
      const path = join(destination, 'disk.vmdk');
      const digest = await sha256OfFile(path);
      expect(digest).toBe(await sha256(servedBytes(simulator, user, 'big', 'disk.vmdk')));
      expect(events.at(-2)).toEqual({
        type: 'saved',
        file: 'disk.vmdk',
        bytes: size,
        path,
        checksum: { algorithm: 'SHA1', value: expect.stringMatching(/^[0-9a-f]{40}$/) },
        verified: 'checksum',
      });
      expect(events.at(-1)).toEqual({ type: 'closed', files: 1, failed: 0, bytes: size, duration: expect.any(Number) });

      expect(await readdir(destination)).toEqual(['disk.vmdk']);
      expect([simulator.sessions, simulator.apiSessions]).toEqual([[], 0]);
      expect(peak).toBeLessThan(200e6);
      await rm(destination, { recursive: true });
    },
    120_000,
  );
});
