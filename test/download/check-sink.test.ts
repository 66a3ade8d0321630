import { expect, test } from '@jest/globals';
import { download, type DownloadOptions, type PlannedFile, type Sink } from 'rx-content-library';
import { nodeHash } from 'rx-content-library/node';
import { collect } from '../support/collect.ts';
import { memorySink } from '../support/memory-sink.ts';
import { inventory, operationNames, preparedAtOnce, simulatedVCenter } from '../support/simulated-vcenter.ts';

const connected = () => simulatedVCenter('api', { createHash: nodeHash, inventory, scenario: { preparation: preparedAtOnce } });

/** Downloads into a sink that logs its checks and calls `check`. */
const checkedWith = async (check: NonNullable<Sink['check']>, options: DownloadOptions = {}) => {
  const { simulator, vc } = connected();
  const calls: (readonly PlannedFile[])[] = [];
  const sink: Sink = {
    ...memorySink(),
    check: (files, signal) => {
      calls.push(files);
      return check(files, signal);
    },
  };
  const { values, error } = await collect(download(vc, 'item-1', sink, options));
  return { calls, values, error, names: operationNames(simulator) };
};

const accept = async (): Promise<void> => undefined;
const create = 'content.library.item.DownloadSession.create';

test('a check is called with the checksums of the library, and again with the sizes', async () => {
  const { calls, error } = await checkedWith(accept, { files: ['ubuntu.ovf', 'ubuntu.nvram'] });
  expect(error).toBeUndefined();
  expect(calls).toEqual([
    [
      { name: 'ubuntu.ovf', checksum: { algorithm: 'SHA1', value: expect.stringMatching(/^[0-9a-f]{40}$/) } },
      { name: 'ubuntu.nvram', checksum: { algorithm: 'SHA1', value: expect.any(String) } },
    ],
    [
      { name: 'ubuntu.ovf', size: 11 },
      { name: 'ubuntu.nvram', size: 5 },
    ],
  ]);
});

test('a check that rejects ends the download before a session is created; its error becomes a SinkError', async () => {
  const { values, error, names } = await checkedWith(() => Promise.reject(new Error('the bucket is locked')));
  expect(error).toMatchObject({ _tag: 'SinkError', message: expect.stringContaining('the bucket is locked') });
  expect([values, names.includes(create)]).toEqual([[], false]);
});

test('a check that rejects the sizes ends the download before a byte is fetched, and the session is deleted', async () => {
  const rejectSizes = async ([first]: readonly PlannedFile[]): Promise<void> => {
    if (first?.size !== undefined) throw new Error('too large');
  };
  const { error, names } = await checkedWith(rejectSizes);
  expect(error).toMatchObject({ _tag: 'SinkError' });
  expect(names).toContain('content.library.item.DownloadSession.delete');
  expect(names).not.toContain('data');
});

test('with continueOnError only the destination is checked; without selected files nothing is', async () => {
  expect((await checkedWith(accept, { continueOnError: true })).calls).toEqual([[]]);
  expect((await checkedWith(accept, { files: () => false })).calls).toEqual([]);
});

test('unsubscribing aborts a check', async () => {
  const { vc } = connected();
  const started = Promise.withResolvers<AbortSignal | undefined>();
  const sink: Sink = {
    ...memorySink(),
    check: (_, signal) => {
      started.resolve(signal);
      return new Promise(() => undefined);
    },
  };
  const subscription = download(vc, 'item-1', sink).subscribe();
  const signal = await started.promise;
  expect(signal?.aborted).toBe(false);
  subscription.unsubscribe();
  expect(signal?.aborted).toBe(true);
});
