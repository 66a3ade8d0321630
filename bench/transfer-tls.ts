/**
 * What one GiB over TLS into a file, with its SHA256, costs in CPU and memory: the command as it is published, and `download` over
 * `nodeFetch` and over the platform's own `fetch`, beside `curl -o f && openssl dgst -sha256 f`; all of it against the simulator in a
 * process of its own. Fails where a limit is missed; over `nodeFetch` it is kept only in a heap as the command has it, and the row without
 * shows what that saves. `npm run bench:transfer-tls`
 */

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDownloadSession, deleteDownloadSession, prepareDownloadFile, vcenter } from 'rx-content-library';
import { nodeFetch, nodeHash, createSelfSignedCertificate, serve } from 'rx-content-library/node';
import { createSimulator } from 'rx-content-library/simulator';
import { lastValueFrom } from 'rxjs';
import {
  command,
  cost,
  costOfApplication,
  machine,
  medianOf,
  refuseMissing,
  spread,
  within,
  type Cost,
} from './transfer/cost.ts';

const gibibyte = 1024 ** 3;
const rounds = 7;
/** The row without a limit. */
const comparison = 'download() over nodeFetch';
const limits = { node: 1.35, fetch: 1.6, memory: 128 };

const user = { username: 'administrator@vsphere.local', password: 'secret' };
const item = 'item-1';
const name = 'disk.vmdk';

interface Address {
  readonly url: string;
  readonly cert: string;
  readonly thumbprint: string;
}

/** In a process of its own: only the client's work is to be counted. */
const serveSimulator = async (): Promise<void> => {
  const tls = createSelfSignedCertificate();
  const simulator = createSimulator({
    createHash: nodeHash,
    users: [user],
    // The algorithm is known beforehand, so that nobody computes another one besides.
    scenario: { preparation: { requested: 0, preparing: 0, checksumKnown: 'at-once' }, checksums: 'SHA256' },
    inventory: {
      libraries: [{ name: 'bench', items: [{ id: item, name: 'item', files: [{ name, size: gibibyte }] }] }],
    },
  });
  const { url } = await serve(simulator.fetch, { tls });
  process.send?.({ url, cert: tls.cert, thumbprint: tls.thumbprint } satisfies Address);
};

const measure = async (): Promise<void> => {
  refuseMissing('/usr/bin/curl', '/usr/bin/openssl');
  // The disk's own speed is not what is measured.
  const folder = await mkdtemp(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'rx-content-library-'));
  const server = fork(import.meta.filename, ['serve']);
  try {
    const [address] = (await once(server, 'message')) as [Address];
    const { url, thumbprint } = address;
    const cert = join(folder, 'cert.pem');
    await writeFile(cert, address.cert);

    const vc = vcenter({ server: url, credentials: user, fetch: nodeFetch({ thumbprint }) });
    const session = await lastValueFrom(createDownloadSession(vc, item));
    const { download_endpoint } = await lastValueFrom(prepareDownloadFile(vc, session, name));
    const uri = download_endpoint?.uri ?? '';

    const file = join(folder, name);
    const connection = { VCENTER_URL: url, VCENTER_USERNAME: user.username, VCENTER_PASSWORD: user.password };
    const application = { server: url, itemId: item, folder, credentials: user };
    const both = 'curl -s --fail --cacert "$0" -o "$1" "$2" && openssl dgst -sha256 "$1"';
    const ways: Readonly<Record<string, () => Promise<Cost>>> = {
      'curl -o f && openssl dgst -sha256 f': () => cost({}, '/bin/sh', '-c', both, cert, file, uri),
      'content-library export': () =>
        cost(connection, process.execPath, command, 'export', 'bench/item', folder, '--force', '--thumbprint', thumbprint),
      'download() over nodeFetch, in a heap as the command has it': () =>
        costOfApplication({ ...application, thumbprint, hasSmallHeap: true }),
      [comparison]: () => costOfApplication({ ...application, thumbprint }),
      // The platform's `fetch` trusts what is in this file.
      'download() over fetch': () => costOfApplication(application, { NODE_EXTRA_CA_CERTS: cert }),
      'an idle process: content-library --version': () => cost({}, process.execPath, command, '--version'),
    };

    const costs = new Map(Object.keys(ways).map((way) => [way, [] as Cost[]]));
    for (let round = -1; round < rounds; round += 1) {
      for (const [way, run] of Object.entries(ways)) {
        await rm(file, { force: true });
        const spent = await run();
        // The first round warms up.
        if (round >= 0) costs.get(way)?.push(spent);
      }
    }
    await lastValueFrom(deleteDownloadSession(vc, session));
    report(costs);
  } finally {
    server.kill();
    await rm(folder, { recursive: true, force: true });
  }
};

const report = (costs: ReadonlyMap<string, readonly Cost[]>): void => {
  console.log(machine());
  console.log(`${rounds} rounds in turn, 1 GiB each; medians (min..max)\n`);
  console.log('| one GiB over TLS, with SHA256, into a file | CPU s | ratio | wall s | peak memory MiB |\n|---|---|---|---|---|');
  const rows = [...costs].map(([way, spent]) => ({
    way,
    cpus: spent.map(({ cpu }) => cpu),
    wall: medianOf(spent.map(({ wall }) => wall)),
    memory: medianOf(spent.map(({ memory }) => memory)),
  }));
  const [curl] = rows.map((row) => medianOf(row.cpus));
  const ratioOf = (cpus: readonly number[]): number => medianOf(cpus) / (curl ?? NaN);
  for (const { way, cpus, wall, memory } of rows)
    console.log(`| ${way} | ${spread(cpus, 2)} | ${ratioOf(cpus).toFixed(2)} | ${wall.toFixed(2)} | ${memory.toFixed(0)} |`);
  const idle = rows.at(-1)?.memory ?? NaN;
  console.log();
  for (const { way, cpus, memory } of rows.slice(1, -1)) {
    if (way !== comparison) within(`${way}, CPU`, ratioOf(cpus), way.endsWith('over fetch') ? limits.fetch : limits.node);
    within(`${way}, MiB over the idle process`, memory - idle, limits.memory);
  }
};

if (process.argv[2] === 'serve') await serveSimulator();
else await measure();
