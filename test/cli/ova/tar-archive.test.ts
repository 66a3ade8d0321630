/** The archive is read by other programs in ova.test.ts; here, names and sizes of any kind. */

import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { unpackTar } from 'modern-tar';
import { SinkError, type SinkFile } from 'rx-content-library';
import { createTarArchive } from '#src/cli/ova/tar-archive.js';

const modifiedAt = new Date('2026-11-27T00:00:00Z');

const memoryFile = () => {
  const chunks: Uint8Array[] = [];
  const ends: string[] = [];
  const file: SinkFile = {
    write: async (bytes) => void chunks.push(bytes.slice()),
    commit: async () => void ends.push('committed'),
    discard: async () => void ends.push('discarded'),
  };
  return { file, ends, bytes: () => Buffer.concat(chunks) };
};

const names = fc
  .string({ unit: 'binary', minLength: 1, maxLength: 120 })
  .filter((name) => name.isWellFormed() && !/[\0/]/.test(name) && Buffer.byteLength(name) <= 255);

test('any names and sizes are read as they were written', async () => {
  const entries = fc.uniqueArray(fc.record({ name: names, size: fc.nat({ max: 2_000 }) }), {
    selector: ({ name }) => name,
    maxLength: 6,
  });
  await fc.assert(
    fc.asyncProperty(entries, fc.integer({ min: 1, max: 700 }), async (all, chunkSize) => {
      const { file, bytes, ends } = memoryFile();
      const archive = await createTarArchive(file, modifiedAt);
      for (const [index, { name, size }] of all.entries()) {
        const entry = archive.add(name, size);
        for (let at = 0; at < size; at += chunkSize)
          await entry.write(new Uint8Array(Math.min(chunkSize, size - at)).fill(index + 1));
        await entry.close();
      }
      await archive.finish();
      const unpacked = await unpackTar(bytes(), { strict: true });
      expect(unpacked.map(({ header, data }) => ({ name: header.name, size: data?.length ?? 0 }))).toEqual(all);
      for (const [index, { data }] of unpacked.entries()) expect(data?.every((byte) => byte === index + 1) ?? true).toBe(true);
      expect(archive.bytes).toBe(bytes().length);
      expect(archive.bytes % 512).toBe(0);
      expect(ends).toEqual(['committed']);
    }),
    { numRuns: 60 },
  );
});

test('an entry with fewer bytes than stated rejects, and the archive with it', async () => {
  const { file, ends } = memoryFile();
  const archive = await createTarArchive(file, modifiedAt);
  const entry = archive.add('disk.vmdk', 5);
  await entry.write(new Uint8Array(4));
  await expect(entry.close()).rejects.toThrow(/disk\.vmdk/);
  await expect(archive.finish()).rejects.toThrow();
  await archive.discard();
  expect(ends).toEqual(['discarded']);
});

test('rejects with the error of the file', async () => {
  const error = new SinkError({ path: 'a.ova', reason: 'no space left', code: 'ENOSPC' });
  const { file, ends } = memoryFile();
  const archive = await createTarArchive({ ...file, write: async () => Promise.reject(error) }, modifiedAt);
  const write = async (): Promise<void> => {
    const entry = archive.add('disk.vmdk', 100 * 1024 * 1024);
    for (let count = 0; count < 100; count += 1) await entry.write(new Uint8Array(1024 * 1024));
  };
  await expect(write()).rejects.toBe(error);
  await expect(archive.finish()).rejects.toBe(error);
  await archive.discard();
  await archive.discard();
  expect(ends).toEqual(['discarded']);
});

test('buffers no more than 8 MiB and a chunk while the file is written slowly', async () => {
  const { file } = memoryFile();
  let written = 0;
  let release = (): void => undefined;
  const slow: SinkFile = {
    ...file,
    write: (bytes) =>
      new Promise((resolve) => {
        release = () => {
          written += bytes.byteLength;
          resolve();
        };
      }),
  };
  const archive = await createTarArchive(slow, modifiedAt);
  const entry = archive.add('disk.vmdk', 64 * 1024 * 1024);
  let taken = 0;
  const writing = (async () => {
    for (let count = 0; count < 64; count += 1) {
      await entry.write(new Uint8Array(1024 * 1024));
      taken += 1024 * 1024;
      expect(taken - written).toBeLessThanOrEqual(9 * 1024 * 1024);
    }
    await entry.close();
    await archive.finish();
  })();
  let isDone = false;
  const done = writing.finally(() => (isDone = true));
  while (!isDone) {
    release();
    await new Promise((resolve) => setImmediate(resolve));
  }
  await done;
  expect(taken).toBe(64 * 1024 * 1024);
});
