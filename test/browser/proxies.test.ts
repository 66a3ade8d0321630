/** Every proxy of docs/11-browsers.md, with the configuration on that page, carries API and files. */

import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { download, logout, vcenter, type Sink } from 'rx-content-library';
import { createSelfSignedCertificate, nodeHash, serve, type RunningServer } from 'rx-content-library/node';
import { createSimulator, type Simulator } from 'rx-content-library/simulator';
import { concat, filter, lastValueFrom, toArray } from 'rxjs';
import { freePort } from '../support/free-port.ts';
import { scaled } from '../support/soak.ts';
import { servePage } from './page-server.ts';

jest.setTimeout(scaled({ test: 60_000, soak: 600_000 }));

/** Bytes. */
const SIZE = scaled({ test: 8_000_000, soak: 200_000_000 });

const page = readFileSync(new URL('../../docs/11-browsers.md', import.meta.url), 'utf8');
const credentials = { username: 'administrator@vsphere.local', password: 'secret' };
/** Debian has it outside of the PATH of most users. */
const nginx = ['nginx', '/usr/sbin/nginx'].find((program) => spawnSync(program, ['-v']).status === 0);

let folder: string;
let simulator: Simulator;
let server: RunningServer;
let target: string;
const closings: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'proxies-'));
  const tls = createSelfSignedCertificate();
  writeFileSync(join(folder, 'vcenter-ca.pem'), tls.cert);
  const files = [
    { name: 'debian.ovf', content: '<Envelope/>' },
    { name: 'debian disk #1.vmdk', size: SIZE },
  ];
  const inventory = { libraries: [{ name: 'templates', items: [{ name: 'debian', id: 'item-1', files }] }] };
  const scenario = { preparation: { requested: 0, preparing: 0 } } as const;
  simulator = createSimulator({ inventory, scenario, createHash: nodeHash });
  server = await serve(simulator.fetch, { tls });
  target = server.url.replace('127.0.0.1', 'localhost');
});

afterEach(async () => {
  for (const close of closings.splice(0)) await close();
});

afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Writes the code block of a language, for the simulated vCenter; returns its path. */
const writeRecipe = (name: string, language: string, wrap = (code: string): string => code): string => {
  const [, code = ''] = new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'ms').exec(page) ?? [];
  expect(code).toContain('https://vcenter.example.com');
  const file = join(folder, name);
  writeFileSync(file, wrap(code.replaceAll('https://vcenter.example.com', target).replace('/etc/nginx/', `${folder}/`)));
  return file;
};

const startProgram = async (kind: 'vite' | 'webpack', file: string): Promise<string> => {
  const program = fileURLToPath(new URL('proxy-server.js', import.meta.url));
  const child = spawn(process.execPath, [program, kind, file], {
    env: { ...process.env, NODE_EXTRA_CA_CERTS: join(folder, 'vcenter-ca.pem') },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const closed = once(child, 'close');
  closings.push(async () => {
    child.stdin.end();
    await closed;
  });
  const line = once(createInterface(child.stdout), 'line').then(([url]) => String(url));
  const ended = closed.then(() => Promise.reject(new Error(`${kind} ended`)));
  return Promise.race([line, ended]);
};

const startNginx = async (program: string): Promise<string> => {
  const port = await freePort();
  const file = writeRecipe(
    'nginx.conf',
    'nginx',
    (code) => `
      daemon off; worker_processes 1; pid ${folder}/nginx.pid; error_log stderr error;
      events {}
      http {
        access_log off; client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy;
        fastcgi_temp_path ${folder}/fastcgi; uwsgi_temp_path ${folder}/uwsgi; scgi_temp_path ${folder}/scgi;
        server { listen 127.0.0.1:${port}; ${code} }
      }`,
  );
  const child = spawn(program, ['-c', file], { stdio: ['ignore', 'ignore', 'inherit'] });
  const closed = once(child, 'close');
  closings.push(async () => {
    child.kill();
    await closed;
  });
  const url = `http://127.0.0.1:${port}`;
  while (
    await fetch(url).then(
      () => false,
      () => true,
    )
  ) {
    if (child.exitCode !== null) throw new Error('nginx did not start');
    await delay(20);
  }
  return url;
};

const proxies: Readonly<Record<string, () => Promise<string>>> = {
  'Angular (webpack)': async () => startProgram('webpack', writeRecipe('proxy.conf.json', 'json')),
  Vite: async () => startProgram('vite', writeRecipe('vite.config.mjs', 'js')),
  Node: async () => {
    const proxy = await servePage({ script: '', vcenter: target });
    closings.push(() => proxy.close());
    return proxy.url;
  },
  ...(nginx === undefined ? {} : { nginx: async () => startNginx(nginx) }),
};

const hashingSink = () => {
  const digests = new Map<string, string>();
  const sink: Sink = {
    createHash: nodeHash,
    open: async ({ name }) => {
      const hash = createHash('sha1');
      return {
        write: (bytes) => void hash.update(bytes),
        commit: async () => void digests.set(name, hash.digest('hex')),
        discard: async () => undefined,
      };
    },
  };
  return { sink, digests };
};

describe.each(Object.entries(proxies))('the proxy of the recipe for %s', (_, start) => {
  test.each(['api', 'rest'] as const)('carries a download, with the API below a prefix, in the dialect %s', async (dialect) => {
    simulator.reset();
    const origin = await start();
    const vc = vcenter({ server: `${origin}/vcenter`, downloadHost: origin, credentials, dialect, fetch: globalThis.fetch });
    const { sink, digests } = hashingSink();
    const saved$ = concat(download(vc, 'item-1', sink), logout(vc)).pipe(
      filter((event) => event?.type === 'saved'),
      toArray(),
    );
    expect(await lastValueFrom(saved$)).toMatchObject([
      { file: 'debian.ovf', bytes: 11 },
      { file: 'debian disk #1.vmdk', bytes: SIZE, verified: 'checksum' },
    ]);
    expect(digests.size).toBe(2);
    expect({ sessions: simulator.sessions, logins: simulator.apiSessions }).toEqual({ sessions: [], logins: 0 });
  });
});

// Reported as skipped if it cannot run; on a CI machine, where everything is installed, as failed.
if (nginx === undefined) {
  const testOnCi = process.env['CI'] === 'true' ? test : test.skip;
  testOnCi('nginx is installed (Debian: nginx)', () => {
    throw new Error('nginx is not installed (Debian: nginx).');
  });
}
