import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { temporaryDirectory } from '../node/temporary.ts';
import { parsed } from './command.ts';
import { allBytes, inBothDialects, servedSimulator } from './served-simulator.ts';

/** A directory with the files of the item, and the command. */
const exported = async () => {
  const { run, simulator } = await servedSimulator({ scenario: { checksums: 'SHA256' } });
  const directory = await temporaryDirectory();
  expect((await run(['export', 'templates/ubuntu', directory])).code).toBe(0);
  return { run, simulator, directory };
};

describe('verify', () => {
  test('exits with 0 if every file has the checksum of the library, without a download session', async () => {
    await inBothDialects(async (dialect) => {
      const { run, simulator, directory } = await exported();
      const before = simulator.requests.length;
      const ended = await run(['verify', 'templates/ubuntu', directory, '--json', '--dialect', dialect]);
      expect(ended).toMatchObject({ code: 0, stderr: '' });
      expect(parsed(ended.stdout)).toEqual(
        ['ubuntu.ovf', 'ubuntu-disk1.vmdk', 'ubuntu.nvram'].map((file) =>
          expect.objectContaining({ type: 'compared', file, result: 'same', checksum: expect.anything() }),
        ),
      );
      const operations = simulator.requests.slice(before).map(({ operation }) => operation);
      expect(operations.filter((operation) => /DownloadSession|downloadsession|data/.test(operation))).toEqual([]);
    });
  });

  test('finds one changed byte, a missing file, and a link', async () => {
    const { run, directory } = await exported();
    const bytes = Uint8Array.from(allBytes);
    bytes[150_000] = (bytes[150_000] ?? 0) ^ 1;
    await writeFile(join(directory, 'ubuntu-disk1.vmdk'), bytes);
    const ended = await run(['verify', 'templates/ubuntu/*disk*', directory]);
    expect(ended).toMatchObject({ code: 6, stdout: expect.stringMatching(/another checksum than the library states\n$/) });
    expect(ended.stderr).toBe(
      'DifferenceError: 1 different of 1 file. Export them again, with --force where a file is different.\n',
    );
    const other = await temporaryDirectory();
    await symlink(join(directory, 'ubuntu.ovf'), join(other, 'ubuntu.ovf'));
    const empty = await run(['verify', 'templates/ubuntu', other, '--json']);
    expect(empty.code).toBe(6);
    expect(parsed(empty.stdout).map(({ result, error }) => result ?? error)).toEqual([
      'missing',
      'missing',
      'missing',
      { tag: 'DifferenceError', message: expect.stringContaining('3 missing of 3 files.'), code: 6 },
    ]);
  });

  test('a file without a stated checksum is not verified', async () => {
    const { run } = await servedSimulator({ scenario: { checksums: 'none' } });
    const directory = await temporaryDirectory();
    await writeFile(join(directory, 'ubuntu.ovf'), '<Envelope/>');
    const ended = await run(['verify', 'templates/ubuntu/ubuntu.ovf', directory]);
    expect(ended).toMatchObject({ code: 6, stdout: expect.stringContaining('the library states no checksum') });
    expect(ended.stderr).toMatch(/^UnprovenError: 1 without a checksum of 1 file\. Only an export can verify them/);
  });

  test('a path without an item, an item that is not there and a file that is not there are errors', async () => {
    const { run } = await servedSimulator();
    expect((await run(['verify', 'templates', '.'])).code).toBe(2);
    expect((await run(['verify', 'templates/none', '.'])).code).toBe(4);
    expect((await run(['verify', 'templates/ubuntu/none', '.'])).code).toBe(4);
    expect((await run(['verify', 'templates/unsafe', '.'])).code).toBe(10);
  });
});

describe('export --dry-run', () => {
  test('prints what an export would do, and does nothing', async () => {
    const { run, simulator, directory } = await exported();
    await writeFile(join(directory, 'ubuntu.nvram'), 'other');
    const before = simulator.requests.length;
    const plan = async (...args: readonly string[]) =>
      parsed((await run(['export', 'templates/ubuntu', ...args, '--dry-run', '--json'])).stdout).map(({ file, action }) => [
        file,
        action,
      ]);
    expect(await plan(directory)).toEqual([
      ['ubuntu.ovf', 'skip'],
      ['ubuntu-disk1.vmdk', 'skip'],
      ['ubuntu.nvram', 'refuse'],
    ]);
    expect((await plan(directory, '--force')).map(([, action]) => action)).toEqual(['skip', 'skip', 'download']);
    const absent = join(directory, 'new', 'below');
    expect((await plan(absent)).map(([, action]) => action)).toEqual(['download', 'download', 'download']);
    await expect(mkdir(join(directory, 'new'))).resolves.toBeUndefined();
    const operations = simulator.requests.slice(before).map(({ operation }) => operation);
    expect(operations.filter((operation) => /DownloadSession|downloadsession|data/.test(operation))).toEqual([]);
  });

  test('states the number of files, their size and the free space', async () => {
    const { run } = await servedSimulator();
    const ended = await run(['export', 'templates/ubuntu', await temporaryDirectory(), '--dry-run']);
    expect(ended.stdout).toMatch(/^3 files would be downloaded, about 300 kB; [\d.]+ [kMGTP]B are free\.$/m);
  });
});

test.each([
  ['10', /Expected bytes per second/],
  ['fast', /Expected bytes per second/],
  ['10X', /Expected bytes per second/],
])('--limit-rate %s is refused', async (rate, message) => {
  const { run } = await servedSimulator();
  expect(await run(['export', 'templates/ubuntu', '--limit-rate', rate])).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(message),
  });
});

test('--limit-rate delays an export, and --retries 0 ends it with the first failure', async () => {
  const { run } = await servedSimulator();
  const startedAt = Date.now();
  expect((await run(['export', 'templates/ubuntu', await temporaryDirectory(), '--limit-rate', '200k'])).code).toBe(0);
  expect(Date.now() - startedAt).toBeGreaterThan(1000);
  const cut = await servedSimulator({
    scenario: { faults: [{ kind: 'truncate', operation: 'data', shape: 'length-reset', at: 1000, times: 1 }] } as never,
  });
  const target = await temporaryDirectory();
  const failed = await cut.run(['export', 'templates/ubuntu/*.vmdk', target, '--retries', '0']);
  expect([6, 7]).toContain(failed.code);
  expect((await cut.run(['export', 'templates/ubuntu/*.vmdk', target, '--retries', '1'])).code).toBe(0);
});
