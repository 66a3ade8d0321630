/** Each subcommand of the command against vcsim, govmomi's simulated vCenter. */

import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createDownloadSession, vcenter } from 'rx-content-library';
import { lastValueFrom } from 'rxjs';
import { command, parsed } from '../cli/command.ts';
import { startVcsim, vcsimMissing, type Vcsim } from '../support/vcsim.ts';

const missing = vcsimMissing();

// vcsim.test.ts reports why it cannot run.
(missing === undefined ? describe : describe.skip)('the command with vcsim', () => {
  let vcsim: Vcsim;
  let folder: string;
  let itemId: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rx-content-library-'));
    vcsim = await startVcsim();
    const files = ['a.ovf', 'a.vmdk'].map((name) => ({ name, bytes: Buffer.from(`the bytes of ${name}`) }));
    ({ itemId } = await vcsim.fill('images', 'one', files));
  }, 240_000);

  afterAll(async () => {
    await vcsim.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const run = async (...args: readonly string[]) => {
    const env = { VCENTER_URL: vcsim.url, VCENTER_USERNAME: 'user', VCENTER_PASSWORD: 'any password will do' };
    const ended = await command([...args, '--json'], { env, cwd: folder });
    return { ...ended, lines: parsed(ended.stdout) };
  };

  test('ls, export, verify and mirror', async () => {
    expect((await run('ls', '/images/o*')).lines).toMatchObject([{ type: 'item', name: 'one' }]);
    expect((await run('ls', 'images/one')).lines).toMatchObject([{ type: 'file' }, { type: 'file' }]);
    expect((await run('export', 'images/one', 'one')).code).toBe(0);
    expect((await readdir(join(folder, 'one'))).toSorted()).toEqual(['a.ovf', 'a.vmdk']);
    // vcsim states checksums or not, by its version.
    expect((await run('verify', 'images/one', 'one')).lines).toEqual(
      expect.arrayContaining([expect.objectContaining({ type: 'compared', file: 'a.ovf' })]),
    );
    expect((await run('export', 'images/one', 'two', '--dry-run')).lines).toMatchObject([
      { type: 'plan', action: 'download' },
      { type: 'plan', action: 'download' },
    ]);
    expect((await run('mirror', 'images', 'mirror')).lines.at(-1)).toMatchObject({ type: 'finished', failed: 0 });
  });

  test('doctor', async () => {
    const { code, lines } = await run('doctor', 'images/one');
    expect(lines.filter(({ ok }) => ok !== true)).toEqual([]);
    expect({ code, last: lines.at(-1) }).toMatchObject({ code: 0, last: { type: 'check', name: 'space' } });
    expect(await vcsim.downloadSessions()).toEqual([]);
  });

  test('sessions and watch', async () => {
    const vc = vcenter({ server: vcsim.url, credentials: { username: 'user', password: 'any password will do' } });
    const id = await lastValueFrom(createDownloadSession(vc, itemId));
    expect((await run('sessions', 'ls')).lines).toMatchObject([{ type: 'download-session', id, itemName: 'one' }]);
    expect((await run('sessions', 'prune', '--all')).lines).toMatchObject([{ id, deleted: true }]);
    expect((await run('watch', id)).code).toBe(4);
    expect(await vcsim.downloadSessions()).toEqual([]);
  });
});
