/** Kills an export again and again, after delays drawn from a fixed seed, and checks the files on disk after each kill. */

import type { ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodeHash, serve } from 'rx-content-library/node';
import { createSimulator } from 'rx-content-library/simulator';

/** The counts of all kills. */
export interface KillCounts {
  /** Exports that were killed. */
  readonly kills: number;
  /** Files that had their final name but not the server's bytes; must be 0. */
  readonly corruptFiles: number;
  /** Exports that were not killed: one after each series of kills. */
  readonly finalExports: number;
  /** Those that succeeded and left the files of the item and nothing else. */
  readonly completeExports: number;
  /** Sizes of the files, once for each final export. */
  readonly neededBytes: number;
  readonly receivedBytes: number;
}

/** How exports are killed. */
export interface KillOptions {
  /** Starts the command. */
  readonly start: (args: readonly string[], env: Readonly<Record<string, string>>) => ChildProcess;
  /** Total number of kills. */
  readonly kills: number;
  /** Kills before an export runs to its end. */
  readonly killsPerExport: number;
  /** Milliseconds from the start of an export to its kill. */
  readonly delay: readonly [min: number, max: number];
}

const MEBIBYTE = 1024 * 1024;
const files = [
  { name: 'machine.ovf', size: 900 },
  { name: 'disk-1.vmdk', size: 48 * MEBIBYTE },
  { name: 'disk-2.vmdk', size: 20 * MEBIBYTE },
];
const names = new Set(files.map(({ name }) => name));
const user = { username: 'administrator@vsphere.local', password: 'secret' };

/** Milliseconds before each chunk of a body: long enough for kills to happen within a file. */
const CHUNK_DELAY = 3;

const hashFile = async (path: string): Promise<string> => {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
};

/** Returns a generator of numbers from 0 to 1, the same ones every time. */
const createRandom = (): (() => number) => {
  let state = 20_260_101;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state / 2 ** 31;
  };
};

const delayChunks = (): TransformStream<Uint8Array, Uint8Array> =>
  new TransformStream({
    transform: async (chunk, controller) => {
      await new Promise((resolve) => setTimeout(resolve, CHUNK_DELAY));
      controller.enqueue(chunk);
    },
  });

/** Kills exports until the number of kills is reached. */
export const killExports = async ({ start, kills, killsPerExport, delay: [min, max] }: KillOptions): Promise<KillCounts> => {
  const simulator = createSimulator({
    createHash: nodeHash,
    users: [user],
    scenario: { preparation: { requested: 0, preparing: 0 } },
    inventory: { libraries: [{ name: 'kills', items: [{ id: 'item-1', name: 'machine', files }] }] },
  });
  const server = await serve(async (request) => {
    const response = await simulator.fetch(request);
    if (!new URL(request.url).pathname.startsWith('/cls/') || response.body === null) return response;
    const { status, headers } = response;
    return new Response(response.body.pipeThrough(delayChunks()), { status, headers });
  });
  const folder = await mkdtemp(join(tmpdir(), 'rx-content-library-'));
  const env = { VCENTER_URL: server.url, VCENTER_USERNAME: user.username, VCENTER_PASSWORD: user.password };
  const random = createRandom();
  const expectedHashes = new Map<string, string>();
  const counts = { kills: 0, corruptFiles: 0, finalExports: 0, completeExports: 0, neededBytes: 0 };

  const startExport = (): ChildProcess => start(['export', 'kills/machine', folder], env);
  /** Hashes every file that has its final name. Returns their number. */
  const checkFiles = async (): Promise<number> => {
    const final = (await readdir(folder)).filter((name) => names.has(name));
    for (const name of final) if ((await hashFile(join(folder, name))) !== expectedHashes.get(name)) counts.corruptFiles += 1;
    return final.length;
  };
  const killOne = async (): Promise<void> => {
    const child = startExport();
    const closed = once(child, 'close');
    await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, min + random() * (max - min)))]);
    if (child.exitCode === null) counts.kills += 1;
    child.kill('SIGKILL');
    await closed;
    // The folder does not exist if the export was killed early.
    await checkFiles().catch(() => undefined);
  };
  const runToEnd = async (): Promise<void> => {
    counts.finalExports += 1;
    const [code] = (await once(startExport(), 'close')) as [number | null];
    const finalFiles = await checkFiles();
    const allFiles = (await readdir(folder)).length;
    if (code === 0 && finalFiles === files.length && allFiles === files.length) counts.completeExports += 1;
    counts.neededBytes += files.reduce((sum, { size }) => sum + size, 0);
    await rm(folder, { recursive: true });
  };

  try {
    // The expected bytes: those of an export that is not killed.
    await once(startExport(), 'close');
    for (const { name } of files) expectedHashes.set(name, await hashFile(join(folder, name)));
    await rm(folder, { recursive: true });
    const servedBefore = simulator.bytesServed;
    while (counts.kills < kills) {
      for (let count = 0; count < killsPerExport && counts.kills < kills; count += 1) await killOne();
      await runToEnd();
    }
    return { ...counts, receivedBytes: simulator.bytesServed - servedBefore };
  } finally {
    await server.close();
    await rm(folder, { recursive: true, force: true });
  }
};
