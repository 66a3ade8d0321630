import { describe, expect, test } from '@jest/globals';
import type { Preparation } from 'rx-content-library/simulator';
import { dialects, field, startDownload } from './call.ts';

const files = [{ name: 'disk.vmdk', size: 1000 }];

describe.each(dialects)('in /%s', (dialect) => {
  test('a file passes through the statuses over time', async () => {
    const { get, prepare, advance } = await startDownload(dialect, { files });
    expect((await get('disk.vmdk')).json).toEqual({ name: 'disk.vmdk', bytes_transferred: 0, status: 'UNPREPARED' });
    await prepare('disk.vmdk');
    advance(199);
    expect((await get('disk.vmdk')).json).toEqual({ name: 'disk.vmdk', bytes_transferred: 0, status: 'PREPARE_REQUESTED' });
    advance(1);
    expect((await get('disk.vmdk')).json).toEqual({ name: 'disk.vmdk', bytes_transferred: 0, status: 'PREPARING' });
    advance(300);
    expect((await get('disk.vmdk')).json).toEqual({ name: 'disk.vmdk', bytes_transferred: 500, status: 'PREPARING' });
    advance(299);
    expect((await get('disk.vmdk')).json).toEqual({ name: 'disk.vmdk', bytes_transferred: 998, status: 'PREPARING' });
    advance(1);
    expect((await get('disk.vmdk')).json).toEqual({
      name: 'disk.vmdk',
      size: 1000,
      bytes_transferred: 1000,
      status: 'PREPARED',
      download_endpoint: {
        uri: expect.stringMatching(/^https:\/\/vcenter\.example\.test\/cls\/data\/[0-9a-f]{32}\/disk\.vmdk$/),
      },
    });
  });

  test('the scenario defines the duration of each status, for all files and for single files', async () => {
    const scenario = { preparation: { requested: 10, preparing: 0 }, files: { slow: { requested: 5000 } } };
    const { get, prepare, advance } = await startDownload(dialect, {
      scenario,
      files: [
        { name: 'fast', size: 1 },
        { name: 'slow', size: 1 },
      ],
    });
    await prepare('fast');
    await prepare('slow');
    advance(10);
    expect((await get('fast')).json).toHaveProperty('status', 'PREPARED');
    expect((await get('slow')).json).toHaveProperty('status', 'PREPARE_REQUESTED');
    advance(4990);
    expect((await get('slow')).json).toHaveProperty('status', 'PREPARED');
  });

  test('a file without preparation time is PREPARED in the response to prepare', async () => {
    const { prepare } = await startDownload(dialect, { files, scenario: { preparation: { requested: 0, preparing: 0 } } });
    expect((await prepare('disk.vmdk')).json).toHaveProperty('status', 'PREPARED');
  });

  test('a repeated prepare request has no effect', async () => {
    const { prepare, advance } = await startDownload(dialect, { files });
    await prepare('disk.vmdk');
    advance(500);
    expect((await prepare('disk.vmdk')).json).toHaveProperty('status', 'PREPARING');
    advance(300);
    expect((await prepare('disk.vmdk')).json).toHaveProperty('status', 'PREPARED');
  });

  test('a failed preparation has ERROR and a message with the file name', async () => {
    const { get, prepare, advance } = await startDownload(dialect, {
      files,
      scenario: { files: { 'disk.vmdk': { outcome: 'ERROR' } } },
    });
    await prepare('disk.vmdk');
    advance(799);
    expect((await get('disk.vmdk')).json).toHaveProperty('status', 'PREPARING');
    advance(1);
    expect((await get('disk.vmdk')).json).toEqual({
      name: 'disk.vmdk',
      bytes_transferred: 500,
      status: 'ERROR',
      error_message: {
        id: 'com.vmware.vdcs.cls-main.file_transfer_error',
        default_message: 'Error transferring file disk.vmdk. Reason: IO error.',
        args: ['disk.vmdk', 'IO error'],
      },
    });
  });

  test("a failed preparation has the scenario's message, or none", async () => {
    const message = { id: 'com.example.no', default_message: 'No.', args: [] };
    const preparation = { requested: 0, preparing: 0, outcome: 'ERROR' } as const;
    const { prepare } = await startDownload(dialect, {
      files: [
        { name: 'a', size: 1 },
        { name: 'b', size: 1 },
      ],
      scenario: { preparation, files: { a: { message }, b: { message: null } } },
    });
    expect((await prepare('a')).json).toHaveProperty('error_message', message);
    expect((await prepare('b')).json).toEqual({ name: 'b', bytes_transferred: 0, status: 'ERROR' });
  });

  test('a prepare request after a failure starts again', async () => {
    const { get, prepare, advance } = await startDownload(dialect, { files, scenario: { preparation: { outcome: 'ERROR' } } });
    await prepare('disk.vmdk');
    advance(800);
    expect((await prepare('disk.vmdk')).json).toHaveProperty('status', 'PREPARE_REQUESTED');
    advance(800);
    expect((await get('disk.vmdk')).json).toHaveProperty('status', 'ERROR');
  });

  test('a direct endpoint is a URI on the datastore', async () => {
    const { prepare } = await startDownload(dialect, { files, scenario: { preparation: { requested: 0, preparing: 0 } } });
    const { json } = await prepare('disk.vmdk', { type: 'DIRECT' });
    expect(field(json, 'download_endpoint', 'uri')).toMatch(
      /^ds:\/\/\/vmfs\/volumes\/[0-9a-f-]{36}\/\/contentlib-[0-9a-f-]{36}\/item\/disk_[0-9a-f-]{36}\.vmdk\?serverId=[0-9a-f-]{36}$/,
    );
  });

  test('an ended session has no links', async () => {
    const { call, get, linkOf, session } = await startDownload(dialect, { files });
    await linkOf('disk.vmdk');
    await call('content.library.item.DownloadSession.cancel', { session });
    const { json } = await get('disk.vmdk');
    expect(json).toHaveProperty('status', 'PREPARED');
    expect(json).not.toHaveProperty('download_endpoint');
  });

  test('custom phases replace the default ones, and may go back', async () => {
    const phases = [
      { status: 'UNPREPARED', lasts: 10 },
      { status: 'PREPARING', lasts: 100 },
      { status: 'PREPARE_REQUESTED', lasts: 50 },
      { status: 'PREPARING', lasts: 300 },
    ] as const;
    const { get, prepare, advance } = await startDownload(dialect, { files, scenario: { preparation: { phases } } });
    await prepare('disk.vmdk');
    const seen: unknown[] = [];
    for (const ms of [0, 10, 99, 1, 49, 1, 299, 1]) {
      advance(ms);
      const { json } = await get('disk.vmdk');
      seen.push([field(json, 'status'), field(json, 'bytes_transferred')]);
    }
    expect(seen).toEqual([
      ['UNPREPARED', 0],
      ['PREPARING', 0],
      ['PREPARING', 247],
      ['PREPARE_REQUESTED', 250],
      ['PREPARE_REQUESTED', 250],
      ['PREPARING', 250],
      ['PREPARING', 997],
      ['PREPARED', 1000],
    ]);
  });

  test('without phases a file has its outcome immediately', async () => {
    const { prepare } = await startDownload(dialect, { files, scenario: { preparation: { phases: [] } } });
    expect((await prepare('disk.vmdk')).json).toMatchObject({ status: 'PREPARED', bytes_transferred: 1000 });
  });

  test('bytesMove: false keeps bytes_transferred at 0', async () => {
    const { get, prepare, advance } = await startDownload(dialect, { files, scenario: { preparation: { bytesMove: false } } });
    await prepare('disk.vmdk');
    for (const ms of [500, 300]) {
      advance(ms);
      expect((await get('disk.vmdk')).json).toHaveProperty('bytes_transferred', 0);
    }
  });

  test.each([
    ['at-once', [true, true, true]],
    ['prepared', [false, true, true]],
    ['downloaded', [false, false, true]],
    ['never', [false, false, false]],
  ] as const)('size and checksum can be returned from the stage %s', async (stage, expected) => {
    const present = async (preparation: Preparation, name: string) => {
      const { get, linkOf, simulator } = await startDownload(dialect, { files, scenario: { preparation } });
      const values = [field((await get('disk.vmdk')).json, name)];
      const link = await linkOf('disk.vmdk');
      values.push(field((await get('disk.vmdk')).json, name));
      await (await simulator.fetch(link)).arrayBuffer();
      return [...values, field((await get('disk.vmdk')).json, name)];
    };
    const sizes = await present({ sizeKnown: stage }, 'size');
    expect(sizes).toEqual(expected.map((isPresent) => (isPresent ? 1000 : undefined)));
    const checksums = await present({ checksumKnown: stage }, 'checksum_info');
    expect(checksums.map((checksum) => checksum !== undefined)).toEqual(expected);
    // The checksum is the same at every stage.
    expect(new Set(checksums.filter((checksum) => checksum !== undefined).map((checksum) => JSON.stringify(checksum))).size).toBe(
      stage === 'never' ? 0 : 1,
    );
  });

  test('checksumLate delays the checksum by a number of responses', async () => {
    const { get, linkOf, simulator } = await startDownload(dialect, { files, scenario: { preparation: { checksumLate: 2 } } });
    const link = await linkOf('disk.vmdk');
    await get('disk.vmdk');
    await (await simulator.fetch(link)).arrayBuffer();
    const present = [];
    for (let count = 0; count < 4; count += 1) present.push(field((await get('disk.vmdk')).json, 'checksum_info') !== undefined);
    expect(present).toEqual([false, false, true, true]);
  });
});
