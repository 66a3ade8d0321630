import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { contents, temporaryDirectory } from '../node/temporary.ts';
import { command, parsed } from './command.ts';
import { allBytes, inBothDialects, servedSimulator, type ServedSimulatorOptions } from './served-simulator.ts';

const hash = (algorithm: string, content: string | Uint8Array): string => createHash(algorithm).update(content).digest('hex');
const sha1 = (content: string | Uint8Array): string => hash('sha1', content);

/** Starts a vCenter and creates an empty working directory. */
const start = async (options?: ServedSimulatorOptions) => {
  const [{ run, ...vcenter }, cwd] = await Promise.all([servedSimulator(options), temporaryDirectory()]);
  return { ...vcenter, cwd, run: (...args: readonly string[]) => run(['export', ...args], { cwd }) };
};

/** The events of one file with this content. */
const eventsOf = (file: string, content: string | Uint8Array, path?: string) => {
  const size = content.length;
  return {
    status: { type: 'status', file, status: 'PREPARED', bytesTransferred: size, size },
    rest: [
      { type: 'progress', file, received: 0, total: size },
      { type: 'progress', file, received: size, total: size },
      {
        type: 'saved',
        file,
        bytes: size,
        ...(path === undefined ? {} : { path }),
        checksum: { algorithm: 'SHA1', value: sha1(content) },
        verified: 'checksum',
      },
    ],
  };
};

const opened = (dialect: string, ...files: readonly string[]) => ({
  type: 'opened',
  itemId: 'item-1',
  itemName: 'ubuntu',
  dialect,
  strategy: 'session',
  downloadSessionId: expect.any(String),
  contentVersion: '7',
  files: files.map((name) => ({ name })),
});

const closed = (files: number, bytes: number, failed = 0) => ({
  type: 'closed',
  files,
  failed,
  bytes,
  duration: expect.any(Number),
});

test('export downloads all files of an item into a directory and prints path and verification of each', () =>
  inBothDialects(async (dialect) => {
    const { run, cwd } = await start();
    const { code, stdout, stderr } = await run('templates/ubuntu', 'out', '--dialect', dialect);
    expect(code).toBe(0);
    expect(await readFile(join(cwd, 'out', 'ubuntu-disk1.vmdk'))).toEqual(Buffer.from(allBytes));
    expect(Object.keys(await contents(join(cwd, 'out')))).toEqual(['ubuntu-disk1.vmdk', 'ubuntu.nvram', 'ubuntu.ovf']);
    expect(stdout.trimEnd().split('\n').sort()).toEqual([
      `out/ubuntu-disk1.vmdk  300 kB  sha1:${sha1(allBytes)}  checksum verified`,
      `out/ubuntu.nvram  5 B  sha1:${sha1('nvram')}  checksum verified`,
      `out/ubuntu.ovf  11 B  sha1:${sha1('<Envelope/>')}  checksum verified`,
    ]);
    expect(stderr).toMatch(/^ubuntu: 3 files\n/);
    expect(stderr).toContain('ubuntu.ovf: prepared\n');
    expect(stderr).toMatch(/\n3 files, 300 kB in \d+ s\n$/);
    expect(stderr).not.toContain('\u001b');
  }));

test('--json prints exactly the events, one per line', () =>
  inBothDialects(async (dialect) => {
    const { run, cwd } = await start();
    const glob = await run('templates/ubuntu/ubuntu.*', '--json', '--concurrency', '1', '--dialect', dialect);
    const ovf = eventsOf('ubuntu.ovf', '<Envelope/>', join(cwd, 'ubuntu.ovf'));
    const nvram = eventsOf('ubuntu.nvram', 'nvram', join(cwd, 'ubuntu.nvram'));
    expect(parsed(glob.stdout)).toEqual([
      opened(dialect, 'ubuntu.ovf', 'ubuntu.nvram'),
      ovf.status,
      nvram.status,
      ...ovf.rest,
      ...nvram.rest,
      closed(2, 16),
    ]);
    expect([glob.code, glob.stderr]).toEqual([0, '']);
    expect(await contents(cwd)).toEqual({ 'ubuntu.ovf': '<Envelope/>', 'ubuntu.nvram': 'nvram' });
  }));

