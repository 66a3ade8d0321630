/** `export --ova`: one archive, in the order of the OVF specification. */

import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from '@jest/globals';
import { unpackTar } from 'modern-tar';
import type { SimulatorOptions } from 'rx-content-library/simulator';
import { contents, temporaryDirectory } from '../../node/temporary.ts';
import { codeOf, parsed, start } from '../command.ts';
import { servedSimulator } from '../served-simulator.ts';

const digest = (algorithm: string, content: string): string => createHash(algorithm).update(content).digest('hex');

const descriptor = (...hrefs: readonly string[]): string =>
  `<Envelope xmlns:ovf="http://schemas.dmtf.org/ovf/envelope/1"><References>${hrefs
    .map((href) => `<File ovf:href="${href}"/>`)
    .join('')}</References></Envelope>`;

/** Listed in an order that is neither that of the descriptor nor that of the alphabet. */
const files = {
  'b.vmdk': 'second',
  'debian.nvram': 'nvram',
  'a.vmdk': 'x'.repeat(70_000),
  'debian.ovf': descriptor('a.vmdk', 'b.vmdk'),
};
const order = ['debian.ovf', 'a.vmdk', 'b.vmdk', 'debian.nvram'] as const;

const served = async (content: Readonly<Record<string, string>>, scenario: SimulatorOptions['scenario'] = {}) => {
  const item = { name: 'debian', files: Object.entries(content).map(([name, text]) => ({ name, content: text })) };
  const vcenter = await servedSimulator({ scenario, inventory: { libraries: [{ name: 'images', items: [item] }] } });
  const directory = await temporaryDirectory();
  const file = join(directory, 'debian.ova');
  const exportTo = (target: string, ...flags: readonly string[]) =>
    vcenter.run(['export', 'images/debian', '--ova', target, ...flags]);
  return { ...vcenter, directory, file, exportTo };
};

const entriesOf = async (bytes: Uint8Array): Promise<[string, string][]> =>
  (await unpackTar(bytes, { strict: true })).map(({ header, data }) => [header.name, Buffer.from(data ?? []).toString()]);

const written = order.map((name) => `SHA256(${name})= ${digest('sha256', files[name])}\n`).join('');
const withNewManifest = [...order.map((name) => [name, files[name]]), ['debian.mf', written]];

test('writes the descriptor, the disks in its order, the other files, and a manifest', async () => {
  const { exportTo, file, directory } = await served(files);
  const ended = await exportTo(file);
  expect(ended).toMatchObject({ code: 0, stdout: expect.stringMatching(/debian\.ova {2}.+ {2}5 files {2}manifest written\n$/) });
  expect(await entriesOf(await readFile(file))).toEqual(withNewManifest);
  expect(Object.keys(await contents(directory))).toEqual(['debian.ova']);
});

test.each(['api', 'rest'])(
  '- writes the same bytes to standard output, and the events to standard error (%s)',
  async (dialect) => {
    const { exportTo, directory } = await served(files);
    const { code, bytes, stderr } = await exportTo('-', '--json', '--dialect', dialect);
    expect(code).toBe(0);
    expect(await entriesOf(bytes)).toEqual(withNewManifest);
    const events = parsed(stderr);
    expect(events.filter(({ type }) => type === 'saved').map(({ file }) => file)).toEqual(order);
    expect(events.at(-1)).toEqual({ type: 'ova', bytes: bytes.length, files: 5, manifest: 'written' });
    expect(await contents(directory)).toEqual({});
  },
);

test.each(['SHA1', 'SHA256', 'SHA512'])(
  'verifies the manifest of the item (%s), and writes it behind the descriptor',
  async (algorithm) => {
    const manifest = order.map((name) => `${algorithm}(${name})= ${digest(algorithm.toLowerCase(), files[name])}\n`).join('');
    const { exportTo, file } = await served({ ...files, 'debian.cert': 'certificate', 'debian.mf': manifest });
    const ended = await exportTo(file, '--json');
    expect(ended.code).toBe(0);
    expect(parsed(ended.stdout).at(-1)).toMatchObject({ type: 'ova', path: file, files: 6, manifest: 'verified' });
    expect((await entriesOf(await readFile(file))).map(([name]) => name)).toEqual([
      'debian.ovf',
      'debian.mf',
      'debian.cert',
      ...order.slice(1),
    ]);
  },
);

