import { open, readFile, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, jest, test } from '@jest/globals';
import { download, vcenter, type Sink, type SinkFile } from 'rx-content-library';
import { nodeHash, toDirectory } from 'rx-content-library/node';
import { createSimulator } from 'rx-content-library/simulator';
import { collect } from '../support/collect.ts';
import { ofType } from '../support/events.ts';
import { preparedAtOnce, user } from '../support/simulated-vcenter.ts';
import { served } from './servers.ts';
import { temporaryDirectory } from './temporary.ts';

afterEach(() => {
  jest.restoreAllMocks();
});

const pattern = (length: number, from: number): Uint8Array<ArrayBuffer> =>
  Uint8Array.from({ length }, (_, index) => ((index + from) * 31 + ((index + from) >> 8)) % 251);

type Write = (this: FileHandle, chunks: Uint8Array[], position: number) => Promise<{ bytesWritten: number }>;

/** Replaces `writev` of all file handles; called with the original. */
const replaceWrite = async (directory: string, wrap: (original: Write) => Write): Promise<void> => {
  const any = await open(directory);
  const disk = Object.getPrototypeOf(any) as FileHandle;
  await any.close();
  const original = Reflect.get(disk, 'writev') as Write;
  jest.spyOn(disk, 'writev').mockImplementation(wrap(original) as never);
};

/** A file, and which of its chunks were released; released chunks are overwritten. */
const opened = async (directory: string) => {
  const file = await toDirectory(directory).open({ name: 'a.iso' });
  const returned: number[] = [];
  const write = async (length: number, from: number): Promise<void> => {
    await file.write(pattern(length, from), ({ buffer }) => {
      returned.push(from);
      (buffer as ArrayBuffer).transfer(0);
    });
  };
  return { file, returned, write };
};

test('chunks are released when they are written, and not before', async () => {
  const directory = await temporaryDirectory();
  const gate = Promise.withResolvers<undefined>();
  await replaceWrite(
    directory,
    (original) =>
      async function (chunks, position) {
        await gate.promise;
        return Reflect.apply(original, this, [chunks, position]);
      },
  );
  const { file, returned, write } = await opened(directory);
  await write(700_000, 0);
  await write(700_000, 700_000);
  await write(5, 1_400_000);
  expect(returned).toEqual([]);
  gate.resolve(undefined);
  await file.commit({ verified: 'none' });
  expect(returned).toEqual([0, 700_000, 1_400_000]);
  expect(Buffer.from(pattern(1_400_005, 0)).equals(await readFile(join(directory, 'a.iso')))).toBe(true);
});

test('chunks of a short write are released when all of it is written', async () => {
  const directory = await temporaryDirectory();
  await replaceWrite(
    directory,
    (original) =>
      function (chunks, position) {
        return Reflect.apply(original, this, [[Buffer.concat(chunks).subarray(0, 600_000)], position]);
      },
  );
  const { file, returned, write } = await opened(directory);
  await write(500_000, 0);
  await write(700_000, 500_000);
  await file.commit({ verified: 'none' });
  expect(returned).toEqual([0, 500_000]);
  expect(Buffer.from(pattern(1_200_000, 0)).equals(await readFile(join(directory, 'a.iso')))).toBe(true);
});

test('chunks of a failed write are not released', async () => {
  const directory = await temporaryDirectory();
  await replaceWrite(directory, () => () => Promise.reject(Object.assign(new Error('no space'), { code: 'ENOSPC' })));
  const { file, returned, write } = await opened(directory);
  await write(1_100_000, 0);
  await expect(file.commit({ verified: 'none' })).rejects.toMatchObject({ code: 'ENOSPC' });
  await file.discard();
  expect(returned).toEqual([]);
});

test("buffers of the platform's fetch can be released, and the file is correct even after a broken connection", async () => {
  const size = 3_000_000;
  const simulator = createSimulator({
    createHash: nodeHash,
    users: [user],
    scenario: {
      preparation: preparedAtOnce,
      checksums: 'SHA256',
      faults: [{ kind: 'truncate', operation: 'data', shape: 'length-reset', at: 2_000_000, times: 1 }],
    },
    inventory: { libraries: [{ name: 'templates', items: [{ id: 'item-1', name: 'item', files: [{ name: 'a.iso', size }] }] }] },
  });
  const { url } = await served(simulator.fetch);
  const directory = await temporaryDirectory();
  const inner = toDirectory(directory);
  let offered = 0;
  const watched: Sink = {
    ...inner,
    open: async (incoming) => {
      const file = await inner.open(incoming);
      const write: SinkFile['write'] = (chunk, freeBuffer) => {
        if (freeBuffer !== undefined) offered += chunk.byteLength;
        return file.write(chunk, freeBuffer);
      };
      return new Proxy(file, {
        get: (_, name) => {
          if (name === 'write') return write;
          const member: unknown = Reflect.get(file, name, file);
          return typeof member === 'function' ? (member as (...given: readonly unknown[]) => unknown).bind(file) : member;
        },
      });
    },
  };
  const { values, error } = await collect(download(vcenter({ server: url, credentials: user }), 'item-1', watched));
  expect(error).toBeUndefined();
  expect(ofType(values, 'retrying')).toHaveLength(1);
  expect(ofType(values, 'saved')[0]).toMatchObject({ bytes: size, verified: 'checksum' });
  expect(offered).toBe(size);
  const hash = nodeHash('SHA256');
  hash.update(await readFile(join(directory, 'a.iso')));
  expect(ofType(values, 'saved')[0]?.checksum?.value).toBe(hash.digest());
});
