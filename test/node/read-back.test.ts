/** A checksum that vCenter states after the last byte, of an algorithm that was not computed during the transfer. */

import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { download, toBlob, vcenter, type Sink } from 'rx-content-library';
import { nodeHash, toDirectory } from 'rx-content-library/node';
import { createSimulator, type Fault } from 'rx-content-library/simulator';
import { collect } from '../support/collect.ts';
import { ofType } from '../support/events.ts';
import { restartableMemorySink } from '../support/memory-sink.ts';
import { preparedAtOnce, user } from '../support/simulated-vcenter.ts';
import { contents, temporaryDirectory } from './temporary.ts';

/** More than one batch and one read. */
const content = 'hello world '.repeat(200_000);
const inventory = {
  libraries: [{ name: 'l', items: [{ name: 'i', id: 'item-1', files: [{ name: 'a.iso', content }] }] }],
};

interface StatedChecksum {
  readonly algorithm?: string;
  readonly checksum: string;
}

const stated = (algorithm: string, text = content): StatedChecksum => ({
  algorithm,
  checksum: createHash(algorithm.toLowerCase()).update(text).digest('hex').toUpperCase(),
});

/** A client whose server states this checksum in the session after the download, and none in the library. */
const clientOf = (checksum: StatedChecksum, faults: readonly Fault[] = []) => {
  const simulator = createSimulator({ inventory, users: [user], scenario: { preparation: preparedAtOnce, faults } });
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const request = new Request(input, init);
    const response = await simulator.fetch(request);
    if (response.headers.get('content-type') !== 'application/json' || !request.url.includes('/file')) return response;
    const fromSession = request.url.includes('download-session');
    const replaced = fromSession ? `"checksum_info":${JSON.stringify(checksum)}` : '"unknown":{}';
    const text = (await response.text()).replaceAll(/"checksum_info":\{[^}]*\}/g, replaced);
    return new Response(text, { status: response.status, headers: response.headers });
  };
  return vcenter({ server: 'https://vcenter.example.com', credentials: user, fetch, dialect: 'api' });
};

/** Counts the calls of `readBack`. */
const counted = (sink: Sink): Sink & { calls: number } => {
  const counting = {
    ...sink,
    calls: 0,
    open: async (incoming: Parameters<Sink['open']>[0]) => {
      const file = await sink.open(incoming);
      const readBack = file.readBack?.bind(file);
      if (readBack === undefined) return file;
      return Object.assign(file, {
        readBack: (consume: Parameters<typeof readBack>[0]) => {
          counting.calls += 1;
          return readBack(consume);
        },
      });
    },
  };
  return counting;
};

describe('a directory', () => {
  test.each(['MD5', 'SHA256', 'SHA512'])('reads the bytes back once to compute their %s', async (algorithm) => {
    const directory = await temporaryDirectory();
    const sink = counted(toDirectory(directory));
    const { values, error } = await collect(download(clientOf(stated(algorithm)), 'item-1', sink));
    expect(error).toBeUndefined();
    expect(ofType(values, 'saved')).toMatchObject([
      {
        verified: 'checksum',
        checksum: { algorithm, value: stated(algorithm).checksum.toLowerCase() },
      },
    ]);
    expect(await contents(directory)).toEqual({ 'a.iso': content });
    expect(sink.calls).toBe(1);
  });

  test('does not read them back for their SHA1, the default of vCenter', async () => {
    const sink = counted(toDirectory(await temporaryDirectory()));
    const { values } = await collect(download(clientOf(stated('SHA1')), 'item-1', sink));
    const saved = ofType(values, 'saved');
    expect(saved).toMatchObject([{ verified: 'checksum', checksum: { algorithm: 'SHA1' } }]);
    expect(saved[0]).not.toHaveProperty('sha256');
    expect(sink.calls).toBe(0);
  });

  test.each(['SHA1', 'SHA256'])('with the option sha256 does not read them back for their %s', async (algorithm) => {
    const sink = counted(toDirectory(await temporaryDirectory()));
    const { values } = await collect(download(clientOf(stated(algorithm)), 'item-1', sink, { sha256: true }));
    const sha256 = stated('SHA256').checksum.toLowerCase();
    expect(ofType(values, 'saved')).toMatchObject([{ verified: 'checksum', checksum: { algorithm }, sha256 }]);
    expect(sink.calls).toBe(0);
  });

  test('has no file whose checksum differs, after a second transfer', async () => {
    const directory = await temporaryDirectory();
    const sink = counted(toDirectory(directory));
    const vc = clientOf(stated('SHA512', 'other'));
    const { values, error } = await collect(download(vc, 'item-1', sink, { fileRetry: { delay: 0 } }));
    expect(error).toMatchObject({ _tag: 'ChecksumError', algorithm: 'SHA512' });
    expect(ofType(values, 'retrying')).toHaveLength(1);
    expect(sink.calls).toBe(2);
    expect(await contents(directory)).toEqual({});
  });

  test('reads the bytes of an earlier run back, too', async () => {
    const directory = await temporaryDirectory();
    const faults: readonly Fault[] = [{ kind: 'truncate', operation: 'data', shape: 'length-reset', at: 1_500_000, times: 1 }];
    const vc = clientOf(stated('MD5'), faults);
    const first = await collect(download(vc, 'item-1', toDirectory(directory), { fileRetry: false }));
    expect(first.error).toMatchObject({ _tag: 'TruncatedError' });
    const { values } = await collect(download(vc, 'item-1', toDirectory(directory)));
    expect(ofType(values, 'saved')).toMatchObject([{ verified: 'checksum', checksum: { algorithm: 'MD5' } }]);
    expect(await contents(directory)).toEqual({ 'a.iso': content });
  });

  test('keeps the bytes for a later run if the reading is interrupted', async () => {
    const directory = await temporaryDirectory();
    const sink = toDirectory(directory);
    const started = Promise.withResolvers<undefined>();
    const blocked: Sink = {
      ...sink,
      open: async (incoming) => {
        const file = await sink.open(incoming);
        const readBack = file.readBack?.bind(file);
        return Object.assign(file, {
          readBack: async (consume: (bytes: Uint8Array) => void | Promise<void>) => {
            started.resolve(undefined);
            await readBack?.(consume);
          },
        });
      },
    };
    const subscription = download(clientOf(stated('MD5')), 'item-1', blocked).subscribe();
    await started.promise;
    subscription.unsubscribe();
    // The lock is released when the file is suspended.
    const rerun = async (): Promise<unknown> => {
      const { values, error } = await collect(download(clientOf(stated('MD5')), 'item-1', toDirectory(directory)));
      return (error as { code?: string } | undefined)?.code === 'EBUSY' ? rerun() : ofType(values, 'saved');
    };
    expect(await rerun()).toMatchObject([{ bytes: content.length }]);
    expect(await contents(directory)).toEqual({ 'a.iso': content });
  });
});

