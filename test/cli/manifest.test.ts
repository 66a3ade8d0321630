/** `export --manifest`: the manifest of the item is verified, or one is written. */

import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import type { SimulatorOptions } from 'rx-content-library/simulator';
import { contents, temporaryDirectory } from '../node/temporary.ts';
import { parsed } from './command.ts';
import { servedSimulator } from './served-simulator.ts';

const digest = (algorithm: string, text: string): string => createHash(algorithm).update(text).digest('hex');

/** An item with these files, and the command that exports it with `--manifest`. */
const served = async (files: Readonly<Record<string, string>>, scenario: SimulatorOptions['scenario'] = {}) => {
  const item = { name: 'debian', files: Object.entries(files).map(([name, content]) => ({ name, content })) };
  const { run, simulator } = await servedSimulator({ scenario, inventory: { libraries: [{ name: 'images', items: [item] }] } });
  const directory = await temporaryDirectory();
  const exportWith = (...flags: readonly string[]) => run(['export', 'images/debian', directory, '--manifest', ...flags]);
  return { run, simulator, directory, exportWith };
};

const files = { 'b.vmdk': 'disk', 'a.ovf': '<Envelope/>' };
const written = `SHA256(a.ovf)= ${digest('sha256', '<Envelope/>')}\nSHA256(b.vmdk)= ${digest('sha256', 'disk')}\n`;

test('writes a manifest beside the descriptor, with the descriptor first', async () => {
  const { exportWith, directory } = await served(files);
  const ended = await exportWith();
  expect(ended).toMatchObject({ code: 0, stdout: expect.stringMatching(/^a\.mf {2}2 files {2}written$/m) });
  expect(await contents(directory)).toEqual({ ...files, 'a.mf': written });
});

test('names the manifest of an item without a descriptor as the item', async () => {
  const { exportWith, directory } = await served({ 'b.iso': 'disk' });
  expect((await exportWith()).code).toBe(0);
  expect(await readFile(join(directory, 'debian.mf'), 'utf8')).toBe(`SHA256(b.iso)= ${digest('sha256', 'disk')}\n`);
});

test('a repeated export keeps it, and transfers no byte', async () => {
  const { exportWith, simulator, directory } = await served(files, { checksums: 'SHA256' });
  await exportWith();
  const before = simulator.requests.length;
  const ended = await exportWith('--json');
  expect(ended.code).toBe(0);
  expect(parsed(ended.stdout).at(-1)).toEqual({ type: 'manifest', file: 'a.mf', action: 'kept', files: 2 });
  expect(simulator.requests.slice(before).filter(({ operation }) => operation === 'data')).toEqual([]);
  expect(await readFile(join(directory, 'a.mf'), 'utf8')).toBe(written);
});

test('another file of its name is kept, unless --force is given', async () => {
  const { exportWith, directory } = await served(files);
  await writeFile(join(directory, 'a.mf'), 'mine');
  const refused = await exportWith();
  expect(refused).toMatchObject({ code: 10, stderr: expect.stringMatching(/a\.mf/) });
  expect(await readFile(join(directory, 'a.mf'), 'utf8')).toBe('mine');
  expect((await exportWith('--force')).code).toBe(0);
  expect(await readFile(join(directory, 'a.mf'), 'utf8')).toBe(written);
});

test.each(['SHA1', 'SHA256', 'SHA512'])('verifies the manifest of the item (%s)', async (algorithm) => {
  const line = (name: keyof typeof files): string =>
    `${algorithm} (${name}) = ${digest(algorithm.toLowerCase(), files[name]).toUpperCase()}\r\n`;
  const { exportWith, directory } = await served({ ...files, 'a.mf': line('a.ovf') + line('b.vmdk') });
  const ended = await exportWith();
  expect(ended).toMatchObject({ code: 0, stdout: expect.stringMatching(/^a\.mf {2}2 files {2}verified$/m) });
  expect(Object.keys(await contents(directory)).sort()).toEqual(['a.mf', 'a.ovf', 'b.vmdk']);
});

test('a file that differs from the manifest, and one that is missing, end with 6 and their names', async () => {
  const manifest = `SHA256(a.ovf)= ${digest('sha256', 'other')}\nSHA1(c.vmdk)= ${digest('sha1', '')}\n`;
  const { exportWith, run, directory } = await served({ ...files, 'a.mf': manifest });
  expect(await exportWith('--json')).toMatchObject({ code: 6 });
  const ended = await exportWith();
  expect(ended).toMatchObject({
    code: 6,
    stderr: expect.stringContaining('a.ovf is different, c.vmdk is missing: not as a.mf states.'),
  });
  // A part of an item is compared with its part of the manifest.
  const part = await run(['export', 'images/debian/{a.mf,b.vmdk}', directory, '--manifest']);
  expect(part.code).toBe(0);
});

test('a manifest with another line ends with 6, and names the line', async () => {
  const { exportWith } = await served({ ...files, 'a.mf': 'hello\n' });
  expect(await exportWith()).toMatchObject({ code: 6, stderr: expect.stringContaining('a.mf: line 1 is not a digest') });
});

test('a manifest that names no file ends with 6: it verifies nothing', async () => {
  const { exportWith } = await served({ ...files, 'a.mf': '\r\n' });
  expect(await exportWith()).toMatchObject({ code: 6, stderr: expect.stringContaining('a.mf: it names no file') });
});

test('counts only the files that were compared', async () => {
  const { run, directory } = await served({ ...files, 'a.mf': written });
  const exportOf = (pattern: string) => run(['export', `images/debian/${pattern}`, directory, '--manifest', '--json']);
  expect(parsed((await exportOf('{a.mf,b.vmdk}')).stdout).at(-1)).toMatchObject({ action: 'verified', files: 1 });
  expect(parsed((await exportOf('a.mf')).stdout).at(-1)).toMatchObject({ action: 'verified', files: 0 });
});

test('nothing is written if a file has failed', async () => {
  const { exportWith, directory } = await served(files, { files: { 'b.vmdk': { outcome: 'ERROR', message: null } } });
  expect((await exportWith('--continue-on-error')).code).toBe(9);
  expect(Object.keys(await contents(directory))).toEqual(['a.ovf']);
});

test('standard output is refused before a login', async () => {
  const { run, simulator } = await served(files);
  const ended = await run(['export', 'images/debian/a.ovf', '-', '--manifest']);
  expect(ended).toMatchObject({ code: 2, stderr: expect.stringContaining('--manifest needs a directory') });
  expect(simulator.requests).toEqual([]);
});