test.each([
  [
    'a disk that differs from the manifest',
    { 'debian.mf': `SHA1(b.vmdk)= ${digest('sha1', 'other')}\n` },
    /b\.vmdk is different/,
  ],
  ['a descriptor that differs', { 'debian.mf': `SHA256(debian.ovf)= ${digest('sha256', '')}\n` }, /debian\.ovf is different/],
  ['a file that only the manifest has', { 'debian.mf': `SHA1(c.vmdk)= ${digest('sha1', '')}\n` }, /c\.vmdk is missing/],
  ['a manifest that is none', { 'debian.mf': 'hello\n' }, /line 1 is not a digest/],
  ['a reference to a missing file', { 'debian.ovf': descriptor('c.vmdk') }, /c\.vmdk: referenced by the descriptor/],
  ['a descriptor that is no XML', { 'debian.ovf': 'hello' }, /debian\.ovf: it is no OVF descriptor/],
  ['a certificate without a manifest', { 'debian.cert': 'x' }, /debian\.cert signs a manifest/],
])('%s ends with 6, and leaves nothing', async (_, changed, message) => {
  const { exportTo, file, directory } = await served({ ...files, ...changed });
  const toFile = await exportTo(file);
  expect(toFile).toMatchObject({ code: 6, stderr: expect.stringMatching(message) });
  expect(await contents(directory)).toEqual({});
  expect((await exportTo('-')).code).toBe(6);
});

test('a disk whose bytes are wrong ends with 6, and leaves nothing', async () => {
  const { exportTo, file, directory } = await served(files, {
    checksums: 'SHA256',
    faults: [{ operation: 'data', file: 'b.vmdk', kind: 'corrupt', at: 2 }],
  });
  const toFile = await exportTo(file);
  expect(toFile).toMatchObject({ code: 6, stderr: expect.stringContaining('b.vmdk') });
  expect(await contents(directory)).toEqual({});
  expect((await exportTo('-')).code).toBe(6);
});

test('an item that is not OVF ends with 2 before a session is created', async () => {
  const { exportTo, file, simulator } = await served({ 'a.iso': 'x' });
  expect(await exportTo(file)).toMatchObject({ code: 2, stderr: expect.stringMatching(/not OVF.*without --ova/) });
  expect(simulator.requests.filter(({ operation }) => /DownloadSession\.create$/i.test(operation))).toEqual([]);
});

test('an existing file is refused before a session is created, and replaced with --force', async () => {
  const { exportTo, file, simulator } = await served(files);
  await writeFile(file, 'mine');
  expect(await exportTo(file)).toMatchObject({ code: 10, stderr: expect.stringMatching(/already exists.*--force/) });
  expect(simulator.requests.filter(({ operation }) => /DownloadSession\.create$/i.test(operation))).toEqual([]);
  expect(await readFile(file, 'utf8')).toBe('mine');
  expect((await exportTo(file, '--force')).code).toBe(0);
  expect(await entriesOf(await readFile(file))).toEqual(withNewManifest);
});

test.each([
  [['images/debian', '.', '--ova', 'x.ova']],
  [['images/debian', '--ova', 'x.ova', '--manifest']],
  [['images/debian', '--ova', 'x.ova', '--continue-on-error']],
  [['images/debian', '--ova', 'x.ova', '--dry-run']],
  [['images/debian/*.vmdk', '--ova', 'x.ova']],
])('%j ends with 2 and says what to do', async (args) => {
  const { run, directory } = await served(files);
  expect(await run(['export', ...args], { cwd: directory })).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/leave out|LIBRARY\/ITEM/),
  });
  expect(await contents(directory)).toEqual({});
});

test('a full disk behind standard output ends with 10', async () => {
  const { run } = await served(files);
  const ended = await run(['export', 'images/debian', '--ova', '-'], { stdoutTo: '/dev/full' });
  expect(ended).toMatchObject({ code: 10, stderr: expect.stringMatching(/standard output: no space left/) });
});

test('a reader that goes away ends the export, and the server is cleaned up', async () => {
  const vcenter = await served({ ...files, 'b.vmdk': 'x'.repeat(3_000_000) });
  const child = start(['export', 'images/debian', '--ova', '-', '--quiet'], { env: vcenter.env });
  const errors = text(child.stderr);
  const ending = codeOf(child);
  await once(child.stdout, 'data');
  child.stdout.destroy();
  expect([await ending, await errors]).toEqual([0, '']);
  expect([vcenter.simulator.sessions, vcenter.simulator.apiSessions]).toEqual([[], 0]);
});

test('a signal removes what was written, and cleans up the server', async () => {
  const vcenter = await served(files, { faults: [{ operation: 'data', file: 'b.vmdk', kind: 'hang' }] });
  const child = start(['export', 'images/debian', '--ova', vcenter.file, '--json'], { env: vcenter.env });
  const errors = text(child.stderr);
  const ending = codeOf(child);
  for await (const chunk of child.stdout) if (String(chunk).includes('"saved","file":"a.vmdk"')) child.kill('SIGTERM');
  expect([await ending, await errors]).toEqual([143, '']);
  expect(await contents(vcenter.directory)).toEqual({});
  expect([vcenter.simulator.sessions, vcenter.simulator.apiSessions]).toEqual([[], 0]);
});
