/** Every public function that takes options refuses unknown ones, and accepts `undefined` for the known ones. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  attempt,
  compareLibrary,
  createDownloadQueue,
  createDownloadSession,
  download,
  keepDownloadSessionAlive,
  listDownloadSessions,
  mirror,
  preparation,
  preparations,
  prepareDownloadFile,
  snapshots,
  syncItem,
  toBlob,
  toFileSystemDirectory,
  toWritableStream,
  vcenter,
  watchDownloadSession,
  watchLibrary,
  withVCenter,
  type VCenter,
} from 'rx-content-library';
import { createSelfSignedCertificate, nodeFetch, serve, toDirectory, type RunningServer } from 'rx-content-library/node';
import { toBucket } from 'rx-content-library/s3';
import { createSimulator } from 'rx-content-library/simulator';
import { EMPTY, isObservable, lastValueFrom } from 'rxjs';
import { nearestName } from '#src/options/known-options.js';
import { root } from '../docs/markdown.ts';
import { memoryTarget } from '../support/memory-target.ts';

const server = 'https://vcenter.example.com';
const credentials = { username: 'administrator@vsphere.local', password: 'secret' };
const simulator = createSimulator();
const vc = vcenter({ server, credentials, fetch: simulator.fetch });

const s3 = new S3Client({ region: 'us-east-1' });

interface Row {
  /** Name of the type of the options. */
  readonly type: string;
  readonly call: (options: never) => unknown;
  /** All options. */
  readonly names: readonly string[];
  readonly required?: object;
}

const pollOptions = ['period', 'refresh$', 'jitter', 'seed', 'whileHidden', 'pollAttempts', 'onRetry'];
const retryOptions = ['attempts', 'delay', 'budget', 'onRetry'];

