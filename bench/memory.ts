/**
 * How much memory an export of 1 GiB takes, and twice as much for comparison: `/usr/bin/time -v` on the command as it is
 * published, against the simulator. `npm run bench:memory`
 */

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { nodeHash, serve } from 'rx-content-library/node';
import { createSimulator } from 'rx-content-library/simulator';

const time = '/usr/bin/time';
if (!existsSync(time)) throw new Error(`${time} is missing: install the package "time".`);

const gibibyte = 1024 ** 3;
const sizes = [1, 2] as const;
const rounds = 3;
const root = join(import.meta.dirname, '..');
const user = { username: 'administrator@vsphere.local', password: 'secret' };
const simulator = createSimulator({
  createHash: nodeHash,
  users: [user],
  inventory: {
    libraries: [
      { name: 'bench', items: sizes.map((size) => ({ name: `${size}`, files: [{ name: 'disk.vmdk', size: size * gibibyte }] })) },
    ],
  },
});
const server = await serve(simulator.fetch);
const folder = await mkdtemp(join(tmpdir(), 'rx-content-library-'));

const peak = async (item: string): Promise<number> => {
  const { stderr } = await promisify(execFile)(
    time,
    ['-v', process.execPath, join(root, 'dist/cli/main.js'), 'export', `bench/${item}`, folder, '--force'],
    {
      env: { ...process.env, VCENTER_URL: server.url, VCENTER_USERNAME: user.username, VCENTER_PASSWORD: user.password },
    },
  );
  return Number(/Maximum resident set size \(kbytes\): (\d+)/.exec(stderr)?.[1]) / 1024;
};

try {
  console.log(
    `Node ${process.version}, ${cpus().length} cores of ${cpus()[0]?.model ?? 'an unknown kind'}, ${process.platform} ${release()}\n`,
  );
  console.log('| an export of | peak resident memory, median of 3 (min..max) |\n|---|---|');
  for (const size of sizes) {
    const peaks: number[] = [];
    for (let round = 0; round < rounds; round += 1) peaks.push(await peak(`${size}`));
    peaks.sort((a, b) => a - b);
    const [least = NaN, median = NaN, most = NaN] = peaks.map(Math.round);
    console.log(`| ${size} GiB | ${median} MiB (${least}..${most}) |`);
  }
} finally {
  await server.close();
  await rm(folder, { recursive: true, force: true });
}
