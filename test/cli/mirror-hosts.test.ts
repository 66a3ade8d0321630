/** Mirrors of two machines in one directory: on Linux, a process with a host name of its own is one. */

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, test } from '@jest/globals';
import { nodeHash, serve, type RunningServer } from 'rx-content-library/node';
import { createSimulator, type Simulator } from 'rx-content-library/simulator';
import { filter, firstValueFrom } from 'rxjs';
import { sha256, sha256OfFile } from '../end-to-end/disk.ts';
import { servedBytes } from '../end-to-end/served-bytes.ts';
import { commandLine } from './command.ts';

const canRename = spawnSync('unshare', ['--uts', 'hostname', 'host-a']).status === 0;
const user = { username: 'administrator@vsphere.local', password: 'secret' };
const names = ['item-0', 'item-1', 'item-2'];
const size = 1_500_000;

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

const setUp = async () => {
  const simulator = createSimulator({
    createHash: nodeHash,
    users: [user],
    inventory: {
      libraries: [
        {
          name: 'templates',
          items: names.map((name) => ({ name, contentVersion: '1', files: [{ name: 'disk.vmdk', size }] })),
        },
      ],
    },
    scenario: { preparation: { requested: 0, preparing: 0 }, data: { bytesPerSecond: 3 * size } },
  });
  const server = await serve(simulator.fetch);
  const directory = await mkdtemp(join(tmpdir(), 'rx-content-library-'));
  cleanups.push(
    async () => server.close(),
    async () => rm(directory, { recursive: true }),
  );
  return { simulator, server, directory };
};

/** Starts `mirror` on a machine with this name; `output` is what it prints until its end. */
const mirrorOn = (host: string, server: RunningServer, directory: string) => {
  const { file, rest, env } = commandLine(['mirror', 'templates', directory]);
  const script = 'hostname "$0" && exec "$@"';
  const child = spawn('unshare', ['--uts', 'sh', '-c', script, host, file, ...rest], {
    env: { ...env, VCENTER_URL: server.url, VCENTER_USERNAME: user.username, VCENTER_PASSWORD: user.password },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  cleanups.unshift(async () => child.kill('SIGKILL'));
  const code = once(child, 'close').then(([status]) => `exit code ${status}`);
  const output = Promise.all([text(child.stdout), text(child.stderr), code]).then((all) => all.join('\n'));
  return { child, output };
};

const expectComplete = async (simulator: Simulator, directory: string, printed: readonly string[]): Promise<void> => {
  const left = await readdir(join(directory, 'templates'));
  expect({ left: left.sort(), printed }).toEqual({ left: names, printed });
  for (const name of names) {
    const item = join(directory, 'templates', name);
    expect((await readdir(item)).sort()).toEqual(['.content-library.json', 'disk.vmdk']);
    const digest = await sha256OfFile(join(item, 'disk.vmdk'));
    expect(digest).toBe(await sha256(servedBytes(simulator, user, name, 'disk.vmdk')));
    expect(JSON.parse(await readFile(join(item, '.content-library.json'), 'utf8'))).toMatchObject({ contentVersion: '1' });
  }
  expect([simulator.sessions, simulator.apiSessions]).toEqual([[], 0]);
};

// Without the right to change the host name, there is only one machine.
(canRename ? describe : describe.skip)('two machines that mirror to one directory (skipped without unshare --uts)', () => {
  test('have every item complete and right, and nothing else', async () => {
    const { simulator, server, directory } = await setUp();
    const hosts = ['host-a', 'host-b'].map((host) => mirrorOn(host, server, directory));
    const printed = await Promise.all(hosts.map(({ output }) => output));
    await expectComplete(simulator, directory, printed);
  }, 120_000);

  // A file that both are writing when the one is stopped may fail for either of them, not for both.
  test('have them also when one is stopped in the middle and continues after the end of the other', async () => {
    const { simulator, server, directory } = await setUp();
    const stopped = mirrorOn('host-a', server, directory);
    const { requests$ } = simulator;
    await firstValueFrom(requests$.pipe(filter(({ operation }) => operation === 'data')));
    stopped.child.kill('SIGSTOP');
    const other = await mirrorOn('host-b', server, directory).output;
    stopped.child.kill('SIGCONT');
    await expectComplete(simulator, directory, [other, await stopped.output]);
  }, 120_000);
});
