/**
 * How much memory a download of 1 GiB takes, and one of 10 GiB: the command as it is published, and `download` over the platform's own
 * `fetch`, beside an idle process; against the simulator in a process of its own. Fails where a limit is missed. It needs 11 GB of the
 * disk for temporary files, and some minutes. `npm run bench:memory`
 */

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodeHash, serve } from 'rx-content-library/node';
import { createSimulator } from 'rx-content-library/simulator';
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

/** How often, by GiB: in what is long, the highest moment is found in fewer rounds. */
const rounds = { 1: 3, 10: 2 } as const;

/**
 * MiB over the idle process; and how much more the tenfold may take. What passes through goes up and down by some twenty, and the longer
 * one has more moments to be at its highest; what were kept of every piece would be far more.
 */
const limits = { memory: 128, growth: 24 };

const user = { username: 'administrator@vsphere.local', password: 'secret' };

const serveSimulator = async (): Promise<void> => {
  const simulator = createSimulator({
    createHash: nodeHash,
    users: [user],
    inventory: {
      libraries: [
        {
          name: 'bench',
          items: Object.keys(rounds).map((size) => ({
            id: `item-${size}`,
            name: size,
            files: [{ name: 'disk.vmdk', size: Number(size) * gibibyte }],
          })),
        },
      ],
    },
  });
  const { url } = await serve(simulator.fetch);
  process.send?.(url);
};

const measure = async (): Promise<void> => {
  refuseMissing();
  const folder = await mkdtemp(join(tmpdir(), 'rx-content-library-'));
  const server = fork(import.meta.filename, ['serve']);
  try {
    const [url] = (await once(server, 'message')) as [string];
    const connection = { VCENTER_URL: url, VCENTER_USERNAME: user.username, VCENTER_PASSWORD: user.password };
    const ways: Readonly<Record<string, (size: string) => Promise<Cost>>> = {
      'content-library export': (size) =>
        cost(connection, process.execPath, command, 'export', `bench/${size}`, folder, '--force'),
      'download() over fetch': (size) => costOfApplication({ server: url, itemId: `item-${size}`, folder, credentials: user }),
    };
    console.log(`${machine()}\n`);
    console.log('| what | peak resident memory MiB, median (min..max) | rounds |\n|---|---|---|');
    const peaks = async (what: string, count: number, run: () => Promise<Cost>): Promise<number> => {
      const memories: number[] = [];
      for (let round = 0; round < count; round += 1) {
        await rm(join(folder, 'disk.vmdk'), { force: true });
        memories.push((await run()).memory);
      }
      console.log(`| ${what} | ${spread(memories, 0)} | ${count} |`);
      return medianOf(memories);
    };
    const idle = await peaks('an idle process: content-library --version', 3, () =>
      cost({}, process.execPath, command, '--version'),
    );
    const found = new Map<string, readonly [number, number]>();
    for (const [way, run] of Object.entries(ways))
      found.set(way, [
        await peaks(`${way}, 1 GiB`, rounds[1], () => run('1')),
        await peaks(`${way}, 10 GiB`, rounds[10], () => run('10')),
      ]);
    console.log();
    for (const [way, [one, ten]] of found) {
      within(`${way}, 1 GiB, MiB over the idle process`, one - idle, limits.memory);
      within(`${way}, 10 GiB, MiB over the idle process`, ten - idle, limits.memory);
      within(`${way}, MiB that 10 GiB take over 1 GiB`, ten - one, limits.growth);
    }
  } finally {
    server.kill();
    await rm(folder, { recursive: true, force: true });
  }
};

if (process.argv[2] === 'serve') await serveSimulator();
else await measure();
