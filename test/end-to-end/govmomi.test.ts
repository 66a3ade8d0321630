import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer, text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createSelfSignedCertificate, serve, type RunningServer } from 'rx-content-library/node';
import { createSimulator } from 'rx-content-library/simulator';
import { goProgram } from '../support/go-program.ts';
import { findGovc } from '../support/govc.ts';
import { sha256, sha256OfFile } from './disk.ts';
import { servedBytes } from './served-bytes.ts';

const program = goProgram('govmomi', 'vapi/library');
const missing = program.missing();
const user = { username: 'administrator@vsphere.local', password: 'p&ss <word>' };
const disk = 3_000_000;

// Reported as skipped if it cannot run; on a CI machine, where everything is installed, as failed.
if (missing !== undefined) {
  const testOnCi = process.env['CI'] === 'true' ? test : test.skip;
  testOnCi(`govmomi is installed: ${missing}`, () => {
    throw new Error(missing);
  });
}

/** Starts a simulated vCenter with TLS and two libraries. */
const startVCenter = async () => {
  const tls = createSelfSignedCertificate();
  const simulator = createSimulator({
    users: [user],
    certificate: { thumbprint: tls.thumbprint },
    inventory: {
      libraries: [
        {
          name: 'Templates',
          items: [
            {
              name: 'debian 12',
              type: 'ovf',
              files: [
                { name: 'debian.ovf', content: '<Envelope/>' },
                { name: 'disk #1.vmdk', size: disk },
              ],
            },
          ],
        },
        { name: 'ISOs', items: [{ name: 'net', type: 'iso', files: [{ name: 'net.iso', content: 'bytes' }] }] },
      ],
    },
  });
  return { tls, simulator, server: await serve(simulator.fetch, { tls }) };
};

let vcenter: Awaited<ReturnType<typeof startVCenter>>;
let server: RunningServer;
beforeAll(async () => {
  vcenter = await startVCenter();
  ({ server } = vcenter);
});
afterAll(async () => server.close());

interface Ended {
  readonly code: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

const run = async (command: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> => {
  const child = spawn(command, args, {
    env: { ...process.env, GOVC_URL: server.url, GOVC_USERNAME: user.username, GOVC_PASSWORD: user.password, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve));
  const [stdout, stderr, code] = await Promise.all([buffer(child.stdout), text(child.stderr), ended]);
  return { code, stdout, stderr };
};

const noSessions = { sessions: [], apiSessions: 0, soapSessions: 0 };
/** The SHA-256 of the disk as the server sends it. */
const servedDigest = () => sha256(servedBytes(vcenter.simulator, user, 'debian 12', 'disk #1.vmdk'));

(missing === undefined ? describe : describe.skip)("govmomi's client packages", () => {
  let binary: string;
  const trustFlags = () => ['-thumbprint', vcenter.tls.thumbprint];

  beforeAll(async () => {
    binary = await program.build();
  }, 240_000);

  test('log in over SOAP and REST, trust the thumbprint, and list libraries, items and files', async () => {
    const { code, stdout, stderr } = await run(binary, [...trustFlags(), 'ls', '*/*/*']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: `VirtualCenter 8.0.2.0 (8.0.2.0), ${user.username}, active: true\n` });
    const lines = stdout.toString().trim().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { path: '/Templates/debian 12/debian.ovf', result: { name: 'debian.ovf', size: 11, cached: true } },
      { path: '/Templates/debian 12/disk #1.vmdk', result: { name: 'disk #1.vmdk', size: disk, cached: true } },
      { path: '/ISOs/net/net.iso', result: { name: 'net.iso', size: 5 } },
    ]);
    expect(vcenter.simulator).toMatchObject(noSessions);
  }, 60_000);

  test('read everything that govc reads: sessions, libraries, items, files, storage and subscribers', async () => {
    const { code, stdout, stderr } = await run(binary, [...trustFlags(), 'read', 'templates/debian 12']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining('active: true') });
    const item = expect.any(String);
    const session = { UserName: user.username };
    const files = [
      { name: 'debian.ovf', size: 11 },
      { name: 'disk #1.vmdk', size: disk },
    ];
    expect(JSON.parse(stdout.toString())).toMatchObject({
      sessionManager: { CurrentSession: session, SessionList: [session] },
      restSession: { user: user.username },
      libraries: [{ name: 'Templates' }, { name: 'ISOs' }],
      libraryByName: { name: 'Templates', type: 'LOCAL' },
      foundLibraries: [item],
      items: [{ name: 'debian 12', type: 'ovf' }],
      foundItems: [item],
      files,
      'file debian.ovf': files[0],
      'file disk #1.vmdk': files[1],
      storage: files.map(({ name }) => ({ name, storage_uris: [expect.stringMatching(/^ds:/)] })),
      datastore: 'datastore-33',
      subscribers: [],
      updateSessions: [],
      downloadSessions: [item],
      downloadSession: { state: 'ACTIVE' },
      sessionFiles: files.map(({ name }) => ({ name, status: 'UNPREPARED' })),
    });
    expect(vcenter.simulator.count('unknown')).toBe(0);
    expect(vcenter.simulator).toMatchObject(noSessions);
  }, 60_000);

