import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { download, logout, vcenter, type DownloadOptions, type Sink, type VCenterOptions } from 'rx-content-library';
import { toDirectory } from 'rx-content-library/node';
import { createSimulator, type Fault, type InventoryFile, type Scenario } from 'rx-content-library/simulator';
import { collect, collectValues } from '../support/collect.ts';
import { ofType } from '../support/events.ts';
import { inFakeTime } from '../support/fake-time.ts';
import { memorySink, restartableMemorySink } from '../support/memory-sink.ts';
import { operationNames, preparedAtOnce, user } from '../support/simulated-vcenter.ts';

const server = 'https://vcenter.example.com';
const size = 700_000;
const fileList = 'content.library.item.File.list';
const inventoryOf = (files: readonly InventoryFile[]) => ({
  libraries: [{ id: 'lib', name: 'l', items: [{ id: 'item-1', name: 'i', contentVersion: '7', files }] }],
});
const files = [
  { name: 'a.ovf', content: '<Envelope/>', version: '2' },
  { name: 'disk.vmdk', size, version: '3' },
];

const setUp = (
  scenario: Scenario = {},
  inventory = inventoryOf(files),
  modify: (text: string, url: string) => string = (text) => text,
  options: Partial<VCenterOptions> = {},
) => {
  const simulator = createSimulator({
    inventory,
    users: [user],
    scenario: { version: '9.0', preparation: preparedAtOnce, ...scenario },
  });
  /** The origins that the API session id was sent to. */
  const sessionOrigins: string[] = [];
  /** The requests for file data: the service in the path, and the range. */
  const data: { path: string; range: string | null }[] = [];
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const request = new Request(input, init);
    const { origin, pathname } = new URL(request.url);
    if (request.headers.has('vmware-api-session-id')) sessionOrigins.push(origin);
    if (pathname.startsWith('/cls/')) data.push({ path: pathname.split('/')[2] ?? '', range: request.headers.get('range') });
    const response = await simulator.fetch(request);
    if (response.headers.get('content-type') !== 'application/json') return response;
    const { status, headers } = response;
    return new Response(modify(await response.text(), request.url), { status, headers });
  };
  const vc = vcenter({ server, credentials: user, fetch, ...options });
  const run = (sink: Sink = restartableMemorySink(), options: DownloadOptions = {}) =>
    collect(download(vc, 'item-1', sink, options));
  return { simulator, vc, run, sessionOrigins, data };
};

const once = (fault: Fault): Scenario => ({ faults: [{ ...fault, times: 1 }] });

