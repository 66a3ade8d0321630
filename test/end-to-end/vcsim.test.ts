import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { download, withVCenter } from 'rx-content-library';
import { nodeFetch, toDirectory } from 'rx-content-library/node';
import { lastValueFrom, toArray } from 'rxjs';
import { scaled } from '../support/soak.ts';
import { startVcsim, vcsimMissing, type Vcsim } from '../support/vcsim.ts';
import { fillWithRandomBytes, LARGE_FILE, sha1OfFile, sha256OfFile } from './disk.ts';
import { command, run } from './program.ts';

const missing = vcsimMissing();
const size = scaled(LARGE_FILE);
const credentials = { username: 'user', password: 'any password will do' };

// Reported as skipped if it cannot run; on a CI machine, where everything is installed, as failed.
if (missing !== undefined) {
  const testOnCi = process.env['CI'] === 'true' ? test : test.skip;
  testOnCi(`vcsim is installed: ${missing}`, () => {
    throw new Error(missing);
  });
}

(missing === undefined ? describe : describe.skip)('from vcsim', () => {
  let vcsim: Vcsim;
  let folder: string;
  let digest: string;
  let env: Record<string, string>;
  let itemOfFive: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rx-content-library-'));
    await run(command, ['--help'], {});
    vcsim = await startVcsim({ tls: true });
    const disk = join(folder, 'disk.vmdk');
    digest = await fillWithRandomBytes(disk, size);
    await vcsim.fill('images', 'big', [{ name: 'disk.vmdk', path: disk }]);
    await rm(disk);
    const five = ['a.ovf', 'b #1.vmdk', 'c.nvram', 'd.mf', 'e.iso'].map((name) => ({
      name,
      bytes: Buffer.from(`the bytes of ${name}`),
    }));
    ({ itemId: itemOfFive } = await vcsim.fill('images', 'five', five));
    env = { VCENTER_URL: vcsim.url, VCENTER_USERNAME: credentials.username, VCENTER_PASSWORD: credentials.password };
  }, 240_000);

  afterAll(async () => {
    await vcsim.stop();
    await rm(folder, { recursive: true, force: true });
  });

  test('the command exports a large file, byte for byte, in less than 200 MB of memory', async () => {
    const destination = join(folder, 'by-command');
    const { code, stdout, stderr, peak } = await run(command, ['export', 'images/big', destination, '--insecure'], env);
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: expect.stringContaining('Warning: disk.vmdk: not verified, because vCenter stated neither size nor checksum.'),
    });
    expect(await readdir(destination)).toEqual(['disk.vmdk']);
    expect(await sha256OfFile(join(destination, 'disk.vmdk'))).toBe(digest);
    expect(stdout).toContain(`sha1:${await sha1OfFile(join(destination, 'disk.vmdk'))}`);
    expect(await vcsim.downloadSessions()).toEqual([]);
    expect(peak).toBeLessThan(200e6);
    await rm(destination, { recursive: true });
  }, 120_000);

  test('the example program downloads it too', async () => {
    const destination = join(folder, 'by-program');
    // The example uses the global fetch, which reads trusted certificates from the environment only.
    const { code, stdout, stderr } = await run('examples/export-item.ts', ['images', 'big', destination], {
      ...env,
      NODE_EXTRA_CA_CERTS: await certificateFile(),
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(`disk.vmdk: ${size} bytes`);
    expect(await sha256OfFile(join(destination, 'disk.vmdk'))).toBe(digest);
    expect(await vcsim.downloadSessions()).toEqual([]);
    await rm(destination, { recursive: true });
  }, 120_000);

  test('an item with five files is listed, prepared and downloaded in one session', async () => {
    const requests: string[] = [];
    const fetch = nodeFetch({ ca: vcsim.certificate ?? '' });
    const countingFetch: typeof globalThis.fetch = (input, init) => {
      const request = new Request(input, init);
      const { pathname, search } = new URL(request.url);
      requests.push(
        `${request.method} ${pathname.replaceAll(/[0-9a-f-]{36}.*$/g, '{id}')}${search.replace(/=[0-9a-f-]{36}/, '={id}')}`,
      );
      return fetch(request);
    };
    const destination = join(folder, 'five');
    const events = await lastValueFrom(
      withVCenter({ server: vcsim.url, credentials, fetch: countingFetch }, (vc) =>
        download(vc, itemOfFive, toDirectory(destination)).pipe(toArray()),
      ),
    );
    expect(events.at(-1)).toMatchObject({ type: 'closed', files: 5, failed: 0 });
    expect((await readdir(destination)).sort()).toEqual(['a.ovf', 'b #1.vmdk', 'c.nvram', 'd.mf', 'e.iso']);
    const times = (text: string): number => requests.filter((line) => line.includes(text)).length;
    expect(times('POST /rest/com/vmware/content/library/item/download-session')).toBe(1);
    // One list for all files before the first transfer; the final facts of each file are read later.
    const list = 'GET /rest/com/vmware/content/library/item/downloadsession/file?download_session_id={id}';
    const first = requests.findIndex((line) => line.includes('/cis/data/'));
    expect(requests.slice(0, first).filter((line) => line === list)).toHaveLength(1);
    expect(times('?~action=prepare')).toBe(5);
    expect(times('/cis/data/')).toBe(5);
    expect(await vcsim.downloadSessions()).toEqual([]);
  }, 60_000);

  test('the dialect is detected, and ls lists the items', async () => {
    const { code, stdout } = await run(command, ['ls', 'images', '--json', '--insecure'], env);
    expect(code).toBe(0);
    expect(
      stdout
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as { name: string }).name)
        .sort(),
    ).toEqual(['big', 'five']);
  }, 60_000);

  const certificateFile = async (): Promise<string> => {
    const { writeFile } = await import('node:fs/promises');
    const file = join(folder, 'vcsim.pem');
    await writeFile(file, vcsim.certificate ?? '');
    return file;
  };
});
