/** Kills an export again and again, at moments that a seed fixes, and looks at what stands on the disk each time. */

import { createHash } from 'node:crypto';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodeHash, serve } from 'rx-content-library/node';
import { createSimulator } from 'rx-content-library/simulator';

/** What came of it. */
export interface Killed {
  /** Exports that were killed. */
  readonly kills: number;
  /** Kills after which a file under its final name was not the one of the server: there must be none. */
  readonly wrong: number;
  /** Exports that were let run to their end, each after some that were killed, and how many of these succeeded. */
  readonly finished: number;
  readonly ended: number;
  /** Bytes of the files that had to come, and bytes that came. */
  readonly needed: number;
  readonly sent: number;
}

/** How it is done. */
export interface Killing {
  /** Starts an export into a directory. */
  readonly start: (args: readonly string[], env: Readonly<Record<string, string>>) => ChildProcess;
  readonly kills: number;
  /** Kills before an export is let run to its end. */
  readonly each: number;
  /** Milliseconds after which an export is killed: from, to. */
  readonly between: readonly [number, number];
}

const mebibyte = 1024 * 1024;
const sizes: Readonly<Record<string, number>> = {
  'machine.ovf': 900,
  'disk-1.vmdk': 48 * mebibyte,
  'disk-2.vmdk': 20 * mebibyte,
};
const files = Object.entries(sizes).map(([name, size]) => ({ name, size }));
const user = { username: 'administrator@vsphere.local', password: 'secret' };

/** Milliseconds that each piece of a body takes, so that a kill meets a file in the middle. */
const pause = 3;

const sha256 = async (chunks: AsyncIterable<Uint8Array>): Promise<string> => {
  const hash = createHash('sha256');
  for await (const chunk of chunks) hash.update(chunk);
  return hash.digest('hex');
};

/** Numbers from 0 to 1 that are the same every time (a linear congruence). */
const drawing = (): (() => number) => {
  let state = 20_260_101;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state / 2 ** 31;
  };
};

/** Kills. */
export const killing = async ({ start, kills, each, between: [least, most] }: Killing): Promise<Killed> => {
  const simulator = createSimulator({
    createHash: nodeHash,
    users: [user],
    scenario: { preparation: { requested: 0, preparing: 0 } },
    inventory: { libraries: [{ name: 'kills', items: [{ id: 'item-1', name: 'machine', files }] }] },
  });
  const slowly = async (request: Request): Promise<Response> => {
    const response = await simulator.fetch(request);
    if (!new URL(request.url).pathname.startsWith('/cls/') || response.body === null) return response;
    const slowed = response.body.pipeThrough(
      new TransformStream<Uint8Array, Uint8Array>({
        transform: async (bytes, controller) => {
          await new Promise((resolve) => setTimeout(resolve, pause));
          controller.enqueue(bytes);
        },
      }),
    );
    return new Response(slowed, { status: response.status, headers: response.headers });
  };
  const server = await serve(slowly);
  const folder = await mkdtemp(join(tmpdir(), 'rx-content-library-'));
  const env = { VCENTER_URL: server.url, VCENTER_USERNAME: user.username, VCENTER_PASSWORD: user.password };
  const draw = drawing();
  const right = new Map<string, string>();
  const result = { kills: 0, wrong: 0, finished: 0, ended: 0, needed: 0 };

  /** Whether what stands under the final names is what it is the second time, and the third. */
  const look = async (): Promise<readonly string[]> => {
    const there = (await readdir(folder)).filter((name) => name in sizes);
    for (const name of there) {
      const found = await sha256(createReadStream(join(folder, name)));
      if (right.get(name) !== found) result.wrong += 1;
    }
    return there;
  };
  const exporting = (): ChildProcess => start(['export', 'kills/machine', folder], env);

  try {
    // What is right: the bytes as they come when nobody is killed.
    await once(exporting(), 'close');
    for (const { name } of files) right.set(name, await sha256(createReadStream(join(folder, name))));
    await rm(folder, { recursive: true });
    const before = simulator.bytesServed;
    while (result.kills < kills) {
      for (let times = 0; times < each && result.kills < kills; times += 1) {
        const child = exporting();
        const closed = once(child, 'close');
        await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, least + draw() * (most - least)))]);
        if (child.exitCode === null) result.kills += 1;
        child.kill('SIGKILL');
        await closed;
        await look().catch(() => undefined);
      }
      result.ended += 1;
      const [code] = (await once(exporting(), 'close')) as [number | null];
      const there = await look();
      if (code === 0 && there.length === files.length && (await readdir(folder)).length === files.length) result.finished += 1;
      result.needed += files.reduce((sum, { size }) => sum + size, 0);
      await rm(folder, { recursive: true });
    }
    return { ...result, sent: simulator.bytesServed - before };
  } finally {
    await server.close();
    await rm(folder, { recursive: true, force: true });
  }
};