describe('an item of vSphere 9.0 whose files have links', () => {
  test('is downloaded without a download session, and verified by the checksums of the library', async () => {
    const { simulator, vc } = setUp();
    const sink = memorySink();
    const events = await collectValues(download(vc, { id: 'item-1', name: 'i' }, sink));
    expect(events[0]).toEqual({
      type: 'opened',
      itemId: 'item-1',
      itemName: 'i',
      dialect: 'api',
      strategy: 'link',
      contentVersion: '7',
      files: [{ name: 'a.ovf' }, { name: 'disk.vmdk' }],
    });
    expect(ofType(events, 'saved').map(({ file, bytes, verified }) => [file, bytes, verified])).toEqual([
      ['a.ovf', 11, 'checksum'],
      ['disk.vmdk', size, 'checksum'],
    ]);
    expect(ofType(events, 'status')).toEqual([]);
    await collectValues(logout(vc));
    expect(operationNames(simulator)).toEqual([
      'cis.Session.create',
      fileList,
      'content.library.Item.get',
      fileList,
      'data',
      'data',
      'cis.Session.delete',
    ]);
    expect(simulator.apiSessions).toBe(0);
  });

  test('is requested with the version of each file, and the API session id goes to its own origin only', async () => {
    const { run, simulator, sessionOrigins } = setUp();
    await run();
    expect(simulator.requests.filter(({ operation }) => operation === 'data').map(({ path }) => path)).toEqual([
      '/cls/static/lib/item-1/a.ovf?version=2',
      '/cls/static/lib/item-1/disk.vmdk?version=3',
    ]);
    expect(new Set(sessionOrigins)).toEqual(new Set([server]));
  });

  test('fetches the selected files only', async () => {
    const { run, data } = setUp();
    const { values } = await run(memorySink(), { files: ['a.ovf'] });
    expect(values[0]).toMatchObject({ strategy: 'link', files: [{ name: 'a.ovf' }] });
    expect(data).toHaveLength(1);
  });

  test('keeps the login alive during the transfers', async () => {
    const memory = memorySink();
    const slowSink: Sink = {
      ...memory,
      open: async (file) => ({
        ...(await memory.open(file)),
        write: () => new Promise((resolve) => setTimeout(resolve, 40 * 60_000)),
      }),
    };
    const { run, simulator } = setUp({ leases: { apiSession: 30 * 60_000 } });
    const { error, values } = await inFakeTime(() => run(slowSink, { files: ['disk.vmdk'] }));
    expect(error).toBeUndefined();
    expect(ofType(values, 'closed')[0]?.duration).toBeGreaterThan(60 * 60_000);
    expect(operationNames(simulator).filter((name) => name === 'cis.Session.create')).toHaveLength(1);
    expect(operationNames(simulator).filter((name) => name === 'cis.Session.get').length).toBeGreaterThanOrEqual(80);
  });

  test('resumes when a connection breaks', async () => {
    const scenario = once({ kind: 'truncate', operation: 'data', file: 'disk.vmdk', shape: 'length-reset', at: 300_000 });
    const { run, data, simulator } = setUp(scenario);
    const { values, error } = await inFakeTime(() => run(restartableMemorySink(), { files: ['disk.vmdk'] }));
    expect(error).toBeUndefined();
    expect(ofType(values, 'retrying')).toHaveLength(1);
    expect(data).toEqual([
      { path: 'static', range: null },
      { path: 'static', range: 'bytes=300000-' },
    ]);
    expect(simulator.sessions).toEqual([]);
  });

  test('is resumed by a later run', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'rx-content-library-'));
    try {
      const { run, data } = setUp(
        once({ kind: 'truncate', operation: 'data', file: 'disk.vmdk', shape: 'length-reset', at: 300_000 }),
      );
      const first = await run(toDirectory(directory), { files: ['disk.vmdk'], fileRetry: false });
      expect(first.error).toMatchObject({ _tag: 'TruncatedError', received: 300_000 });
      const second = await run(toDirectory(directory), { files: ['disk.vmdk'] });
      expect(second.error).toBeUndefined();
      expect(data.at(-1)).toEqual({ path: 'static', range: 'bytes=300000-' });
      expect((await readFile(join(directory, 'disk.vmdk'))).byteLength).toBe(size);
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});

describe('a link that is refused', () => {
  test.each(['NOT_FOUND', 'UNAUTHORIZED', 'UNSUPPORTED'] as const)(
    'with %s is replaced by a download session, which resumes the file',
    async (errorType) => {
      const { run, data, simulator } = setUp({
        faults: [
          { kind: 'truncate', operation: 'data', file: 'disk.vmdk', shape: 'length-reset', at: 300_000, times: 1 },
          { kind: 'refusal', operation: 'data', file: 'disk.vmdk', errorType, times: 1 },
        ],
      });
      const { values, error } = await inFakeTime(() => run(restartableMemorySink(), { files: ['disk.vmdk'] }));
      expect(error).toBeUndefined();
      expect(ofType(values, 'opened')).toHaveLength(1);
      expect(ofType(values, 'lease').map(({ state }) => state)).toEqual(['lost', 'renewed']);
      expect(ofType(values, 'saved')).toMatchObject([{ bytes: size, verified: 'checksum' }]);
      expect(data).toEqual([
        { path: 'static', range: null },
        { path: 'static', range: 'bytes=300000-' },
        { path: 'data', range: 'bytes=300000-' },
      ]);
      expect(simulator.sessions).toEqual([]);
    },
  );

  test('with 401 each time is replaced by a download session, after two logins at most', async () => {
    const simulator = createSimulator({
      inventory: inventoryOf(files),
      users: [user],
      scenario: { version: '9.0', preparation: preparedAtOnce },
    });
    const fetch: typeof globalThis.fetch = (input, init) => {
      const request = new Request(input, init);
      if (!request.url.includes('/cls/static/')) return simulator.fetch(request);
      return Promise.resolve(Response.json({ error_type: 'UNAUTHENTICATED', messages: [] }, { status: 401 }));
    };
    const vc = vcenter({ server, credentials: user, fetch });
    const { values, error } = await inFakeTime(() => collect(download(vc, 'item-1', restartableMemorySink())));
    await collectValues(logout(vc));
    expect(error).toBeUndefined();
    expect(ofType(values, 'saved').map(({ file }) => file)).toEqual(['a.ovf', 'disk.vmdk']);
    expect(operationNames(simulator).filter((name) => name === 'cis.Session.create')).toHaveLength(2);
    expect([simulator.apiSessions, simulator.sessions]).toEqual([0, []]);
  });

  test('because the item has changed errors with LeaseError: files of two versions are never mixed', async () => {
    let hasChanged = false;
    const { run, simulator } = setUp(
      { faults: [{ kind: 'refusal', operation: 'data', file: 'disk.vmdk', errorType: 'NOT_FOUND' }] },
      inventoryOf(files),
      (text, url) => {
        if (url.includes('download-session')) hasChanged = true;
        return hasChanged ? text.replace('"library_item_content_version":"7"', '"library_item_content_version":"8"') : text;
      },
    );
    const sink = memorySink();
    const { error } = await run(sink);
    expect(error).toMatchObject({ _tag: 'LeaseError', ending: 'failed', message: expect.stringContaining('changed') });
    expect([...sink.files.keys()]).toEqual(['a.ovf']);
    expect(simulator.sessions).toEqual([]);
  });
});

