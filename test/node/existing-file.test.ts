import { createHash } from 'node:crypto';
import { link, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import type { ChecksumAlgorithm, StatedFile } from 'rx-content-library';
import { toDirectory } from 'rx-content-library/node';
import { contents, temporaryDirectory } from './temporary.ts';

const text = 'hello world';

const stated = (algorithm: ChecksumAlgorithm = 'SHA256', of = text): StatedFile => ({
  name: 'a.iso',
  size: of.length,
  content: { itemId: 'item-1', contentVersion: '7' },
  checksum: { algorithm, value: createHash(algorithm.toLowerCase()).update(of).digest('hex') },
});

test.each(['SHA1', 'MD5', 'SHA256', 'SHA512'] as const)('an existing file with equal %s is found', async (algorithm) => {
  const directory = await temporaryDirectory();
  await writeFile(join(directory, 'a.iso'), text);
  const found = await toDirectory(directory).find?.(stated(algorithm));
  expect(found).toEqual({ path: join(directory, 'a.iso'), bytes: text.length });
});

test('checksums are compared in any case, and the length is optional', async () => {
  const directory = await temporaryDirectory();
  await writeFile(join(directory, 'a.iso'), text);
  const { name, checksum } = stated();
  const capitals = { name, checksum: { ...checksum, value: checksum.value.toUpperCase() } };
  expect(await toDirectory(directory).find?.(capitals)).toMatchObject({ bytes: text.length });
});

test.each([
  ['nothing', async () => undefined],
  ['a shorter file', (path: string) => writeFile(path, 'hello')],
  ['a file of the same length', (path: string) => writeFile(path, 'hello_world')],
  ['a directory', (path: string) => mkdir(path)],
  [
    'a link to an equal file',
    async (path: string) => {
      await writeFile(`${path}.real`, text);
      await symlink(`${path}.real`, path);
    },
  ],
])('%s is not found', async (_, make) => {
  const directory = await temporaryDirectory();
  await make(join(directory, 'a.iso'));
  expect(await toDirectory(directory).find?.(stated())).toBeUndefined();
});

test('an unsafe name is rejected', async () => {
  const finding = toDirectory(await temporaryDirectory()).find?.({ ...stated(), name: '../a.iso' });
  await expect(finding).rejects.toMatchObject({ _tag: 'UnsafeNameError' });
});

test('the signal aborts the reading', async () => {
  const directory = await temporaryDirectory();
  await writeFile(join(directory, 'a.iso'), text);
  const reason = new Error('left');
  await expect(toDirectory(directory).find?.(stated(), AbortSignal.abort(reason))).rejects.toBe(reason);
});

/** A lock owner that has ended. */
const writer = { host: hostname(), pid: 2 ** 30, id: 'gone' };

test('leftovers of a crash beside a complete file are removed when the file is found', async () => {
  const directory = await temporaryDirectory();
  await writeFile(join(directory, 'a.iso'), text);
  await link(join(directory, 'a.iso'), join(directory, 'a.iso.part'));
  await writeFile(join(directory, 'a.iso.part.json'), JSON.stringify({ writer }));
  expect(await toDirectory(directory).find?.(stated())).toBeDefined();
  expect(await contents(directory)).toEqual({ 'a.iso': text });
});

test('leftovers of a crash beside a complete file are removed when the file is rejected', async () => {
  const directory = await temporaryDirectory();
  await writeFile(join(directory, 'a.iso'), text);
  await writeFile(join(directory, 'a.iso.part.json'), JSON.stringify({ writer }));
  await expect(toDirectory(directory).open(stated())).rejects.toMatchObject({ code: 'EEXIST' });
  expect(await contents(directory)).toEqual({ 'a.iso': text });
});

test.each([
  ['a .part of other bytes', { 'a.iso.part': text, 'a.iso.part.json': JSON.stringify({ writer }) }],
  ['a sidecar without a lock owner', { 'a.iso.part.json': '{}' }],
  ['a .part that is not ours', { 'a.iso.part': text }],
])('%s is kept', async (_, files) => {
  const directory = await temporaryDirectory();
  const all: Readonly<Record<string, string>> = { 'a.iso': text, ...files };
  for (const [name, content] of Object.entries(all)) await writeFile(join(directory, name), content);
  expect(await toDirectory(directory).find?.(stated())).toBeDefined();
  expect(await contents(directory)).toEqual(all);
  expect(await readFile(join(directory, 'a.iso'), 'utf8')).toBe(text);
});
