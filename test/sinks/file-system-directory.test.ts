import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { toFileSystemDirectory, type FileSystemDirectoryOptions, type PlannedFile, type SinkFile } from 'rx-content-library';
import { nodeHash } from 'rx-content-library/node';
import { directoryHandle, type Platform } from './directory-handle.ts';

const bytes = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

/** More than one batch. */
const much = 'much '.repeat(300_000);

const write = async (file: SinkFile, ...texts: readonly string[]): Promise<void> => {
  for (const text of texts) await file.write(bytes(text));
};

const there = (text: string): Map<string, Uint8Array<ArrayBuffer>> => new Map([['a.iso', bytes(text)]]);

const failing = (operation: string, name: string): Platform => ({
  canMove: true,
  before: (each) => {
    if (each === operation) throw new DOMException('denied by the browser', name);
  },
});

describe.each([true, false])('in a browser that can move files: %p', (canMove) => {
  const placeholder = canMove ? { 'a.iso.part': '' } : { 'a.iso': '' };

  test('nothing is visible until the file is committed', async () => {
    const { handle, texts } = directoryHandle({ canMove });
    const file = await toFileSystemDirectory(handle).open({ name: 'a.iso' });
    await write(file, 'one, ', much, ' three');
    expect(texts()).toEqual(placeholder);
    await file.commit({ verified: 'length' });
    expect(texts()).toEqual({ 'a.iso': `one, ${much} three` });
  });

  test('a discarded file leaves nothing', async () => {
    const { handle, texts } = directoryHandle({ canMove });
    const file = await toFileSystemDirectory(handle).open({ name: 'a.iso' });
    await write(file, much);
    await file.discard();
    expect(texts()).toEqual({});
  });

  test('a restart drops the received bytes', async () => {
    const { handle, texts } = directoryHandle({ canMove });
    const file = await toFileSystemDirectory(handle).open({ name: 'a.iso' });
    await write(file, much, 'x');
    await file.restart?.();
    await write(file, 'new');
    await file.commit({ verified: 'length' });
    expect(texts()).toEqual({ 'a.iso': 'new' });
  });

  test('an existing file is rejected and unchanged', async () => {
    const { handle, texts } = directoryHandle({ canMove }, there('mine'));
    const opening = toFileSystemDirectory(handle).open({ name: 'a.iso' });
    await expect(opening).rejects.toMatchObject({ _tag: 'SinkError', code: 'EEXIST' });
    expect(texts()).toEqual({ 'a.iso': 'mine' });
  });

  test('force replaces a file, which is unchanged until its replacement is complete', async () => {
    const { handle, texts } = directoryHandle({ canMove }, there('old'));
    const sink = toFileSystemDirectory(handle, { force: true });
    const failed = await sink.open({ name: 'a.iso' });
    await write(failed, much);
    await failed.discard();
    expect(texts()).toEqual({ 'a.iso': 'old' });
    const file = await sink.open({ name: 'a.iso' });
    await write(file, much);
    expect(texts()).toEqual({ 'a.iso': 'old' });
    await file.commit({ verified: 'length' });
    expect(texts()).toEqual({ 'a.iso': much });
  });

  test('a discard after the commit has no effect', async () => {
    const { handle, texts } = directoryHandle({ canMove });
    const file = await toFileSystemDirectory(handle).open({ name: 'a.iso' });
    await write(file, 'whole');
    await file.commit({ verified: 'length' });
    await file.discard();
    expect(texts()).toEqual({ 'a.iso': 'whole' });
  });
});

test('a file created during the download is not replaced', async () => {
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  const { handle, texts } = directoryHandle({ canMove: true }, files);
  const file = await toFileSystemDirectory(handle).open({ name: 'a.iso' });
  await write(file, 'ours');
  files.set('a.iso', bytes('theirs'));
  await expect(file.commit({ verified: 'length' })).rejects.toMatchObject({ _tag: 'SinkError', code: 'EEXIST' });
  await file.discard();
  expect(texts()).toEqual({ 'a.iso': 'theirs' });
});

test('a directory with that name is EISDIR', async () => {
  const { handle } = directoryHandle({ canMove: true }, new Map([['a.iso', null]]));
  const opening = toFileSystemDirectory(handle, { force: true }).open({ name: 'a.iso' });
  await expect(opening).rejects.toMatchObject({ _tag: 'SinkError', code: 'EISDIR' });
});