const rows: readonly Row[] = [
  {
    type: 'VCenterOptions',
    call: vcenter,
    names: ['server', 'credentials', 'dialect', 'downloadHost', 'fetch', 'timeout', 'retry', 'signal', 'polling'],
    required: { server, credentials },
  },
  {
    type: 'VCenterOptions',
    call: (options) => withVCenter(options, () => EMPTY),
    names: ['dialect', 'downloadHost', 'fetch', 'timeout', 'retry', 'signal', 'polling'],
    required: { server, credentials },
  },
  {
    type: 'WithVCenterOptions',
    call: (options) => withVCenter({ server, credentials }, () => EMPTY, options),
    names: ['onLogoutFailed'],
  },
  { type: 'RetryOptions', call: (retry) => vcenter({ server, credentials, retry }), names: retryOptions },
  {
    type: 'PreparationOptions',
    call: (options) => preparation(vc, 'session', 'file', options),
    names: [...pollOptions, 'patience', 'endpointType'],
  },
  {
    type: 'PreparationWaitOptions',
    call: (options) => preparations(vc, 'session', [], options),
    names: [...pollOptions, 'patience'],
  },
  { type: 'WatchOptions', call: (options) => watchDownloadSession(vc, 'session', options), names: pollOptions },
  {
    type: 'DownloadOptions',
    call: (options) => download(vc, 'item', toBlob(), options),
    names: [
      ...pollOptions,
      'patience',
      'files',
      'concurrency',
      'limitRate',
      'continueOnError',
      'timeout',
      'fileRetry',
      'sha256',
      'nextFile',
      'onWarning',
    ],
  },
  {
    type: 'DownloadQueueOptions',
    call: (options) => createDownloadQueue(vc, options),
    names: ['concurrency', 'connections', 'limitRate', 'period', 'history', 'download', 'restore', 'toSink'],
  },
  {
    type: 'QueueDownloadOptions',
    call: (download) => createDownloadQueue(vc, { download }),
    names: [...pollOptions, 'patience', 'continueOnError', 'timeout', 'fileRetry', 'onWarning'],
  },
  {
    type: 'AddDownloadOptions',
    call: (options) => {
      const queue = createDownloadQueue(vc);
      queue.add('item', toBlob(), options);
      queue.close();
    },
    names: ['files', 'data', 'id'],
  },
  {
    type: 'FileRetryOptions',
    call: (fileRetry) => download(vc, 'item', toBlob(), { fileRetry }),
    names: ['attempts', 'delay'],
  },
  {
    type: 'LowSpeedOptions',
    call: (lowSpeed) => download(vc, 'item', toBlob(), { lowSpeed }),
    names: ['bytesPerSecond', 'time'],
  },
  {
    type: 'PrepareDownloadFileOptions',
    call: (options) => prepareDownloadFile(vc, 'session', 'file', options),
    names: ['endpointType'],
  },
  {
    type: 'CreateDownloadSessionOptions',
    call: (options) => createDownloadSession(vc, 'item', options),
    names: ['clientToken'],
  },
  { type: 'ListDownloadSessionsOptions', call: (options) => listDownloadSessions(vc, options), names: ['itemId'] },
  { type: 'KeepAliveOptions', call: (options) => keepDownloadSessionAlive(vc, 'session', options), names: ['progress'] },
  {
    type: 'SyncItemOptions',
    call: (options) => syncItem(vc, 'item', options),
    names: ['forceSyncContent', 'syncOptionalFiles'],
  },
  { type: 'SinkOptions', call: toBlob, names: ['createHash'] },
  { type: 'SinkOptions', call: (options) => toWritableStream(new WritableStream(), options), names: ['createHash'] },
  {
    type: 'FileSystemDirectoryOptions',
    call: (options) => toFileSystemDirectory({} as FileSystemDirectoryHandle, options),
    names: ['force', 'createHash'],
  },
  {
    type: 'MirrorOptions',
    call: (options) => mirror(vc, 'library', memoryTarget(), options),
    names: ['include', 'delete', 'concurrency', 'every', 'download'],
  },
  {
    type: 'CompareLibraryOptions',
    call: (options) => compareLibrary(vc, 'library', memoryTarget(), options),
    names: ['include'],
  },
  {
    type: 'MirrorDownloadOptions',
    call: (download) => mirror(vc, 'library', memoryTarget(), { download }),
    names: [...pollOptions, 'patience', 'concurrency', 'timeout', 'fileRetry', 'onWarning'],
  },
  { type: 'WatchLibraryOptions', call: (options) => watchLibrary(vc, 'library', options), names: pollOptions },
  { type: 'SnapshotOptions', call: snapshots, names: ['period'] },
  { type: 'DirectoryOptions', call: (options) => toDirectory('downloads', options), names: ['force'] },
  {
    type: 'BucketOptions',
    call: (options) => toBucket(s3, options),
    names: ['bucket', 'prefix'],
    required: { bucket: 'images' },
  },
  { type: 'NodeFetchOptions', call: nodeFetch, names: ['thumbprint', 'ca', 'insecure', 'proxy'] },
  { type: 'ServeOptions', call: (options) => serve(simulator.fetch, options), names: ['port', 'host', 'tls'] },
  { type: 'SelfSignedOptions', call: createSelfSignedCertificate, names: ['names', 'validFrom', 'validTo'] },
  {
    type: 'SimulatorOptions',
    call: createSimulator,
    names: ['inventory', 'scenario', 'users', 'certificate', 'clock', 'seed', 'createHash'],
  },
  {
    type: 'ScenarioChanges',
    call: (changes) => createSimulator().setScenario(changes),
    names: ['preparation', 'files', 'data', 'faults'],
  },
];

const isPlainObject = (value: unknown): value is object => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Returns what a call throws, rejects with, or errors with; `undefined` if nothing, or an error that vCenter caused. */
const failureOf = async ({ call, required }: Row, options: unknown): Promise<unknown> => {
  try {
    const result = call((isPlainObject(options) ? { ...required, ...options } : options) as never);
    if (isObservable(result)) await lastValueFrom(result.pipe(attempt()), { defaultValue: undefined });
    const awaited = await result;
    if (typeof awaited === 'object' && awaited !== null && 'close' in awaited) await (awaited as RunningServer).close();
    return undefined;
  } catch (thrown) {
    return thrown;
  }
};