  test('find a file by name and export it byte for byte', async () => {
    const { code, stdout, stderr } = await run(binary, [...trustFlags(), 'export', 'templates/debian 12/disk #1.vmdk']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.any(String) });
    expect(stdout.length).toBe(disk);
    expect(await sha256([stdout])).toBe(await servedDigest());
    expect(vcenter.simulator).toMatchObject(noSessions);
  }, 60_000);

  test('reject another certificate and a wrong password', async () => {
    const requestCount = vcenter.simulator.count('*');
    const wrongCertificate = await run(binary, ['-thumbprint', createSelfSignedCertificate().thumbprint, 'ls', '*']);
    expect([wrongCertificate.code, vcenter.simulator.count('*')]).toEqual([1, requestCount]);
    expect(wrongCertificate.stderr).toContain('thumbprint does not match');
    const wrongPassword = await run(binary, ['-insecure', 'ls', '*'], { GOVC_PASSWORD: 'wrong' });
    expect(wrongPassword).toMatchObject({ code: 1, stderr: expect.stringContaining('incorrect user name or password') });
  }, 60_000);
});

// Building it needs Debian's archive of sources, so its tests are skipped if it is missing, also on a CI machine.
const installedGovc = findGovc();
const describeIfGovc = installedGovc === undefined ? describe.skip : describe;

describeIfGovc('govc (skipped if it is neither built by scripts/build-govc.mjs nor installed)', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rx-content-library-'));
  });
  afterAll(async () => rm(folder, { recursive: true, force: true }));

  const govc = async (...args: string[]): Promise<string> => {
    const hosts = join(folder, 'known-hosts');
    await writeFile(hosts, `${new URL(server.url).host} ${vcenter.tls.thumbprint}\n`);
    const env = { GOVC_TLS_KNOWN_HOSTS: hosts, GOVC_PERSIST_SESSION: 'false', GOVC_INSECURE: 'false' };
    const { code, stdout, stderr } = await run(installedGovc ?? 'govc', args, env);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return stdout.toString();
  };

  test('prints the product name', async () => {
    expect(await govc('about')).toContain('VMware vCenter Server');
  });

  test('lists libraries, items and files', async () => {
    expect((await govc('library.ls', '*/*/*')).trim().split('\n')).toEqual([
      '/Templates/debian 12/debian.ovf',
      '/Templates/debian 12/disk #1.vmdk',
      '/ISOs/net/net.iso',
    ]);
    expect(await govc('library.info', 'ISOs/net')).toContain('net');
  });

  test('lists sessions, those of the Content Library, and subscribers', async () => {
    expect(await govc('session.ls')).toContain(user.username);
    // There are none.
    expect(await govc('library.session.ls')).toBe('');
    expect(await govc('library.subscriber.ls', 'Templates')).not.toContain('Templates');
    expect(vcenter.simulator.count('unknown')).toBe(0);
  });

  test('exports an item', async () => {
    await govc('library.export', 'Templates/debian 12', folder);
    expect(await readFile(join(folder, 'debian.ovf'), 'utf8')).toBe('<Envelope/>');
    expect(await sha256OfFile(join(folder, 'disk #1.vmdk'))).toBe(await servedDigest());
  });
});