test.each([
  ['getFileHandle', 'NotAllowedError', 'EACCES'],
  ['createWritable', 'NoModificationAllowedError', 'EBUSY'],
  ['write', 'QuotaExceededError', 'ENOSPC'],
  ['truncate', 'QuotaExceededError', 'ENOSPC'],
  ['close', 'QuotaExceededError', 'ENOSPC'],
  ['move', 'NotAllowedError', 'EACCES'],
  ['move', 'QuotaExceededError', 'ENOSPC'],
  ['move', 'InvalidStateError', 'ESTALE'],
  ['getFileHandle', 'SecurityError', 'EACCES'],
  ['createWritable', 'NotSupportedError', 'ENOTSUP'],
  ['write', 'NotReadableError', 'EIO'],
  ['close', 'AbortError', 'EPERM'],
  ['close', 'UnknownError', 'EIO'],
])('a %s that fails with a %s is a SinkError with %s, and nothing is left', async (operation, name, code) => {
  const { handle, texts } = directoryHandle(failing(operation, name));
  let file: SinkFile | undefined;
  const run = async (): Promise<void> => {
    file = await toFileSystemDirectory(handle).open({ name: 'a.iso' });
    await write(file, much);
    if (operation === 'truncate') await file.restart?.();
    await file.commit({ verified: 'length' });
  };
  await expect(run()).rejects.toMatchObject({ _tag: 'SinkError', code, path: 'a.iso' });
  await file?.discard();
  expect(texts()).toEqual({});
});

test.each(['NotSupportedError', 'InvalidModificationError', 'TypeError'])(
  'where a file cannot be moved (%s) it is copied, and nothing else is left',
  async (name) => {
    const { handle, texts } = directoryHandle({
      canMove: true,
      before: (operation) => {
        if (operation === 'move')
          throw name === 'TypeError' ? new TypeError('not enough arguments') : new DOMException('no', name);
      },
    });
    const file = await toFileSystemDirectory(handle).open({ name: 'a.iso' });
    await write(file, 'one, ', much);
    await file.commit({ verified: 'length' });
    await file.discard();
    expect(texts()).toEqual({ 'a.iso': `one, ${much}` });
  },
);

test('a file that was copied is complete if its temporary file cannot be removed, with a warning', async () => {
  const { handle, texts } = directoryHandle({
    canMove: true,
    before: (operation) => {
      if (operation === 'move') throw new DOMException('no', 'NotSupportedError');
      if (operation === 'removeEntry') throw new DOMException('in use', 'NoModificationAllowedError');
    },
  });
  const file = await toFileSystemDirectory(handle).open({ name: 'a.iso' });
  await write(file, 'whole');
  const result = await file.commit({ verified: 'length' });
  expect(result?.warnings).toEqual([{ code: 'PART_NOT_REMOVED', message: expect.stringContaining('a.iso.part') }]);
  expect(texts()).toEqual({ 'a.iso': 'whole', 'a.iso.part': 'whole' });
});

test.each(['write', 'close', 'createWritable'] as const)('a copy whose %s fails is removed', async (operation) => {
  let isCopying = false;
  const { handle, texts } = directoryHandle({
    canMove: true,
    before: (each) => {
      if (isCopying && each === operation) throw new DOMException('full', 'QuotaExceededError');
      if (each !== 'move') return;
      isCopying = true;
      throw new DOMException('no', 'NotSupportedError');
    },
  });
  const file = await toFileSystemDirectory(handle).open({ name: 'a.iso' });
  await write(file, much);
  await expect(file.commit({ verified: 'length' })).rejects.toMatchObject({ _tag: 'SinkError', code: 'ENOSPC' });
  await file.discard();
  expect(texts()).toEqual({});
});

test('long names with the same beginning are written at the same time, in temporary names of at most 255 bytes', async () => {
  const { handle, texts } = directoryHandle({ canMove: true });
  const sink = toFileSystemDirectory(handle);
  const names = ['a', 'b', 'ä', '円'].map((end) => `${'x'.repeat(252)}${end}`);
  const files = await Promise.all(names.map((name) => sink.open({ name })));
  const temporary = Object.keys(texts());
  expect(temporary).toHaveLength(names.length);
  for (const name of temporary) {
    expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255);
    expect(name).toMatch(/\.part$/);
  }
  for (const [index, file] of files.entries()) {
    await write(file, `file ${index}`);
    await file.commit({ verified: 'length' });
  }
  expect(texts()).toEqual(Object.fromEntries(names.map((name, index) => [name, `file ${index}`])));
});

test('unsafe and colliding names are rejected', async () => {
  const { handle, texts } = directoryHandle({ canMove: true });
  const sink = toFileSystemDirectory(handle);
  await expect(sink.open({ name: '../a' })).rejects.toMatchObject({ _tag: 'UnsafeNameError' });
  await (await sink.open({ name: 'a.iso' })).commit({ verified: 'length' });
  await expect(sink.open({ name: 'A.ISO' })).rejects.toMatchObject({ _tag: 'UnsafeNameError' });
  expect(texts()).toEqual({ 'a.iso': '' });
});

