import { mkdir, readFile, readlink, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import {
  download,
  listItems,
  listLibraries,
  SinkError,
  toFileSystemDirectory,
  vcenter,
  type Sink,
  type SinkFile,
} from 'rx-content-library';
import { toDirectory } from 'rx-content-library/node';
import { createSimulator } from 'rx-content-library/simulator';
import { lastValueFrom } from 'rxjs';
import { diskError } from '#src/node/disk/disk-error.js';
import { directoryHandle } from '../sinks/directory-handle.ts';
import { contents, temporaryDirectory } from './temporary.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** More than one batch. */
const much = 'much '.repeat(300_000);

const write = async (file: SinkFile, ...texts: readonly string[]): Promise<void> => {
  for (const text of texts) await file.write(bytes(text));
};

test('a file is NAME.part until it is committed, and NAME from then on', async () => {
  const directory = join(await temporaryDirectory(), 'made', 'for it');
  const file = await toDirectory(directory).open({ name: 'a.iso' });
  expect(file.path).toBe(join(directory, 'a.iso'));
  expect(Object.keys(await contents(directory))).toEqual(['a.iso.part', 'a.iso.part.json']);
  await write(file, 'one, ', much, ' three');
  expect(Object.keys(await contents(directory))).toEqual(['a.iso.part', 'a.iso.part.json']);
  await file.commit({ verified: 'length' });
  expect(await contents(directory)).toEqual({ 'a.iso': `one, ${much} three` });
});

test('an empty file is saved', async () => {
  const directory = await temporaryDirectory();
  await (await toDirectory(directory).open({ name: 'empty' })).commit({ verified: 'length' });
  expect(await contents(directory)).toEqual({ empty: '' });
});

test('an existing file is rejected and unchanged', async () => {
  const directory = await temporaryDirectory();
  await writeFile(join(directory, 'a.iso'), 'mine');
  const opening = toDirectory(directory).open({ name: 'a.iso' });
  await expect(opening).rejects.toBeInstanceOf(SinkError);
  await expect(opening).rejects.toMatchObject({ code: 'EEXIST', path: join(directory, 'a.iso') });
  expect(await contents(directory)).toEqual({ 'a.iso': 'mine' });
});

test('an existing file is rejected with the same message as by the web sink', async () => {
  const directory = await temporaryDirectory();
  await writeFile(join(directory, 'a.iso'), 'mine');
  const { handle } = directoryHandle({ canMove: true }, new Map([['a.iso', new Uint8Array()]]));
  const reasonOf = (sink: Sink): Promise<string> =>
    sink.open({ name: 'a.iso' }).then(
      () => '',
      (error: unknown) => String(error).split('a.iso: ')[1] ?? '',
    );
  const [node, web] = await Promise.all([toDirectory(directory), toFileSystemDirectory(handle)].map(reasonOf));
  expect(node).toMatch(/already exists/);
  expect(node).toBe(web);
});

test('an existing file is rejected before its bytes are requested', async () => {
  const directory = await temporaryDirectory();
  const simulator = createSimulator({ scenario: { preparation: { requested: 0, preparing: 0 } } });
  const vc = vcenter({
    server: 'https://vc.test',
    credentials: { username: 'administrator@vsphere.local', password: 'secret' },
    fetch: simulator.fetch,
  });
  const [library = ''] = await lastValueFrom(listLibraries(vc));
  const [item = ''] = await lastValueFrom(listItems(vc, library));
  await writeFile(join(directory, 'debian-12-1.vmdk'), 'mine');
  const downloading = lastValueFrom(download(vc, item, toDirectory(directory), { files: ['debian-12-1.vmdk'] }));
  await expect(downloading).rejects.toMatchObject({ _tag: 'SinkError', code: 'EEXIST' });
  expect(simulator.requests.filter(({ operation }) => operation === 'data')).toEqual([]);
  expect(await contents(directory)).toEqual({ 'debian-12-1.vmdk': 'mine' });
});

test('a dangling link counts as an existing file', async () => {
  const directory = await temporaryDirectory();
  await symlink('nowhere', join(directory, 'a.iso'));
  await expect(toDirectory(directory).open({ name: 'a.iso' })).rejects.toMatchObject({ code: 'EEXIST' });
});

test('force replaces a file, which is unchanged until its replacement is complete', async () => {
  const directory = await temporaryDirectory();
  await writeFile(join(directory, 'a.iso'), 'old');
  const file = await toDirectory(directory, { force: true }).open({ name: 'a.iso' });
  await write(file, much);
  expect(await readFile(join(directory, 'a.iso'), 'utf8')).toBe('old');
  await file.commit({ verified: 'length' });
  expect(await contents(directory)).toEqual({ 'a.iso': much });
});

test('a failed download with force keeps the old file', async () => {
  const directory = await temporaryDirectory();
  await writeFile(join(directory, 'a.iso'), 'old');
  const file = await toDirectory(directory, { force: true }).open({ name: 'a.iso' });
  await write(file, much);
  await file.discard();
  expect(await contents(directory)).toEqual({ 'a.iso': 'old' });
});

test('force replaces a link, not its target', async () => {
  const directory = await temporaryDirectory();
  await writeFile(join(directory, 'target'), 'theirs');
  await symlink('target', join(directory, 'a.iso'));
  const file = await toDirectory(directory, { force: true }).open({ name: 'a.iso' });
  await write(file, 'new');
  await file.commit({ verified: 'length' });
  expect(await contents(directory)).toEqual({ 'a.iso': 'new', target: 'theirs' });
});

test('a directory with that name is rejected at once, even with force', async () => {
  const directory = await temporaryDirectory();
  await mkdir(join(directory, 'a.iso'));
  for (const force of [false, true])
    await expect(toDirectory(directory, { force }).open({ name: 'a.iso' })).rejects.toMatchObject({ code: 'EISDIR' });
});

test('a file created during the download is not replaced, and the .part is removed', async () => {
  const directory = await temporaryDirectory();
  const file = await toDirectory(directory).open({ name: 'a.iso' });
  await write(file, 'ours');
  await writeFile(join(directory, 'a.iso'), 'theirs');
  await expect(file.commit({ verified: 'length' })).rejects.toMatchObject({ _tag: 'SinkError', code: 'EEXIST' });
  await file.discard();
  expect(await contents(directory)).toEqual({ 'a.iso': 'theirs' });
});

test.each([true, false])(
  'of two downloads of a file the first one wins, and the other one is EBUSY (force: %p)',
  async (force) => {
    const directory = await temporaryDirectory();
    const ours = await toDirectory(directory, { force }).open({ name: 'a.iso' });
    await write(ours, 'ours');
    const theirs = toDirectory(directory, { force }).open({ name: 'a.iso' });
    await expect(theirs).rejects.toMatchObject({ _tag: 'SinkError', code: 'EBUSY', path: join(directory, 'a.iso') });
    await ours.commit({ verified: 'length' });
    expect(await contents(directory)).toEqual({ 'a.iso': 'ours' });
  },
);

test('of downloads that start at the same time one wins, and the others reject with EBUSY', async () => {
  const directory = await temporaryDirectory();
  const openings = await Promise.allSettled([1, 2, 3].map(() => toDirectory(directory).open({ name: 'a.iso' })));
  // Which one wins depends on the disk.
  const lost = openings.flatMap((opening) => (opening.status === 'rejected' ? [opening.reason as unknown] : []));
  expect(lost).toEqual(Array(2).fill(expect.objectContaining({ _tag: 'SinkError', code: 'EBUSY' })));
  const [first] = openings.flatMap((opening) => (opening.status === 'fulfilled' ? [opening.value] : []));
  await first?.write(bytes('whole'));
  await first?.commit({ verified: 'length' });
  expect(await contents(directory)).toEqual({ 'a.iso': 'whole' });
});

test('a .part replaced by another download is an error, and is kept', async () => {
  const directory = await temporaryDirectory();
  const file = await toDirectory(directory).open({ name: 'a.iso' });
  await write(file, 'ours');
  // Like a process on another machine, which cannot see that this one is alive.
  for (const name of ['a.iso.part', 'a.iso.part.json']) {
    await rm(join(directory, name));
    await writeFile(join(directory, name), 'theirs');
  }
  await expect(file.commit({ verified: 'length' })).rejects.toMatchObject({ _tag: 'SinkError', code: 'EBUSY' });
  await file.discard();
  expect(await contents(directory)).toEqual({ 'a.iso.part': 'theirs', 'a.iso.part.json': 'theirs' });
});

test('a .part changed by another program is an error', async () => {
  const directory = await temporaryDirectory();
  const file = await toDirectory(directory).open({ name: 'a.iso' });
  await write(file, 'ours');
  await writeFile(join(directory, 'a.iso.part'), 'theirs');
  await expect(file.commit({ verified: 'length' })).rejects.toMatchObject({ _tag: 'SinkError', code: 'EBUSY' });
  await file.discard();
});

test('a .part that was moved away is an error, and a foreign file in its place is kept', async () => {
  const directory = await temporaryDirectory();
  const file = await toDirectory(directory).open({ name: 'a.iso' });
  await rename(join(directory, 'a.iso.part'), join(directory, 'moved'));
  await writeFile(join(directory, 'a.iso.part'), 'foreign');
  await expect(file.commit({ verified: 'length' })).rejects.toMatchObject({ code: 'EBUSY' });
  await file.discard();
  expect(await contents(directory)).toEqual({ 'a.iso.part': 'foreign', moved: '' });
});

test.each(['a.iso.part', 'a.iso.part.json'])('a link named %s is not followed', async (name) => {
  const directory = await temporaryDirectory();
  await writeFile(join(directory, 'precious'), 'precious');
  await symlink('precious', join(directory, name));
  const file = await toDirectory(directory).open({ name: 'a.iso' });
  await write(file, 'new');
  await file.commit({ verified: 'length' });
  expect(await contents(directory)).toEqual({ 'a.iso': 'new', precious: 'precious' });
  await expect(readlink(join(directory, 'a.iso'))).rejects.toMatchObject({ code: 'EINVAL' });
});

test('the NAME.part of an earlier download is replaced', async () => {
  const directory = await temporaryDirectory();
  await writeFile(join(directory, 'a.iso.part'), 'leftover, longer than the new file');
  const file = await toDirectory(directory).open({ name: 'a.iso' });
  await write(file, 'new');
  await file.commit({ verified: 'length' });
  expect(await contents(directory)).toEqual({ 'a.iso': 'new' });
});

test('a file in place of the directory, or of a parent, is ENOTDIR', async () => {
  const directory = await temporaryDirectory();
  await writeFile(join(directory, 'file'), '');
  for (const place of ['file', 'file/below']) {
    const opening = toDirectory(join(directory, place)).open({ name: 'a.iso' });
    await expect(opening).rejects.toMatchObject({ _tag: 'SinkError', code: 'ENOTDIR' });
    await expect(opening).rejects.toThrow(/is a file, not a directory/);
  }
});

test.each(['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT', 'EFBIG', 'ENAMETOOLONG', 'EIO', 'EMFILE', 'EBUSY'])(
  '%s has a readable message',
  (code) => {
    const error = diskError('/there/a.iso', Object.assign(new Error(`${code}: raw`), { code }));
    expect(error).toMatchObject({ _tag: 'SinkError', code, path: '/there/a.iso' });
    expect(error.message).toMatch(/^\/there\/a\.iso: [a-z].*\.$/);
    expect(error.message).not.toContain('raw');
  },
);

test.each([
  ['below a file system that allows no directories', '/proc/nowhere', 'ENOENT', /does not allow a directory here/],
  ['deep below it', '/proc/nowhere/far/down', 'ENOENT', /does not allow a directory here/],
  ['below a device', '/dev/null/below', 'ENOTDIR', /is a file, not a directory/],
  ['with a name that is too long', `/tmp/${'n'.repeat(300)}/below`, 'ENAMETOOLONG', /too long/],
])('a directory %s is refused at once', async (_, path, code, message) => {
  await expect(toDirectory(path).open({ name: 'a.iso' })).rejects.toMatchObject({
    code,
    message: expect.stringMatching(message),
  });
});

test('a directory below a dangling link, or through one that leads to itself, is refused', async () => {
  const directory = await temporaryDirectory();
  await symlink(join(directory, 'missing'), join(directory, 'dangling'));
  await symlink(join(directory, 'loop'), join(directory, 'loop'));
  for (const [name, code] of [
    ['dangling', 'ENOTDIR'],
    ['loop', 'ENOTDIR'],
    ['loop/below', 'ELOOP'],
  ] as const)
    await expect(toDirectory(join(directory, name)).open({ name: 'a.iso' })).rejects.toMatchObject({ code });
});
