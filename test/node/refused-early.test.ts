import type * as FileSystem from 'node:fs/promises';
import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, jest, test } from '@jest/globals';
import { download, type DownloadOptions } from 'rx-content-library';
import type { Inventory, InventoryFile } from 'rx-content-library/simulator';
import { collect } from '../support/collect.ts';
import { ofType } from '../support/events.ts';
import { operationNames, preparedAtOnce, simulatedVCenter } from '../support/simulated-vcenter.ts';
import { temporaryDirectory } from './temporary.ts';

/** What the disk reports, if not what the real one does. */
const disk: { free?: number; isReadOnly?: boolean } = {};
afterEach(() => {
  delete disk.free;
  delete disk.isReadOnly;
});

const real = jest.requireActual<typeof FileSystem>('node:fs/promises');
jest.unstable_mockModule('node:fs/promises', () => ({
  ...real,
  statfs: async (path: string) => {
    const stats = await real.statfs(path);
    return disk.free === undefined ? stats : Object.assign(stats, { bsize: 1, bavail: disk.free, blocks: 1000 });
  },
  access: async (path: string, mode?: number) => {
    if (disk.isReadOnly === true) throw Object.assign(new Error('read-only'), { code: 'EROFS' });
    return real.access(path, mode);
  },
}));
// Loaded after the disk is replaced.
const { nodeHash, toDirectory } = await import('rx-content-library/node');

const inventoryOf = (files: readonly InventoryFile[]): Inventory => ({
  libraries: [{ name: 'library', items: [{ id: 'item-1', name: 'item', files }] }],
});

const twoFiles = inventoryOf([
  { name: 'a.iso', content: 'one' },
  { name: 'b.iso', content: 'two' },
]);

const downloaded = async (
  directory: string,
  { inventory = twoFiles, force = false, ...options }: DownloadOptions & { inventory?: Inventory; force?: boolean } = {},
) => {
  const { simulator, vc } = simulatedVCenter('api', {
    inventory,
    createHash: nodeHash,
    scenario: { preparation: preparedAtOnce },
  });
  const { values, error } = await collect(download(vc, 'item-1', toDirectory(directory, { force }), options));
  const names = operationNames(simulator);
  return {
    values,
    error,
    hadSession: names.includes('content.library.item.DownloadSession.create'),
    fetched: names.filter((name) => name === 'data').length,
    left: simulator.sessions.length,
  };
};

const refusals: Readonly<Record<string, { code?: string; prepare: (directory: string) => Promise<unknown>; at?: string }>> = {
  'a destination that is a file': { code: 'ENOTDIR', prepare: (path) => writeFile(join(path, 'x'), ''), at: 'x' },
  'a destination below a file': { code: 'ENOTDIR', prepare: (path) => writeFile(join(path, 'x'), ''), at: 'x/below' },
  'a destination that can never be created': { code: 'ENOENT', prepare: async () => undefined, at: '/proc/nowhere' },
  'a destination that is read-only': { code: 'EROFS', prepare: async () => (disk.isReadOnly = true) },
  'another file with the name of a file': { code: 'EEXIST', prepare: (path) => writeFile(join(path, 'b.iso'), 'other') },
  'a directory with the name of a file': { code: 'EISDIR', prepare: (path) => mkdir(join(path, 'b.iso')) },
  'a dangling link with the name of a file': { code: 'EEXIST', prepare: (path) => symlink('nowhere', join(path, 'b.iso')) },
};

test.each(Object.entries(refusals))(
  '%s is refused before a download session is created',
  async (_, { code, prepare, at = '' }) => {
    const directory = await temporaryDirectory();
    await prepare(directory);
    const before = await readdir(directory);
    const { error, hadSession, values } = await downloaded(at.startsWith('/') ? at : join(directory, at));
    expect(error).toMatchObject({ _tag: 'SinkError', code });
    expect([hadSession, values]).toEqual([false, []]);
    expect(await readdir(directory)).toEqual(before);
  },
);

test.each([
  ['an unsafe name', '../outside'],
  ['a name that another one equals but for its case', 'A.ISO'],
])('%s is refused before a download session is created', async (_, name) => {
  const directory = await temporaryDirectory();
  const { error, hadSession } = await downloaded(join(directory, 'new'), {
    inventory: inventoryOf([
      { name: 'a.iso', content: 'x' },
      { name, content: 'y' },
    ]),
  });
  expect([error, hadSession]).toEqual([expect.objectContaining({ _tag: 'UnsafeNameError' }), false]);
  expect(await readdir(directory)).toEqual([]);
});

test('files that exist already, and files that are not selected, are no obstacle', async () => {
  const directory = await temporaryDirectory();
  await writeFile(join(directory, 'a.iso'), 'one');
  const { error, values } = await downloaded(directory);
  expect(error).toBeUndefined();
  expect(ofType(values, 'saved').map(({ file, skipped }) => [file, skipped])).toEqual(
    expect.arrayContaining([
      ['a.iso', true],
      ['b.iso', undefined],
    ]),
  );
  await writeFile(join(directory, 'b.iso'), 'other');
  expect((await downloaded(directory, { files: ['a.iso'] })).error).toBeUndefined();
  expect((await downloaded(directory, { force: true })).error).toBeUndefined();
});

test('with continueOnError an existing file fails alone, and a destination that is a file ends the download early', async () => {
  const directory = await temporaryDirectory();
  await writeFile(join(directory, 'b.iso'), 'other');
  const { error, values } = await downloaded(directory, { continueOnError: true });
  expect(error).toBeUndefined();
  expect(values.at(-1)).toMatchObject({ type: 'closed', files: 1, failed: 1 });
  const early = await downloaded(join(directory, 'b.iso'), { continueOnError: true });
  expect([early.error, early.hadSession]).toEqual([expect.objectContaining({ code: 'ENOTDIR' }), false]);
});