describe('an existing file', () => {
  const stated = {
    name: 'a.iso',
    size: 5,
    checksum: { algorithm: 'SHA256', value: createHash('sha256').update('whole').digest('hex').toUpperCase() },
  } as const;

  test.each([
    ['equal', 'whole', { bytes: 5 }],
    ['another of the same length', 'w-ole', undefined],
    ['shorter', 'who', undefined],
  ])('is found if it is %s', async (_, text, expected) => {
    const { handle } = directoryHandle({ canMove: true }, there(text));
    expect(await toFileSystemDirectory(handle, { createHash: nodeHash }).find?.(stated)).toEqual(expected);
  });

  test('is not found without checksums, and a missing file is not found', async () => {
    const { handle } = directoryHandle({ canMove: true }, there('whole'));
    expect('find' in toFileSystemDirectory(handle)).toBe(false);
    expect(await toFileSystemDirectory(handle, { createHash: () => undefined }).find?.(stated)).toBeUndefined();
    const empty = directoryHandle({ canMove: true }).handle;
    expect(await toFileSystemDirectory(empty, { createHash: nodeHash }).find?.(stated)).toBeUndefined();
  });

  test('is read once as long as it does not change', async () => {
    const files = there('whole');
    let bytesRead = 0;
    const sink = toFileSystemDirectory(directoryHandle({ canMove: true }, files).handle, {
      createHash: () => {
        const hash = createHash('sha256');
        return {
          update: (bytes) => {
            bytesRead += bytes.byteLength;
            hash.update(bytes);
          },
          digest: () => hash.digest('hex'),
        };
      },
    });
    for (let call = 0; call < 3; call += 1) expect(await sink.find?.(stated)).toEqual({ bytes: 5 });
    expect(bytesRead).toBe(5);
    const otherChecksum = { ...stated, checksum: { algorithm: 'SHA256', value: '0'.repeat(64) } } as const;
    expect(await sink.find?.(otherChecksum)).toBeUndefined();
    expect(await sink.find?.(stated)).toEqual({ bytes: 5 });
    files.set('a.iso', new TextEncoder().encode('w-ole'));
    expect(await sink.find?.(stated)).toBeUndefined();
    files.set('a.iso', new TextEncoder().encode('whole'));
    expect(await sink.find?.(stated)).toEqual({ bytes: 5 });
    expect(bytesRead).toBe(20);
  });

  test('is not read further after an abort', async () => {
    const { handle } = directoryHandle({ canMove: true }, there('whole'));
    const reason = new Error('left');
    const finding = toFileSystemDirectory(handle, { createHash: nodeHash }).find?.(stated, AbortSignal.abort(reason));
    await expect(finding).rejects.toBe(reason);
  });
});

describe('before a download begins', () => {
  const mine = { algorithm: 'SHA256', value: createHash('sha256').update('mine').digest('hex') } as const;
  const other = { algorithm: 'SHA256', value: '0'.repeat(64) } as const;
  const check = (files: readonly PlannedFile[], options: FileSystemDirectoryOptions = {}) =>
    toFileSystemDirectory(directoryHandle({ canMove: true }, there('mine')).handle, options).check?.(files);

  test('an existing file is refused', async () => {
    await expect(check([{ name: 'a.iso' }])).rejects.toMatchObject({ _tag: 'SinkError', code: 'EEXIST' });
  });

  test('an existing file with another checksum is refused, and one with the stated checksum is not', async () => {
    const hashing = { createHash: nodeHash };
    await expect(check([{ name: 'a.iso', checksum: other }], hashing)).rejects.toMatchObject({ code: 'EEXIST' });
    await expect(check([{ name: 'a.iso', checksum: mine }], hashing)).resolves.toBeUndefined();
  });

  test('an existing file whose checksum may be stated later, a new file, and any file with `force` are not refused', async () => {
    await expect(check([{ name: 'a.iso' }], { createHash: nodeHash })).resolves.toBeUndefined();
    await expect(check([{ name: 'b.iso' }])).resolves.toBeUndefined();
    await expect(check([{ name: 'a.iso', checksum: other }], { force: true })).resolves.toBeUndefined();
  });

  test('an unsafe name is refused', async () => {
    await expect(check([{ name: '../a.iso' }])).rejects.toMatchObject({ _tag: 'UnsafeNameError' });
  });
});
