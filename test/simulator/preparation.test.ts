import { describe, expect, test } from '@jest/globals';
import type { Preparation } from 'rx-content-library/simulator';
import { dialects, field, startDownload } from './call.ts';

const files = [{ name: 'disk.vmdk', size: 1000 }];

describe.each(dialects)('in /%s', (dialect) => {
  test('a file passes through the states as time goes by', async () => {
    const { get, prepare, pass } = await startDownload(dialect, { files });
    expect((await get('disk.vmdk')).json).toEqual({ name: 'disk.vmdk', bytes_transferred: 0, status: 'UNPREPARED' });
    await prepare('disk.vmdk');
    pass(199);
    expect((await get('disk.vmdk')).json).toEqual({ name: 'disk.vmdk', bytes_transferred: 0, status: 'PREPARE_REQUESTED' });
    pass(1);
    expect((await get('disk.vmdk')).json).toEqual({ name: 'disk.vmdk', bytes_transferred: 0, status: 'PREPARING' });
    pass(300);
    expect((await get('disk.vmdk')).json).toEqual({ name: 'disk.vmdk', bytes_transferred: 500, status: 'PREPARING' });
    pass(299);
    expect((await get('disk.vmdk')).json).toEqual({ name: 'disk.vmdk', bytes_transferred: 998, status: 'PREPARING' });
    pass(1);
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

  test('the scenario says how long each step takes, and each file may have its own', async () => {
    const scenario = { preparation: { requested: 10, preparing: 0 }, files: { slow: { requested: 5000 } } };
    const { get, prepare, pass } = await startDownload(dialect, {
      scenario,
      files: [
        { name: 'fast', size: 1 },
        { name: 'slow', size: 1 },
      ],
    });
    await prepare('fast');
    await prepare('slow');
    pass(10);
    expect((await get('fast')).json).toHaveProperty('status', 'PREPARED');
    expect((await get('slow')).json).toHaveProperty('status', 'PREPARE_REQUESTED');
    pass(4990);
    expect((await get('slow')).json).toHaveProperty('status', 'PREPARED');
  });

  test('a file that takes no time is prepared in the answer to prepare', async () => {
    const { prepare } = await startDownload(dialect, { files, scenario: { preparation: { requested: 0, preparing: 0 } } });
    expect((await prepare('disk.vmdk')).json).toHaveProperty('status', 'PREPARED');
  });

  test('asking again changes nothing', async () => {
    const { prepare, pass } = await startDownload(dialect, { files });
    await prepare('disk.vmdk');
    pass(500);
    expect((await prepare('disk.vmdk')).json).toHaveProperty('status', 'PREPARING');
    pass(300);
    expect((await prepare('disk.vmdk')).json).toHaveProperty('status', 'PREPARED');
  });

  test('a preparation that fails says so, with a message that names the file', async () => {
    const { get, prepare, pass } = await startDownload(dialect, {
      files,
      scenario: { files: { 'disk.vmdk': { outcome: 'ERROR' } } },
    });
    await prepare('disk.vmdk');
    pass(799);
    expect((await get('disk.vmdk')).json).toHaveProperty('status', 'PREPARING');
    pass(1);
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

  test("a preparation fails with the scenario's message, or with none", async () => {
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

  test('asking again for a file that failed starts over', async () => {
    const { get, prepare, pass } = await startDownload(dialect, { files, scenario: { preparation: { outcome: 'ERROR' } } });
    await prepare('disk.vmdk');
    pass(800);
    expect((await prepare('disk.vmdk')).json).toHaveProperty('status', 'PREPARE_REQUESTED');
    pass(800);
    expect((await get('disk.vmdk')).json).toHaveProperty('status', 'ERROR');
  });

  test('a direct endpoint is the place on the datastore', async () => {
    const { prepare } = await startDownload(dialect, { files, scenario: { preparation: { requested: 0, preparing: 0 } } });
    const { json } = await prepare('disk.vmdk', { type: 'DIRECT' });
    expect(field(json, 'download_endpoint', 'uri')).toMatch(
      /^ds:\/\/\/vmfs\/volumes\/[0-9a-f-]{36}\/\/contentlib-[0-9a-f-]{36}\/item\/disk_[0-9a-f-]{36}\.vmdk\?serverId=[0-9a-f-]{36}$/,
    );
  });

  test('a session that has ended gives no links', async () => {
    const { call, get, linkOf, session } = await startDownload(dialect, { files });
    await linkOf('disk.vmdk');
    await call('content.library.item.DownloadSession.cancel', { session });
    const { json } = await get('disk.vmdk');
    expect(json).toHaveProperty('status', 'PREPARED');
    expect(json).not.toHaveProperty('download_endpoint');
  });

  test('phases of its own take the place of the usual ones, and may go back', async () => {
    const phases = [
      { status: 'UNPREPARED', lasts: 10 },
      { status: 'PREPARING', lasts: 100 },
      { status: 'PREPARE_REQUESTED', lasts: 50 },
      { status: 'PREPARING', lasts: 300 },
    ] as const;
    const { get, prepare, pass } = await startDownload(dialect, { files, scenario: { preparation: { phases } } });
    await prepare('disk.vmdk');
    const seen: unknown[] = [];
    for (const ms of [0, 10, 99, 1, 49, 1, 299, 1]) {
      pass(ms);
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

  test('without phases a file is at its end at once', async () => {
    const { prepare } = await startDownload(dialect, { files, scenario: { preparation: { phases: [] } } });
    expect((await prepare('disk.vmdk')).json).toMatchObject({ status: 'PREPARED', bytes_transferred: 1000 });
  });

  test('bytes may not move before the download', async () => {
    const { get, prepare, pass } = await startDownload(dialect, { files, scenario: { preparation: { bytesMove: false } } });
    await prepare('disk.vmdk');
    for (const ms of [500, 300]) {
      pass(ms);
      expect((await get('disk.vmdk')).json).toHaveProperty('bytes_transferred', 0);
    }
  });

  test.each([
    ['at-once', [true, true, true]],
    ['prepared', [false, true, true]],
    ['downloaded', [false, false, true]],
    ['never', [false, false, false]],
  ] as const)('size and checksum may be known %s', async (stage, known) => {
    const stated = async (preparation: Preparation, name: string) => {
      const { get, linkOf, simulator } = await startDownload(dialect, { files, scenario: { preparation } });
      const values = [field((await get('disk.vmdk')).json, name)];
      const link = await linkOf('disk.vmdk');
      values.push(field((await get('disk.vmdk')).json, name));
      await (await simulator.fetch(link)).arrayBuffer();
      return [...values, field((await get('disk.vmdk')).json, name)];
    };
    const sizes = await stated({ sizeKnown: stage }, 'size');
    expect(sizes).toEqual(known.map((isKnown) => (isKnown ? 1000 : undefined)));
    const checksums = await stated({ checksumKnown: stage }, 'checksum_info');
    expect(checksums.map((checksum) => checksum !== undefined)).toEqual(known);
    // Whenever it is told, it is the same.
    expect(new Set(checksums.filter((checksum) => checksum !== undefined).map((one) => JSON.stringify(one))).size).toBe(
      stage === 'never' ? 0 : 1,
    );
  });

  test('the checksum may be late', async () => {
    const { get, linkOf, simulator } = await startDownload(dialect, { files, scenario: { preparation: { checksumLate: 2 } } });
    const link = await linkOf('disk.vmdk');
    await get('disk.vmdk');
    await (await simulator.fetch(link)).arrayBuffer();
    const stated = [];
    for (let answers = 0; answers < 4; answers += 1)
      stated.push(field((await get('disk.vmdk')).json, 'checksum_info') !== undefined);
    expect(stated).toEqual([false, false, true, true]);
  });
});