test('export to - writes the bytes of one file to standard output and its --json events to standard error', () =>
  inBothDialects(async (dialect) => {
    const { run, cwd } = await start();
    const { code, bytes, stderr } = await run('templates/ubuntu/*.vmdk', '-', '--json', '--dialect', dialect);
    expect(code).toBe(0);
    expect(bytes.equals(allBytes)).toBe(true);
    const events = parsed(stderr);
    expect(events[0]).toEqual(opened(dialect, 'ubuntu-disk1.vmdk'));
    expect(events.at(-2)).toEqual(eventsOf('ubuntu-disk1.vmdk', allBytes).rest.at(-1));
    expect(events.at(-1)).toEqual(closed(1, allBytes.length));
    expect(await contents(cwd)).toEqual({});
  }));

test('a single file is counted in the singular', async () => {
  const { run } = await start();
  const { stderr } = await run('templates/ubuntu/ubuntu.ovf');
  expect(stderr).toMatch(/^ubuntu: 1 file\n/);
  expect(stderr).toMatch(/\n1 file, 11 B in/);
});

test('a path outside the working directory is printed as absolute', async () => {
  const { run } = await start();
  const outside = await temporaryDirectory();
  const { stdout } = await run('templates/ubuntu/ubuntu.ovf', outside);
  expect(stdout.split('  ')[0]).toBe(join(outside, 'ubuntu.ovf'));
});

test('several files to - exit with 2 before a byte is written', async () => {
  const { run } = await start();
  const { code, stdout, stderr } = await run('templates/ubuntu', '-');
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(/UsageError: "templates\/ubuntu" matches 3 files, but standard output takes one/);
});

test('an existing file exits with 10 and is kept; with --force it is replaced', async () => {
  const { run, cwd } = await start();
  await writeFile(join(cwd, 'ubuntu.ovf'), 'mine');
  const { code, stdout } = await run('templates/ubuntu/ubuntu.ovf', '--json');
  expect(code).toBe(10);
  expect(parsed(stdout).at(-1)).toMatchObject({ type: 'error', error: { tag: 'SinkError', code: 10 } });
  expect(await contents(cwd)).toEqual({ 'ubuntu.ovf': 'mine' });
  expect(await run('templates/ubuntu/ubuntu.ovf', '--force')).toMatchObject({ code: 0 });
  expect(await contents(cwd)).toEqual({ 'ubuntu.ovf': '<Envelope/>' });
});

test('--continue-on-error exits with 9 when a file fails, and saves the others', async () => {
  const { run, cwd } = await start({ scenario: { files: { 'ubuntu.nvram': { outcome: 'ERROR' } } } });
  const { code, stdout } = await run('templates/ubuntu', '--continue-on-error', '--json');
  const events = parsed(stdout);
  expect(code).toBe(9);
  expect(events.find(({ type }) => type === 'failed')).toEqual({
    type: 'failed',
    file: 'ubuntu.nvram',
    error: { tag: 'PreparationError', message: expect.stringContaining('ubuntu.nvram'), code: 5 },
  });
  expect(events.at(-2)).toEqual(closed(2, 300_011, 1));
  expect(events.at(-1)).toMatchObject({
    type: 'error',
    error: { tag: 'SomeFailedError', message: '1 of 3 files failed; the others are saved.', code: 9 },
  });
  expect(Object.keys(await contents(cwd))).toEqual(['ubuntu-disk1.vmdk', 'ubuntu.ovf']);
});

/** A server that states neither lengths nor checksums and ignores byte ranges. */
const unverifiable: ServedSimulatorOptions = {
  scenario: { checksums: 'none', data: { ranges: false } },
  middleware: (handler) => async (request) => {
    const response = await handler(request);
    const headers = new Headers(response.headers);
    headers.delete('content-length');
    if (request.url.includes('/cls/data/')) return new Response(response.body, { headers });
    const text = (await response.text()).replaceAll(/"size":\d+,/g, '');
    return new Response(text === '' ? null : text, { status: response.status, headers });
  },
};

test('a file that cannot be verified is saved with a warning', async () => {
  const { run, cwd } = await start(unverifiable);
  const { code, stdout, stderr } = await run('templates/ubuntu/ubuntu.ovf');
  expect([code, stdout]).toEqual([0, expect.stringMatching(/ {2}not verified\n$/)]);
  expect(stderr).toContain('Warning: ubuntu.ovf: not verified, because vCenter stated neither size nor checksum.');
  expect(await contents(cwd)).toEqual({ 'ubuntu.ovf': '<Envelope/>' });
});