const fourFiles = inventoryOf(['a', 'b', 'c', 'd'].map((name) => ({ name, size: 300_000_000 })));

test('a full disk is refused before the first byte, with what is missing for the whole download', async () => {
  disk.free = 1_000_000;
  const { error, fetched, left } = await downloaded(await temporaryDirectory(), { inventory: fourFiles });
  expect(error).toMatchObject({ _tag: 'SinkError', code: 'ENOSPC' });
  expect(String(error)).toMatch(
    /: not enough disk space: 1\.2 GB needed for all files still to come, 1\.0 MB free, 1\.2 GB missing\./,
  );
  expect([fetched, left]).toEqual([0, 0]);
});

test('a disk with space for some of the files is refused before the first byte', async () => {
  disk.free = 1_000_000_000;
  const { error, fetched } = await downloaded(await temporaryDirectory(), { inventory: fourFiles });
  expect(String(error)).toMatch(/1\.2 GB needed for all files still to come, 1\.0 GB free, 200\.0 MB missing\./);
  expect(fetched).toBe(0);
});

const refuseWrites = async (code: string): Promise<() => void> => {
  const handle = await real.open('package.json');
  const prototype = Object.getPrototypeOf(handle) as typeof handle;
  await handle.close();
  const mock = jest.spyOn(prototype, 'writev').mockRejectedValue(Object.assign(new Error(code), { code }));
  return () => mock.mockRestore();
};

test.each([
  [
    'ENOSPC',
    'no space left on the disk: 1.2 GB needed for all files still to come, 1.0 MB free, 1.2 GB missing. Free some space',
  ],
  ['EDQUOT', 'the disk quota is exceeded: 1.2 GB needed for all files still to come. Free some space'],
  ['EIO', 'input/output error. Check the health'],
])('a write that fails with %s states what is missing for the whole download, if it is about space', async (code, message) => {
  const restore = await refuseWrites(code);
  const directory = await temporaryDirectory();
  const size = 300_000_000;
  const others = ['b', 'c', 'd'].map((name) => ({ name, size }));
  const file = await toDirectory(directory).open({ name: 'a', size, others });
  disk.free = 1_000_000;
  await file.write(new Uint8Array(2_000_000));
  await expect(file.commit({ verified: 'none' })).rejects.toMatchObject({
    _tag: 'SinkError',
    code,
    message: expect.stringContaining(message),
  });
  await file.discard();
  restore();
});

test('files that are saved by then are not still to come, also with force', async () => {
  const directory = await temporaryDirectory();
  const [a, b, c] = [
    { name: 'a', size: 2_000_000 },
    { name: 'b', size: 2_000_000 },
    { name: 'c', size: 2_000_000 },
  ];
  for (const { name } of [a, b, c]) await writeFile(join(directory, name), 'old');
  const sink = toDirectory(directory, { force: true });
  const late = await sink.open({ ...a, others: [b, c] });
  const saved = await sink.open(b);
  await saved.write(new Uint8Array(2_000_000));
  await saved.commit({ verified: 'length' });
  const restore = await refuseWrites('EDQUOT');
  await late.write(new Uint8Array(1_500_000));
  await expect(late.commit({ verified: 'none' })).rejects.toThrow(/4\.0 MB needed for all files still to come/);
  await late.discard();
  restore();
});

test('with continueOnError each failed file states what is missing for all files still to come', async () => {
  disk.free = 1_000_000;
  const { values } = await downloaded(await temporaryDirectory(), {
    inventory: inventoryOf([...(fourFiles.libraries[0]?.items[0]?.files ?? []), { name: 'small', content: 'fits' }]),
    continueOnError: true,
    concurrency: 1,
  });
  expect(ofType(values, 'failed').map(({ error }) => /space: (.*) needed/.exec(error.message)?.[1])).toEqual([
    '1.2 GB',
    '900.0 MB',
    '600.0 MB',
    '300.0 MB',
  ]);
  expect(ofType(values, 'saved')).toMatchObject([{ file: 'small' }]);
});

test('bytes that an earlier run has kept need no space', async () => {
  const directory = await temporaryDirectory();
  const inventory = inventoryOf([{ name: 'a', size: 300_000 }]);
  await writeFile(join(directory, 'a.part'), new Uint8Array(250_000));
  disk.free = 100_000;
  const sink = toDirectory(directory);
  await expect(sink.check?.([{ name: 'a', size: 300_000 }])).resolves.toBeUndefined();
  disk.free = 10_000;
  await expect(sink.check?.([{ name: 'a', size: 300_000 }])).rejects.toThrow(/50\.0 KB needed .* 40\.0 KB missing/);
  expect((await downloaded(directory, { inventory })).fetched).toBe(0);
});

test('an existing file is read once, although it is checked before and skipped later', async () => {
  const directory = await temporaryDirectory();
  await writeFile(join(directory, 'a.iso'), 'one');
  const sink = toDirectory(directory);
  const checksum = { algorithm: 'SHA1', value: 'fe05bcdcdc4928012781a5f1a2a77cbb5398e106' } as const;
  await sink.check?.([{ name: 'a.iso', checksum }]);
  expect(await sink.find?.({ name: 'a.iso', checksum })).toEqual({ path: join(directory, 'a.iso'), bytes: 3 });
  // A file that has changed since is read again.
  await writeFile(join(directory, 'a.iso'), 'changed');
  expect(await sink.find?.({ name: 'a.iso', checksum })).toBeUndefined();
});
