/** End to end against vcsim, govmomi's simulated vCenter: through the proxy, and into a directory of the server. */

import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { download, listItemFiles, vcenter, type Sink } from 'rx-content-library';
import { lastValueFrom, toArray } from 'rxjs';
import { startVcsim, vcsimMissing, type Vcsim } from '../../../test/support/vcsim.ts';
import { startDashboard, type RunningDashboard } from '../../server/index.ts';
import { changeHeaders, readEvents } from './browser.ts';

const missing = vcsimMissing();
const disk = randomBytes(3_000_000);
const files = [
  { name: 'debian.ovf', bytes: Buffer.from('<Envelope/>') },
  { name: 'debian disk #1.vmdk', bytes: disk },
];
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

test('vcsim is installed', { skip: missing !== undefined && process.env['CI'] !== 'true' ? missing : false }, () => {
  assert.equal(missing, undefined);
});

describe('from vcsim', { skip: missing ?? false }, () => {
  let vcsim: Vcsim;
  let folder: string;
  let dashboard: RunningDashboard;
  let origin: string;
  let itemId: string;
  let cookie: string;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'dashboard-vcsim-'));
    writeFileSync(join(folder, 'index.html'), '<app-root></app-root>');
    vcsim = await startVcsim({ tls: true });
    ({ itemId } = await vcsim.fill('templates', 'debian', files));
    dashboard = await startDashboard({
      server: vcsim.url,
      trust: { ca: vcsim.certificate, proxy: false },
      directory: join(folder, 'exports'),
      page: folder,
    });
    origin = new URL(dashboard.url).origin;
    const login = await fetch(`${origin}/login`, {
      method: 'POST',
      headers: { origin },
      body: JSON.stringify({ username: 'user', password: 'pass' }),
    });
    assert.equal(login.status, 204);
    cookie = (login.headers.get('set-cookie') ?? '').replace(/;.*/, '');
  });
  after(async () => {
    await dashboard.close();
    await vcsim.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test('a page reads libraries and downloads an item through the proxy, byte for byte', async () => {
    const vc = vcenter({
      server: `${origin}/vcenter`,
      downloadHost: origin,
      credentials: { sessionId: 'held-by-the-server' },
      fetch: changeHeaders({ origin, cookie }),
    });
    const listed = await lastValueFrom(listItemFiles(vc, itemId));
    assert.deepEqual(listed.map(({ name }) => name).sort(), files.map(({ name }) => name).sort());
    const digests = new Map<string, string>();
    const sink: Sink = {
      open: async ({ name }) => {
        const hash = createHash('sha256');
        return {
          write: (bytes) => void hash.update(bytes),
          commit: async () => void digests.set(name, hash.digest('hex')),
          discard: async () => undefined,
        };
      },
    };
    await lastValueFrom(download(vc, itemId, sink).pipe(toArray()));
    assert.deepEqual(Object.fromEntries(digests), Object.fromEntries(files.map(({ name, bytes }) => [name, sha256(bytes)])));
    assert.deepEqual(await vcsim.downloadSessions(), []);
  });

  test('the server exports an item into its directory, byte for byte', async () => {
    const added = await fetch(`${origin}/exports`, {
      method: 'POST',
      headers: { origin, cookie },
      body: JSON.stringify({ itemId }),
    });
    assert.equal(added.status, 201);
    const events = await readEvents(`${origin}/exports/events`, { cookie });
    const { rows } = await events.until((state) => state.rows.some(({ endedAt }) => endedAt !== undefined));
    await events.close();
    assert.deepEqual(
      rows.map(({ status, error }) => [status, error]),
      [['saved', undefined]],
    );
    for (const { name, bytes } of files)
      assert.equal(sha256(readFileSync(join(folder, 'exports/templates/debian', name))), sha256(bytes));
    assert.deepEqual(await vcsim.downloadSessions(), []);
  });
});