test('with --require-proof a file that cannot be verified exits with 6 and is not saved', async () => {
  const { run, cwd } = await start(unverifiable);
  const { code, stdout } = await run('templates/ubuntu/ubuntu.ovf', '--require-proof', '--json');
  expect(code).toBe(6);
  expect(parsed(stdout).at(-1)).toMatchObject({ type: 'error', error: { tag: 'UnprovenError', code: 6 } });
  expect(await contents(cwd)).toEqual({});
});

test('with --require-proof and --force a file that cannot be verified does not replace an existing one', async () => {
  const { run, cwd } = await start(unverifiable);
  await writeFile(join(cwd, 'ubuntu.ovf'), 'old');
  const { code } = await run('templates/ubuntu/ubuntu.ovf', '--require-proof', '--force', '--json');
  expect(code).toBe(6);
  expect(await contents(cwd)).toEqual({ 'ubuntu.ovf': 'old' });
});

test('--require-proof accepts a file verified by its length', async () => {
  const { run } = await start({ scenario: { checksums: 'none' } });
  const { code, stdout } = await run('templates/ubuntu/ubuntu.ovf', '--require-proof', '--json');
  expect(code).toBe(0);
  expect(parsed(stdout).at(-2)).toMatchObject({ type: 'saved', verified: 'length' });
});

test('the same export twice says that there was nothing to do, and creates no session', async () => {
  const { run, simulator } = await start();
  await run('templates/ubuntu');
  const created = simulator.count('content.library.item.DownloadSession.create');
  const again = await run('templates/ubuntu');
  expect(again).toMatchObject({ code: 0, stderr: expect.stringMatching(/\nNothing to do: 3 files, 300 kB, already present\n$/) });
  expect(simulator.count('content.library.item.DownloadSession.create')).toBe(created);
});

test('an export of which some files were there says how many', async () => {
  const { run } = await start();
  await run('templates/ubuntu/*.ovf');
  const ended = await run('templates/ubuntu');
  expect(ended.stderr).toMatch(/\n3 files, 300 kB in \d+ s; 1 of them already present\n$/);
});

test.each([
  ['export', '', 'there'],
  ['export', 'templates/ubuntu', ''],
  ['ls', ''],
  ['mirror', 'templates', ''],
])('an empty argument is refused, and nothing is sent: %s %j %j', async (...args) => {
  const { env, cwd, simulator } = await start();
  const ended = await command(args, { env, cwd });
  expect(ended).toMatchObject({ code: 2, stderr: expect.stringContaining('It is empty: pass a value.') });
  expect(simulator.requests).toEqual([]);
  expect(await contents(cwd)).toEqual({});
});

describe('the identifier of an item instead of a path', () => {
  const id = '0a1b2c3d-0000-4000-8000-00000000000a';
  const inventory = {
    libraries: [{ name: 'images', items: [{ id, name: 'debian', files: [{ name: 'a.iso', content: 'disk' }] }] }],
  };

  test('exports it, without its library', async () => {
    const [vcenter, cwd] = await Promise.all([servedSimulator({ inventory }), temporaryDirectory()]);
    expect((await vcenter.run(['export', id, cwd])).code).toBe(0);
    expect(await contents(cwd)).toEqual({ 'a.iso': 'disk' });
    expect(vcenter.simulator.count('content.Library.find')).toBe(0);
    expect((await vcenter.run(['verify', `/${id}`, cwd])).code).toBe(0);
  });

  test('of no item exits with 4, and a name alone with 2 before a login', async () => {
    const vcenter = await servedSimulator({ inventory });
    const unknown = id.replace('a', 'b');
    expect(await vcenter.run(['export', unknown])).toMatchObject({
      code: 4,
      stderr: expect.stringContaining(`There is no item with the identifier ${unknown}.`),
    });
    const requests = vcenter.simulator.requests.length;
    expect(await vcenter.run(['export', 'images'])).toMatchObject({ code: 2 });
    expect(vcenter.simulator.requests).toHaveLength(requests);
  });
});