test('the table has every type of options that the package exports', () => {
  const exported = ['src/index.ts', 'src/node/index.ts', 'src/simulator/index.ts'].flatMap((file) =>
    [...readFileSync(join(root, file), 'utf8').matchAll(/\b\w+Options\b/g)].map(([name]) => name),
  );
  const inherited = ['PollOptions', 'PollRetryOptions'];
  expect(exported.filter((name) => !inherited.includes(name) && !rows.some(({ type }) => type === name))).toEqual([]);
});

describe.each(rows)('$type', (row) => {
  test('a misspelled option is refused with the nearest name', async () => {
    for (const name of row.names) {
      const misspelled = `${name.slice(0, 1)}${name.slice(2)}`;
      const failure = await failureOf(row, { [misspelled]: undefined });
      expect(failure).toBeInstanceOf(TypeError);
      expect(String(failure)).toContain(`${misspelled}: unknown option; did you mean ${name}?`);
    }
  });

  test('an option like no other is refused with all names', async () => {
    const failure = await failureOf(row, { qqqqqqqqqqqqqqqqqqqqqq: 1 });
    expect(failure).toBeInstanceOf(TypeError);
    expect(String(failure)).toContain(`unknown option; the options are `);
    for (const name of row.names) expect(String(failure)).toContain(name);
  });

  test('options that are no object are refused', async () => {
    for (const options of [null, 5, 'text', []]) expect(await failureOf(row, options)).toBeInstanceOf(TypeError);
  });

  test('every option may be undefined', async () => {
    const unset = Object.fromEntries(row.names.map((name) => [name, undefined]));
    expect(await failureOf(row, { ...unset, ...row.required })).toBeUndefined();
  });
});

test('for all names: one that is known, or differs in one letter or in case, has itself as the nearest', () => {
  const known = ['attempts', 'delay', 'budget', 'onRetry', 'whileHidden'];
  const edit = fc.constantFrom(
    (name: string, index: number) => name.slice(0, index) + name.slice(index + 1),
    (name: string, index: number) => `${name.slice(0, index)}x${name.slice(index)}`,
    (name: string) => name.toUpperCase(),
    (name: string) => name,
  );
  fc.assert(
    fc.property(fc.constantFrom(...known), edit, fc.nat(4), (name, change, index) => {
      expect(nearestName(change(name, index), known)).toBe(name);
    }),
  );
});

describe('a missing argument is named', () => {
  const missing = undefined as unknown as VCenter;
  const failureOfCall = (call: () => unknown): Promise<unknown> => failureOf({ type: '', call, names: [] }, {});

  test.each([
    ['preparation', () => preparation(missing, 'session', 'file')],
    ['preparations', () => preparations(missing, 'session')],
    ['watchDownloadSession', () => watchDownloadSession(missing, 'session')],
    ['download', () => download(missing, 'item', toBlob())],
    ['createDownloadSession', () => createDownloadSession(missing, 'item')],
    ['a lookalike', () => prepareDownloadFile({ server } as VCenter, 'session', 'file')],
  ])('%s without a connection', async (_, call) => {
    const failure = await failureOfCall(call);
    expect(failure).toBeInstanceOf(TypeError);
    expect(String(failure)).toMatch(/vc: expected a connection/);
  });

  test.each([
    ['item', () => download(vc, undefined as unknown as string, toBlob())],
    ['sink', () => download(vc, 'item', undefined as never)],
  ])('%s of a download', async (argument, call) => {
    expect(String(await failureOfCall(call))).toMatch(new RegExp(`TypeError: ${argument}: expected`));
  });
});
