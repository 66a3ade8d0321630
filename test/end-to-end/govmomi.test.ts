import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer, text } from 'node:stream/consumers';
import { createSelfSignedCertificate, serve, type RunningServer } from 'rx-content-library/node';
import { createSimulator } from 'rx-content-library/simulator';
import { goProgram } from '../support/go-program.ts';

const program = goProgram('govmomi', 'vapi/library');
const missing = program.missing();
const user = { username: 'administrator@vsphere.local', password: 'p&ss <word>' };
const disk = 3_000_000;

// Skipped where it cannot run, for all to see; where everything is installed, its absence is a failure.
if (missing !== undefined) {
  const tell = process.env['CI'] === 'true' ? test : test.skip;
  tell(`govmomi is here: ${missing}`, () => {
    throw new Error(missing);
  });
}

/** A simulated vCenter over TLS, with two libraries. */
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

const nobodyIsLeft = { sessions: [], apiSessions: 0, soapSessions: 0 };
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

(missing === undefined ? describe : describe.skip)("govmomi's own packages, which nobody here wrote", () => {
  let binary: string;
  const trusting = () => ['-thumbprint', vcenter.tls.thumbprint];

  beforeAll(async () => {
    binary = await program.build();
  }, 240_000);

  test('log in over SOAP and REST, trust the thumbprint, and list libraries, items and files', async () => {
    const { code, stdout, stderr } = await run(binary, [...trusting(), 'ls', '*/*/*']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: `VirtualCenter 8.0.2.0 (8.0.2.0), ${user.username}, active: true\n` });
    const lines = stdout.toString().trim().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { path: '/Templates/debian 12/debian.ovf', result: { name: 'debian.ovf', size: 11, cached: true } },
      { path: '/Templates/debian 12/disk #1.vmdk', result: { name: 'disk #1.vmdk', size: disk, cached: true } },
      { path: '/ISOs/net/net.iso', result: { name: 'net.iso', size: 5 } },
    ]);
    expect(vcenter.simulator).toMatchObject(nobodyIsLeft);
  }, 60_000);

  test('find one by its name, and export it byte for byte', async () => {
    const { code, stdout, stderr } = await run(binary, [...trusting(), 'export', 'templates/debian 12/disk #1.vmdk']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.any(String) });
    expect(stdout.length).toBe(disk);
    expect(sha256(stdout)).toBe(sha256(await bytesAsTheServerHasThem()));
    expect(vcenter.simulator).toMatchObject(nobodyIsLeft);
  }, 60_000);

  test('refuse another certificate, and say when the password is wrong', async () => {
    const asked = vcenter.simulator.count('*');
    const mistrusting = await run(binary, ['-thumbprint', createSelfSignedCertificate().thumbprint, 'ls', '*']);
    expect([mistrusting.code, vcenter.simulator.count('*')]).toEqual([1, asked]);
    expect(mistrusting.stderr).toContain('thumbprint does not match');
    const stranger = await run(binary, ['-insecure', 'ls', '*'], { GOVC_PASSWORD: 'wrong' });
    expect(stranger).toMatchObject({ code: 1, stderr: expect.stringContaining('incorrect user name or password') });
  }, 60_000);
});

// There is no package of govc to install: where it is missing, it is skipped for all to see, on a CI machine too.
const withGovc = spawnSync('govc', ['version']).status === 0 ? describe : describe.skip;

withGovc('govc itself (skipped where there is none)', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rx-content-library-'));
  });
  afterAll(async () => rm(folder, { recursive: true, force: true }));

  const govc = async (...args: string[]): Promise<string> => {
    const hosts = join(folder, 'known-hosts');
    await writeFile(hosts, `${new URL(server.url).host} ${vcenter.tls.thumbprint}\n`);
    const env = { GOVC_TLS_KNOWN_HOSTS: hosts, GOVC_PERSIST_SESSION: 'false', GOVC_INSECURE: 'false' };
    const { code, stdout, stderr } = await run('govc', args, env);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return stdout.toString();
  };

  test('tells what it talks to', async () => {
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

  test('exports an item', async () => {
    await govc('library.export', 'Templates/debian 12', folder);
    expect(await readFile(join(folder, 'debian.ovf'), 'utf8')).toBe('<Envelope/>');
    expect(sha256(await readFile(join(folder, 'disk #1.vmdk')))).toBe(sha256(await bytesAsTheServerHasThem()));
  });
});

/** Straight from the simulator, without any client. */
const bytesAsTheServerHasThem = async (): Promise<Uint8Array> => {
  const { simulator } = vcenter;
  const ask = async (path: string, method: string, headers: Record<string, string>, body?: unknown): Promise<unknown> => {
    const response = await simulator.fetch(`https://vcenter.example.com/api${path}`, {
      method,
      headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer = await response.text();
    return answer === '' ? undefined : JSON.parse(answer);
  };
  const authorization = `Basic ${btoa(`${user.username}:${user.password}`)}`;
  const session = { 'vmware-api-session-id': String(await ask('/session', 'POST', { authorization })) };
  const items = '/content/library/item';
  const [item] = (await ask(`${items}?action=find`, 'POST', session, { name: 'debian 12' })) as string[];
  const id = String(await ask(`${items}/download-session`, 'POST', session, { library_item_id: item }));
  const file = `${items}/download-session/${id}/file`;
  await ask(`${file}?action=prepare`, 'POST', session, { file_name: 'disk #1.vmdk' });
  let uri: string | undefined;
  while (uri === undefined) {
    const info = (await ask(`${file}?file_name=${encodeURIComponent('disk #1.vmdk')}`, 'GET', session)) as {
      download_endpoint?: { uri: string };
    };
    uri = info.download_endpoint?.uri;
  }
  const bytes = new Uint8Array(await (await simulator.fetch(uri)).arrayBuffer());
  await ask(`${items}/download-session/${id}`, 'DELETE', session);
  await ask('/session', 'DELETE', session);
  return bytes;
};
