import { readdir } from 'node:fs/promises';
import { afterEach, expect, test } from '@jest/globals';
import { download, listItems, listLibraries, vcenter, type DownloadEvent, type VCenter } from 'rx-content-library';
import { createSimulator, type Simulator } from 'rx-content-library/simulator';
import { lastValueFrom } from 'rxjs';
import { collect } from '../support/collect.ts';
import { ofType } from '../support/events.ts';
import { begin, refuse, toDirectory } from './faulty-disk.ts';
import { temporaryDirectory } from './temporary.ts';

interface Setup {
  readonly vc: VCenter;
  readonly simulator: Simulator;
  readonly directory: string;
  readonly item: string;
}

const setUp = async (
  checksums: 'SHA256' | 'SHA512' | 'MD5' | 'none' = 'SHA256',
  checksumKnown: 'prepared' | 'downloaded' | 'never' = 'prepared',
): Promise<Setup> => {
  begin();
  const preparation = { requested: 0, preparing: 0, checksumKnown };
  const simulator = createSimulator({ scenario: { preparation, checksums } });
  const vc = vcenter({
    server: 'https://vc.test',
    credentials: { username: 'administrator@vsphere.local', password: 'secret' },
    fetch: simulator.fetch,
  });
  const [library = ''] = await lastValueFrom(listLibraries(vc));
  const [item = ''] = await lastValueFrom(listItems(vc, library));
  return { vc, simulator, directory: await temporaryDirectory(), item };
};

const run = (
  { vc, directory, item }: Setup,
  files?: readonly string[],
): Promise<{ values: readonly DownloadEvent[]; error?: unknown }> =>
  collect(download(vc, item, toDirectory(directory), files === undefined ? {} : { files }));

/** How often bytes of files were requested. */
const dataRequests = ({ simulator }: Setup): number => simulator.requests.filter(({ operation }) => operation === 'data').length;

afterEach(() => {
  refuse();
});

test.each(['EINVAL', 'ENOTSUP', 'ENOSYS', 'EACCES'])(
  'a disk without fsync (%s) saves all files, with one warning',
  async (code) => {
    const setup = await setUp();
    refuse({ operation: 'fsync', code });
    const { values, error } = await run(setup);
    expect(error).toBeUndefined();
    const saved = ofType(values, 'saved');
    expect(saved.length).toBeGreaterThan(1);
    expect(saved.every(({ verified }) => verified === 'checksum')).toBe(true);
    expect(ofType(values, 'warning')).toEqual([
      { type: 'warning', code: 'NOT_FLUSHED', file: saved[0]?.file, message: expect.stringContaining(code) },
    ]);
  },
);

test.each(['EACCES', 'EPERM', 'ENOSYS', 'EXDEV'])(
  'a disk without links (%s) saves all files, without a warning',
  async (code) => {
    const setup = await setUp();
    refuse({ operation: 'link', code });
    const { values, error } = await run(setup);
    expect(error).toBeUndefined();
    expect(ofType(values, 'warning')).toEqual([]);
    const names = ofType(values, 'saved').map(({ file }) => file);
    expect(await readdir(setup.directory)).toEqual([...names].sort());
  },
);

test.each([
  ['fsync', 'EIO', 'SHA256'],
  ['fsync', 'ENOSPC', 'none'],
  ['close', 'EDQUOT', 'SHA256'],
  ['link', 'EROFS', 'SHA256'],
  ['fsync of the directory', 'ESTALE', 'SHA256'],
] as const)(
  'a file whose %s has failed with %s is not fetched again by the next run (stated checksum: %s)',
  async (operation, code, checksums) => {
    const setup = await setUp(checksums);
    refuse({ operation, code });
    const first = await run(setup, ['debian-12-1.vmdk']);
    expect(first.error).toMatchObject({ _tag: 'SinkError', code });
    expect(await readdir(setup.directory)).toEqual(['debian-12-1.vmdk.part', 'debian-12-1.vmdk.part.json']);
    refuse();
    const requests = dataRequests(setup);
    const second = await run(setup, ['debian-12-1.vmdk']);
    expect(second.error).toBeUndefined();
    expect(ofType(second.values, 'saved')).toHaveLength(1);
    expect(await readdir(setup.directory)).toEqual(['debian-12-1.vmdk']);
    expect(dataRequests(setup)).toBe(requests);
  },
);

test.each([
  ['SHA256', 'downloaded', 'checksum'],
  ['SHA512', 'downloaded', 'checksum'],
  ['MD5', 'downloaded', 'checksum'],
  ['none', 'never', 'length'],
] as const)(
  'a verified file that could not get its name is verified by the same checksum (%s, stated %s) in the next run, which fetches nothing',
  async (checksums, checksumKnown, verified) => {
    const setup = await setUp(checksums, checksumKnown);
    refuse({ operation: 'link', code: 'EROFS' });
    const first = await run(setup, ['debian-12-1.vmdk']);
    expect(first.error).toMatchObject({ code: 'EROFS' });
    refuse();
    const requests = dataRequests(setup);
    const { values, error } = await run(setup, ['debian-12-1.vmdk']);
    expect(error).toBeUndefined();
    expect(ofType(values, 'saved')).toMatchObject([{ verified }]);
    expect(dataRequests(setup)).toBe(requests);
  },
);
