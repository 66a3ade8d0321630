import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { isContentLibraryError, type Proof, type SinkFile } from 'rx-content-library';
import { begin, closeAll, refuse, toDirectory, type Refusal, type RefusedOperation } from './faulty-disk.ts';
import { temporaryDirectory } from './temporary.ts';

const codes = ['EINVAL', 'ENOTSUP', 'ENOSYS', 'EXDEV', 'EACCES', 'EPERM', 'EIO', 'ENOSPC', 'EROFS', 'EDQUOT', 'ESTALE'] as const;
/** From Windows: a file that a virus scanner has open, a directory that is opened for a sync. */
const windowsCodes = ['EBUSY', 'EISDIR'] as const;
const allCodes = [...codes, ...windowsCodes];

const operations: readonly RefusedOperation[] = [
  'open',
  'write',
  'fsync',
  'close',
  'link',
  'rename',
  'fsync of the directory',
  'unlink',
];

const source = Buffer.alloc(300_000, 'the bytes of the file, ');
const half = 150_000;
const checksum = { algorithm: 'SHA256', value: createHash('sha256').update(source).digest('hex') } as const;
const proof: Proof = { verified: 'checksum', checksum };
const incoming = { name: 'a.iso', size: source.byteLength, content: { itemId: 'item-1', contentVersion: '7' } };

const open = (directory: string, force: boolean): Promise<SinkFile> => toDirectory(directory, { force }).open(incoming);

const replay = async (file: SinkFile): Promise<Buffer> => {
  const kept: Buffer[] = [];
  if ((file.keptBytes ?? 0) > 0) await file.replay?.((bytes) => void kept.push(Buffer.from(bytes)));
  return Buffer.concat(kept);
};

/** What one run ends with. */
type Ending = { readonly warnings: readonly string[] } | { readonly failure: unknown };

/** Opens, completes and commits the file, as a download does. */
const runOnce = async (directory: string, force: boolean, afterOpening?: () => void): Promise<Ending> => {
  begin();
  let file: SinkFile | undefined;
  try {
    file = await open(directory, force);
    afterOpening?.();
    const kept = await replay(file);
    await file.write(source.subarray(kept.byteLength));
    const result = await file.commit(proof);
    return { warnings: (result?.warnings ?? []).map(({ code }) => code) };
  } catch (failure) {
    await file?.suspend?.().catch(() => undefined);
    return { failure };
  } finally {
    expect(await closeAll()).toBe(0);
  }
};

const suspendHalf = async (directory: string, force: boolean): Promise<void> => {
  const file = await open(directory, force);
  await file.write(source.subarray(0, half));
  await file.suspend?.();
};

/** Expects the next run to have all bytes that the failed one had, and completes the file. Returns their number. */
const expectKept = async (directory: string, force: boolean): Promise<number> => {
  const found = await toDirectory(directory).find?.({ ...incoming, checksum });
  if (found !== undefined) return found.bytes;
  const file = await open(directory, force);
  const kept = await replay(file);
  expect(kept.equals(source.subarray(0, kept.byteLength))).toBe(true);
  await file.write(source.subarray(kept.byteLength));
  await file.commit(proof);
  expect(await readdir(directory)).toEqual(['a.iso']);
  expect(source.equals(await readFile(join(directory, 'a.iso')))).toBe(true);
  return kept.byteLength;
};

const isEarly: ReadonlySet<RefusedOperation> = new Set(['open', 'write']);

/** Runs one cell: a file system that always refuses the operation. */
const outcomeOf = async (refusal: Refusal, isResumed: boolean): Promise<string> => {
  const directory = await temporaryDirectory();
  const force = refusal.operation === 'rename';
  if (force) await writeFile(join(directory, 'a.iso'), 'the old file');
  if (isResumed) await suspendHalf(directory, force);
  refuse(refusal);
  const ending = await runOnce(directory, force);
  refuse();
  if ('failure' in ending) {
    expect(isContentLibraryError(ending.failure)).toBe(true);
    expect(ending.failure).toMatchObject({ _tag: 'SinkError', code: refusal.code });
    const kept = await expectKept(directory, force);
    const early = isResumed ? half : 0;
    expect({ ...refusal, kept }).toEqual({ ...refusal, kept: isEarly.has(refusal.operation) ? early : source.byteLength });
    return 'fails';
  }
  expect(source.equals(await readFile(join(directory, 'a.iso')))).toBe(true);
  return ending.warnings.length === 0 ? 'saved' : `saved, ${ending.warnings.map((code) => `\`${code}\``).join(', ')}`;
};

afterEach(() => {
  refuse();
});

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

/** The table in the docs, without its padding. */
const readTable = (): readonly string[] =>
  readFileSync('docs/09-sinks.md', 'utf8')
    .split('\n')
    .filter((line) => /^\| (?:code +\||`E[A-Z]+`)/.test(line))
    .map((line) => line.replace(/ +/g, ' '));

test('each operation that the file system refuses ends as the docs state, and keeps all verified bytes', async () => {
  const rows: string[] = [row(['code', ...operations])];
  for (const code of allCodes) {
    const cells: string[] = [];
    for (const operation of operations) {
      const outcome = await outcomeOf({ operation, code }, false);
      expect(await outcomeOf({ operation, code }, true)).toBe(outcome);
      cells.push(outcome);
    }
    rows.push(row([`\`${code}\``, ...cells]));
  }
  expect(readTable()).toEqual(rows);
});