test('a file in memory is read back', async () => {
  const sink = toBlob({ createHash: nodeHash });
  const { values } = await collect(download(clientOf(stated('SHA512')), 'item-1', sink));
  expect(ofType(values, 'saved')).toMatchObject([{ verified: 'checksum', checksum: { algorithm: 'SHA512' } }]);
  expect(await sink.blob('a.iso')?.text()).toBe(content);
});

test.each(['SHA1', 'SHA256'])('a sink that cannot read back computes the %s during the transfer', async (algorithm) => {
  const { values } = await collect(download(clientOf(stated(algorithm)), 'item-1', restartableMemorySink()));
  expect(ofType(values, 'saved')).toMatchObject([{ verified: 'checksum', checksum: { algorithm } }]);
});

test.each([
  ['a sink that cannot read back', restartableMemorySink(), stated('MD5')],
  ['an unknown algorithm', undefined, { algorithm: 'BLAKE3', checksum: 'aa' }],
  [
    'a sink that cannot compute the algorithm',
    toBlob({ createHash: (algorithm) => (algorithm === 'MD5' ? undefined : nodeHash(algorithm)) }),
    stated('MD5'),
  ],
])('with %s the file is verified by its length', async (_, sink, checksum) => {
  const target = sink ?? toDirectory(await temporaryDirectory());
  const { values, error } = await collect(download(clientOf(checksum), 'item-1', target));
  expect(error).toBeUndefined();
  expect(ofType(values, 'saved')).toMatchObject([{ verified: 'length' }]);
});

test('an error of the reading ends the download', async () => {
  const sink = toDirectory(await temporaryDirectory());
  const failing: Sink = {
    ...sink,
    open: async (incoming) =>
      Object.assign(await sink.open(incoming), { readBack: () => Promise.reject(new Error('the disk is gone')) }),
  };
  const { error } = await collect(download(clientOf(stated('MD5')), 'item-1', failing));
  expect(error).toMatchObject({ _tag: 'SinkError' });
  expect(String(error)).toContain('the disk is gone');
});

test('a checksum that differs from the listed one is verified again after the request for the final one has failed', async () => {
  const simulator = createSimulator({
    inventory,
    users: [user],
    createHash: nodeHash,
    scenario: { preparation: preparedAtOnce },
  });
  let hasData = false;
  let refusals = 0;
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const request = new Request(input, init);
    const isList = request.method === 'GET' && /download-session\/[^/]+\/file$/.test(request.url);
    if (isList && hasData && refusals < 1) {
      refusals += 1;
      return Response.json({ error_type: 'SERVICE_UNAVAILABLE', messages: [] }, { status: 503 });
    }
    hasData ||= request.url.includes('/cls/data/');
    const response = await simulator.fetch(request);
    if (!/library\/item\/[^/]+\/file$/.test(request.url)) return response;
    // The library lists the checksum of an earlier version.
    const text = (await response.text()).replaceAll(/"checksum":"[^"]*"/g, `"checksum":"${'0'.repeat(40)}"`);
    return new Response(text, { status: response.status, headers: response.headers });
  };
  const retry = { attempts: 1 };
  const vc = vcenter({ server: 'https://vcenter.example.com', credentials: user, fetch, dialect: 'api', retry });
  const directory = await temporaryDirectory();
  const { values, error } = await collect(download(vc, 'item-1', toDirectory(directory), { fileRetry: { delay: 0 } }));
  expect(error).toBeUndefined();
  expect(refusals).toBe(1);
  expect(ofType(values, 'retrying')).toHaveLength(1);
  expect(ofType(values, 'saved')).toMatchObject([{ verified: 'checksum', checksum: { algorithm: 'SHA1' } }]);
});