describe('a download session is used', () => {
  const strategyOf = async ({ run }: ReturnType<typeof setUp>, options: DownloadOptions = {}) => {
    const { values, error } = await run(memorySink(), options);
    expect(error).toBeUndefined();
    return ofType(values, 'opened').map(({ strategy }) => strategy);
  };

  test('before vSphere 9.0', async () => {
    expect(await strategyOf(setUp({ version: '8.0' }))).toEqual(['session']);
  });

  test('if one of the selected files has no link', async () => {
    const inventory = inventoryOf([...files, { name: 'cold.vmdk', size: 10, cached: false }]);
    expect(await strategyOf(setUp({}, inventory))).toEqual(['session']);
    expect(await strategyOf(setUp({}, inventory), { files: (name) => name !== 'cold.vmdk' })).toEqual(['link']);
  });

  test('if a file name cannot be part of a link, for which vCenter refuses the list', async () => {
    expect(await strategyOf(setUp({}, inventoryOf([...files, { name: 'odd name.iso', content: 'x' }])))).toEqual(['session']);
  });

  test('if the links have another origin, which must not get the API session id', async () => {
    const { run, sessionOrigins } = setUp({}, inventoryOf(files), (text) =>
      text.replaceAll(`${server}/cls/static`, 'https://elsewhere.example.com/cls/static'),
    );
    const { values } = await run(memorySink());
    expect(ofType(values, 'opened')).toMatchObject([{ strategy: 'session' }]);
    expect(new Set(sessionOrigins)).toEqual(new Set([server]));
  });

  test('if downloadHost is another host than the server', async () => {
    const toInternalHost = (text: string): string => text.replaceAll(`${server}/cls/`, 'https://internal.example.com/cls/');
    const withDownloadHost = (downloadHost: string, modify?: typeof toInternalHost) =>
      setUp({}, inventoryOf(files), modify, { downloadHost });
    expect(await strategyOf(withDownloadHost('other.example.com'))).toEqual(['session']);
    expect(await strategyOf(withDownloadHost('other.example.com', toInternalHost))).toEqual(['session']);
    expect(await strategyOf(withDownloadHost('vcenter.example.com', toInternalHost))).toEqual(['link']);
  });

  test('if the files change while the item is read', async () => {
    let lists = 0;
    const changing = setUp({}, inventoryOf(files), (text, url) => {
      if (!url.endsWith('/file')) return text;
      lists += 1;
      return lists === 2 ? text.replaceAll('"version":"3"', '"version":"4"') : text;
    });
    expect(await strategyOf(changing)).toEqual(['session']);
  });

  test('if the content version is not stated', async () => {
    const withoutVersion = setUp({}, inventoryOf(files), (text) => text.replace('"content_version":"7",', ''));
    expect(await strategyOf(withoutVersion)).toEqual(['session']);
  });
});

test('a refused password is not sent again', async () => {
  const { simulator } = setUp();
  const vc = vcenter({ server, credentials: { ...user, password: 'wrong' }, fetch: simulator.fetch });
  const { error } = await collect(download(vc, 'item-1', memorySink()));
  expect(error).toMatchObject({ _tag: 'AuthenticationError' });
  expect(operationNames(simulator)).toEqual(['cis.Session.create']);
});