const onLinux = process.platform === 'linux' ? test : test.skip;

// Other systems do not report whether the machine was restarted.
onLinux('a download to a file system without fsync is resumed by a later run', async () => {
  const directory = await temporaryDirectory();
  refuse({ operation: 'fsync', code: 'EINVAL' });
  await suspendHalf(directory, false);
  expect(await expectKept(directory, false)).toBe(half);
});

test('a disk that fails in the middle of the transfer keeps the bytes before', async () => {
  for (const code of codes) {
    const directory = await temporaryDirectory();
    await suspendHalf(directory, false);
    const ending = await runOnce(directory, false, () => refuse({ operation: 'write', code }));
    expect(ending).toMatchObject({ failure: { code } });
    refuse();
    expect(await expectKept(directory, false)).toBe(half);
  }
});

/** A run whose last sync has failed. */
const failedSync = async (): Promise<string> => {
  const directory = await temporaryDirectory();
  refuse({ operation: 'fsync', code: 'EIO' });
  expect(await runOnce(directory, false)).toMatchObject({ failure: { code: 'EIO' } });
  refuse();
  return directory;
};

test('bytes that a failed sync may have lost are written again by the next run, and are kept if that fails too', async () => {
  const directory = await failedSync();
  const ending = await runOnce(directory, false, () => refuse({ operation: 'write', code: 'ENOSPC' }));
  expect(ending).toMatchObject({ failure: { code: 'ENOSPC' } });
  refuse();
  expect(await expectKept(directory, false)).toBe(source.byteLength);
});

test('a next run that cannot open what a failed one has kept leaves it to the run after', async () => {
  const directory = await failedSync();
  for (const code of codes) {
    refuse({ operation: 'open', code });
    expect(await runOnce(directory, false)).toMatchObject({ failure: { code } });
    refuse();
  }
  expect(await expectKept(directory, false)).toBe(source.byteLength);
});

test('bytes that a failed sync has lost are EIO in the next run, and the run after starts over', async () => {
  const directory = await failedSync();
  const lost = Buffer.from(source).fill(0, 4096, 8192);
  await writeFile(join(directory, 'a.iso.part'), lost, { flag: 'r+' });
  const file = await open(directory, false);
  await expect(replay(file)).rejects.toMatchObject({ _tag: 'SinkError', code: 'EIO' });
  await file.suspend?.();
  expect(await expectKept(directory, false)).toBe(0);
});

test('the old file that force has replaced is not restored if the disk fails after it: the new one is complete', async () => {
  const directory = await temporaryDirectory();
  await writeFile(join(directory, 'a.iso'), 'the old file');
  refuse({ operation: 'fsync of the directory', code: 'EIO' });
  expect(await runOnce(directory, true)).toMatchObject({ failure: { code: 'EIO' } });
  expect(await readdir(directory)).toEqual(['a.iso']);
  expect(source.equals(await readFile(join(directory, 'a.iso')))).toBe(true);
});

test('where links are not possible, a file that appears during the download is not replaced', async () => {
  for (const code of ['EPERM', 'EACCES', 'EXDEV']) {
    const directory = await temporaryDirectory();
    refuse({ operation: 'link', code });
    const file = await open(directory, false);
    await file.write(source);
    await writeFile(join(directory, 'a.iso'), 'theirs');
    await expect(file.commit(proof)).rejects.toMatchObject({ code: 'EEXIST' });
    await file.suspend?.();
    expect(await readFile(join(directory, 'a.iso'), 'utf8')).toBe('theirs');
    expect(source.equals(await readFile(join(directory, 'a.iso.part')))).toBe(true);
  }
});
