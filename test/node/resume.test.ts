import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { link, mkdir, readFile, rename, rm, stat, symlink, truncate, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import type { IncomingFile, SinkFile } from 'rx-content-library';
import { toDirectory } from 'rx-content-library/node';
import { contents, temporaryDirectory } from './temporary.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

const file: IncomingFile = {
  name: 'a.iso',
  size: 11,
  content: { itemId: 'item-1', contentVersion: '7', fileVersion: '2' },
};

const open = (directory: string, incoming = file): Promise<SinkFile> => toDirectory(directory).open(incoming);

/** Suspends a file after its first bytes. */
const suspendAfter = async (directory: string, text: string, incoming = file): Promise<void> => {
  const earlier = await open(directory, incoming);
  await earlier.write(bytes(text));
  await earlier.suspend?.();
};

const readKept = async (kept: SinkFile): Promise<string> => {
  const chunks: Uint8Array[] = [];
  await kept.replay?.((chunk) => void chunks.push(chunk.slice()));
  return Buffer.concat(chunks).toString();
};

const readSidecar = async (directory: string): Promise<Record<string, unknown>> =>
  JSON.parse(await readFile(join(directory, 'a.iso.part.json'), 'utf8')) as Record<string, unknown>;

/** Expects the first bytes to be resumed, and completes the file. */
const finish = async (directory: string, expected: string): Promise<void> => {
  const next = await open(directory);
  expect(next.keptBytes).toBe(expected.length);
  expect(await readKept(next)).toBe(expected);
  await next.write(bytes('hello world'.slice(expected.length)));
  await next.commit({ verified: 'length' });
  expect(await contents(directory)).toEqual({ 'a.iso': 'hello world' });
};

test('a suspended file is resumed by a later run', async () => {
  const directory = await temporaryDirectory();
  await suspendAfter(directory, 'hello');
  expect(Object.keys(await contents(directory))).toEqual(['a.iso.part', 'a.iso.part.json']);
  await finish(directory, 'hello');
});

test('a complete file can be kept', async () => {
  const directory = await temporaryDirectory();
  await suspendAfter(directory, 'hello world');
  await finish(directory, 'hello world');
});

test('a discarded file is not resumed', async () => {
  const directory = await temporaryDirectory();
  const earlier = await open(directory);
  await earlier.write(bytes('hello'));
  await earlier.discard();
  expect(await contents(directory)).toEqual({});
});

test('kept bytes are readKept in chunks of 1 MiB, each after the previous one was consumed', async () => {
  const directory = await temporaryDirectory();
  const text = 'much '.repeat(600_000);
  const large = { ...file, size: text.length };
  await suspendAfter(directory, text, large);
  const next = await open(directory, large);
  const taken: string[] = [];
  let atOnce = 0;
  await next.replay?.(async (chunk) => {
    atOnce += 1;
    expect(atOnce).toBe(1);
    await new Promise(setImmediate);
    taken.push(Buffer.from(chunk).toString());
    atOnce -= 1;
  });
  expect(taken.length).toBe(3);
  expect(taken.join('')).toBe(text);
  await next.discard();
});

test('a replay rejects with the error of its callback', async () => {
  const directory = await temporaryDirectory();
  await suspendAfter(directory, 'hello');
  const next = await open(directory);
  const reason = new Error('enough');
  await expect(next.replay?.(() => Promise.reject(reason))).rejects.toBe(reason);
  await next.discard();
});

test('a .part that is truncated during the replay is EBUSY', async () => {
  const directory = await temporaryDirectory();
  await suspendAfter(directory, 'hello');
  const next = await open(directory);
  await truncate(join(directory, 'a.iso.part'), 2);
  await expect(readKept(next)).rejects.toMatchObject({ _tag: 'SinkError', code: 'EBUSY' });
  await next.restart?.();
  await next.write(bytes('hello world'));
  await next.commit({ verified: 'length' });
  expect(await contents(directory)).toEqual({ 'a.iso': 'hello world' });
});

test('a restart drops the kept and the received bytes', async () => {
  const directory = await temporaryDirectory();
  await suspendAfter(directory, 'jello');
  const next = await open(directory);
  await next.write(bytes(' w'));
  await next.restart?.();
  await next.write(bytes('hel'));
  await next.restart?.();
  await next.write(bytes('hello'));
  await next.suspend?.();
  await finish(directory, 'hello');
});

test('the sidecar holds the content key and the lock owner, and finally the number of bytes', async () => {
  const directory = await temporaryDirectory();
  const next = await open(directory);
  const belonging = { format: 1, name: 'a.iso', size: 11, itemId: 'item-1', contentVersion: '7', fileVersion: '2' };
  expect(await readSidecar(directory)).toMatchObject({ ...belonging, writer: { host: hostname(), pid: process.pid } });
  await next.write(bytes('hello'));
  await next.suspend?.();
  expect(await readSidecar(directory)).toEqual({ ...belonging, flushed: 5 });
});

const other: readonly [string, IncomingFile][] = [
  ['item', { ...file, content: { itemId: 'item-2', contentVersion: '7', fileVersion: '2' } }],
  ['content version', { ...file, content: { itemId: 'item-1', contentVersion: '8', fileVersion: '2' } }],
  ['file version', { ...file, content: { itemId: 'item-1', contentVersion: '7', fileVersion: '3' } }],
  ['file version, for there is none', { ...file, content: { itemId: 'item-1', contentVersion: '7' } }],
  ['content version, for the server did not say', { ...file, content: { itemId: 'item-1', contentVersion: '' } }],
  ['size', { ...file, size: 12 }],
];

test.each([...other, ['content, because none is known', { name: 'a.iso' }] as const])(
  'bytes of another %s are not resumed',
  async (_, incoming) => {
    const directory = await temporaryDirectory();
    await suspendAfter(directory, 'hello');
    const next = await open(directory, incoming);
    expect(next.keptBytes).toBe(0);
    expect(await readFile(join(directory, 'a.iso.part'), 'utf8')).toBe('');
    await next.discard();
    expect(await contents(directory)).toEqual({});
  },
);

test.each([
  ['no content', { name: 'a.iso', size: 11 }],
  ['an empty content version', { ...file, content: { itemId: 'item-1', contentVersion: '' } }],
  ['a content version longer than a sidecar', { ...file, content: { itemId: 'item-1', contentVersion: '7'.repeat(1200) } }],
] satisfies readonly [string, IncomingFile][])('with %s a suspended file is discarded', async (_, incoming) => {
  const directory = await temporaryDirectory();
  await suspendAfter(directory, 'hello', incoming);
  expect(await contents(directory)).toEqual({});
});

test('a suspended file without a byte is discarded', async () => {
  const directory = await temporaryDirectory();
  await suspendAfter(directory, '');
  expect(await contents(directory)).toEqual({});
});

const sidecar = (directory: string): string => join(directory, 'a.iso.part.json');
const part = (directory: string): string => join(directory, 'a.iso.part');

/** Suspends a download, changes its leftovers, and expects the next run to restart without touching them. */
const expectRestart = async (change: (directory: string) => Promise<unknown>): Promise<void> => {
  const directory = await temporaryDirectory();
  await suspendAfter(directory, 'hello');
  await change(directory);
  const foreign = (await contents(directory))['elsewhere'];
  const next = await open(directory);
  expect(next.keptBytes).toBe(0);
  await next.write(bytes('hello world'));
  await next.commit({ verified: 'length' });
  expect(await contents(directory)).toEqual({ 'a.iso': 'hello world', ...(foreign === undefined ? {} : { elsewhere: foreign }) });
};

const damages: readonly [string, (directory: string) => Promise<unknown>][] = [
  ['is missing', (directory) => rm(sidecar(directory))],
  ['is empty', (directory) => truncate(sidecar(directory))],
  ['is half', (directory) => truncate(sidecar(directory), 40)],
  ['is no JSON', (directory) => writeFile(sidecar(directory), '<html>')],
  ['is null', (directory) => writeFile(sidecar(directory), 'null')],
  ['is a list', (directory) => writeFile(sidecar(directory), '[1]')],
  [
    'is of a newer version',
    async (directory) => writeFile(sidecar(directory), JSON.stringify({ ...(await readSidecar(directory)), format: 2 })),
  ],
  [
    'is of another file',
    async (directory) => writeFile(sidecar(directory), JSON.stringify({ ...(await readSidecar(directory)), name: 'A.iso' })),
  ],
  [
    'is a link',
    async (directory) => {
      await rename(sidecar(directory), join(directory, 'elsewhere'));
      await symlink('elsewhere', sidecar(directory));
    },
  ],
  ['has a second name', (directory) => link(sidecar(directory), join(directory, 'elsewhere'))],
];

test.each(damages)('if the sidecar %s, the file restarts', (_, damage) => expectRestart(damage));

const foreignParts: readonly [string, (directory: string) => Promise<unknown>][] = [
  ['is missing', (directory) => rm(part(directory))],
  ['is longer than the file', (directory) => writeFile(part(directory), 'hello world and more')],
  [
    'is a link',
    async (directory) => {
      await rename(part(directory), join(directory, 'elsewhere'));
      await symlink('elsewhere', part(directory));
    },
  ],
  ['has a second name', (directory) => link(part(directory), join(directory, 'elsewhere'))],
];

test.each(foreignParts)('if the .part %s, the file restarts', (_, change) => expectRestart(change));

test('a directory in place of the sidecar or the .part is EISDIR or EPERM, and nothing is left', async () => {
  for (const name of ['a.iso.part', 'a.iso.part.json']) {
    const directory = await temporaryDirectory();
    await mkdir(join(directory, name));
    await expect(open(directory)).rejects.toMatchObject({ _tag: 'SinkError', code: expect.stringMatching(/^(?:EISDIR|EPERM)$/) });
    await rm(join(directory, name), { recursive: true });
    expect(await contents(directory)).toEqual({});
  }
});

/** A process that runs until it is killed. */
const running = async (): Promise<{ readonly pid: number; end: () => Promise<void> }> => {
  const child = spawn(process.execPath, ['-e', 'process.stdin.resume(); console.log()'], { stdio: ['pipe', 'pipe', 'ignore'] });
  await once(child.stdout, 'data');
  return {
    pid: child.pid ?? 0,
    end: async () => {
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
};

test('the file of a process is resumed after the process was killed, and not before', async () => {
  const directory = await temporaryDirectory();
  await suspendAfter(directory, 'hello');
  const { pid, end } = await running();
  const writer = { host: hostname(), pid, id: 'theirs' };
  await writeFile(sidecar(directory), JSON.stringify({ ...(await readSidecar(directory)), writer }));
  const opening = open(directory);
  await expect(opening).rejects.toMatchObject({ _tag: 'SinkError', code: 'EBUSY' });
  await expect(opening).rejects.toThrow(`process ${pid} is downloading it`);
  await end();
  await finish(directory, 'hello');
});

/** Other systems do not report when a process started. */
const onLinux = process.platform === 'linux' ? test : test.skip;

onLinux('a process that reuses the id of a killed one does not lock the file', async () => {
  const directory = await temporaryDirectory();
  await suspendAfter(directory, 'hello');
  const { pid, end } = await running();
  const writer = { host: hostname(), pid, id: 'theirs', started: '1' };
  await writeFile(sidecar(directory), JSON.stringify({ ...(await readSidecar(directory)), writer }));
  await finish(directory, 'hello');
  await end();
});

test.each([
  ['of another machine', { host: 'elsewhere', pid: 1, id: 'theirs' }],
  ['of this process id, before a restart', { host: hostname(), pid: process.pid, id: 'theirs' }],
  ['that makes no sense', { host: hostname(), pid: -1, id: 'theirs' }],
])('a lock owner %s does not lock the file', async (_, writer) => {
  const directory = await temporaryDirectory();
  await suspendAfter(directory, 'hello');
  await writeFile(sidecar(directory), JSON.stringify({ ...(await readSidecar(directory)), writer }));
  await finish(directory, 'hello');
});

test('a download that another machine has taken over does not touch its files', async () => {
  const directory = await temporaryDirectory();
  const ours = await open(directory);
  await ours.write(bytes('hello'));
  const writer = { host: 'elsewhere', pid: 1, id: 'theirs' };
  await writeFile(sidecar(directory), JSON.stringify({ ...(await readSidecar(directory)), writer }));
  await ours.suspend?.();
  expect(await readSidecar(directory)).toMatchObject({ writer });
  expect((await stat(part(directory))).size).toBe(5);
});

/** A lock owner that ended before the machine restarted: its unsynced bytes may be lost. */
const powerCut = async (directory: string, flushed: number): Promise<void> => {
  const writer = { host: hostname(), pid: 2 ** 30, id: 'theirs', boot: 'another' };
  await writeFile(sidecar(directory), JSON.stringify({ ...(await readSidecar(directory)), flushed, writer }));
};

test('after a power cut only synced bytes are resumed', async () => {
  const directory = await temporaryDirectory();
  await suspendAfter(directory, 'hello-----');
  await powerCut(directory, 5);
  const next = await open(directory);
  expect(next.keptBytes).toBe(5);
  expect(await readFile(part(directory), 'utf8')).toBe('hello');
  await next.suspend?.();
  await finish(directory, 'hello');
});

test('after a power cut before the first sync the file restarts', async () => {
  const directory = await temporaryDirectory();
  await suspendAfter(directory, '-----');
  await powerCut(directory, 0);
  const next = await open(directory);
  expect(next.keptBytes).toBe(0);
  await next.write(bytes('hello'));
  await next.suspend?.();
  await finish(directory, 'hello');
});

test('a restart resets the synced bytes', async () => {
  const directory = await temporaryDirectory();
  await suspendAfter(directory, 'jello');
  const next = await open(directory);
  expect(await readSidecar(directory)).toMatchObject({ flushed: 5 });
  await next.restart?.();
  expect(await readSidecar(directory)).toMatchObject({ flushed: 0 });
  await next.discard();
});

test('syncs every 64 MiB during the download', async () => {
  const directory = await temporaryDirectory();
  const size = 70 * 1024 * 1024;
  const large = await open(directory, { ...file, size });
  const mebibyte = new Uint8Array(1024 * 1024);
  for (let at = 0; at < size; at += mebibyte.byteLength) await large.write(mebibyte);
  for (;;) {
    const { flushed } = await readSidecar(directory);
    if (Number(flushed) >= 64 * 1024 * 1024) break;
    await new Promise(setImmediate);
  }
  await large.discard();
  expect(await contents(directory)).toEqual({});
});

test('a failed commit can be suspended, and resumed with force', async () => {
  const directory = await temporaryDirectory();
  const ours = await open(directory);
  await ours.write(bytes('hello world'));
  await writeFile(join(directory, 'a.iso'), 'theirs');
  await expect(ours.commit({ verified: 'length' })).rejects.toMatchObject({ code: 'EEXIST' });
  await ours.suspend?.();
  await expect(open(directory)).rejects.toMatchObject({ code: 'EEXIST' });
  const next = await toDirectory(directory, { force: true }).open(file);
  expect(next.keptBytes).toBe(11);
  await next.commit({ verified: 'length' });
  expect(await contents(directory)).toEqual({ 'a.iso': 'hello world' });
});

test('a file with both names after a crash is not written to', async () => {
  const directory = await temporaryDirectory();
  await suspendAfter(directory, 'hello world');
  await link(part(directory), join(directory, 'a.iso'));
  const next = await toDirectory(directory, { force: true }).open(file);
  expect(next.keptBytes).toBe(0);
  await next.write(bytes('jello'));
  expect(await readFile(join(directory, 'a.iso'), 'utf8')).toBe('hello world');
  await next.discard();
  expect(await contents(directory)).toEqual({ 'a.iso': 'hello world' });
});
