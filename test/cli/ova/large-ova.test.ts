/** An OVA with a disk of 9 GiB, as other programs read it; in `npm test` the disk is small. */

import { spawn, spawnSync, type ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { goProgram } from '../../support/go-program.ts';
import { scaled } from '../../support/soak.ts';
import { codeOf, start } from '../command.ts';
import { servedSimulator } from '../served-simulator.ts';

const go = goProgram('cli/ova/go-tar');
const isMissing = (program: string): boolean => spawnSync(program, ['--version']).status !== 0;
const missing =
  go.missing() ??
  (isMissing('tar') ? 'GNU tar is not installed.' : isMissing('python3') ? 'python3 is not installed.' : undefined);

const diskSize = scaled({ test: 3_000_001, soak: 9 * 1024 ** 3 });
const block = new Uint8Array(1024 * 1024).map((_, index) => index % 253);

/** Opens bytes that repeat. */
const open = async function* (from: number, to: number): AsyncGenerator<Uint8Array> {
  for (let at = from; at < to;) {
    const offset = at % block.length;
    // A copy: who receives the bytes may release their memory.
    const chunk = block.slice(offset, offset + Math.min(block.length - offset, to - at));
    yield chunk;
    at += chunk.length;
  }
};

const descriptor = `<Envelope xmlns:ovf="http://schemas.dmtf.org/ovf/envelope/1"><References>
<File ovf:href="large.vmdk" ovf:size="${diskSize}"/><File ovf:href="small.vmdk" ovf:size="5"/></References></Envelope>`;

const files = [
  { name: 'small.vmdk', content: 'small' },
  { name: 'large.vmdk', size: diskSize, open },
  { name: 'large.ovf', content: descriptor },
];

interface Entry {
  readonly name: string;
  readonly size: number;
  readonly sha256?: string;
}

type Reader = ChildProcessByStdio<Writable, Readable, Readable>;

/** Resolves with what a reader of the archive prints. */
const outputOf = async (reader: Reader): Promise<string> => {
  reader.stdin.on('error', () => undefined);
  const [code, stdout, stderr] = await Promise.all([codeOf(reader), text(reader.stdout), text(reader.stderr)]);
  expect([code, stderr]).toEqual([0, '']);
  return stdout;
};

const entriesOfTar = (listing: string): Entry[] =>
  listing
    .trim()
    .split('\n')
    .map((line) => {
      const [, , size, , , name = ''] = line.split(/\s+/);
      return { name, size: Number(size) };
    });

if (missing !== undefined) {
  const testOnCi = process.env['CI'] === 'true' ? test : test.skip;
  testOnCi(`the readers of archives are installed: ${missing}`, () => {
    throw new Error(missing);
  });
} else
  test(`GNU tar, Python and Go read an OVA with a disk of ${diskSize} bytes, and its manifest is right`, async () => {
    const inventory = { libraries: [{ name: 'images', items: [{ name: 'large', type: 'ovf', files }] }] };
    const [vcenter, goPath] = await Promise.all([
      // The simulator would read the disk once more for its checksum.
      servedSimulator({ inventory, scenario: { checksums: 'none' } }),
      go.build(),
    ]);
    const child = start(['export', 'images/large', '--ova', '-', '--quiet'], { env: vcenter.env });
    const stdio = ['pipe', 'pipe', 'pipe'] as const;
    const readers: readonly Reader[] = [
      spawn('tar', ['-tvf', '-'], { stdio: [...stdio], env: { PATH: process.env['PATH'], LC_ALL: 'C' } }),
      spawn('python3', [fileURLToPath(new URL('read-tar.py', import.meta.url))], { stdio: [...stdio] }),
      spawn(goPath, { stdio: [...stdio] }),
    ];
    for (const { stdin } of readers) child.stdout.pipe(stdin);
    const [code, errors, byTar = '', byPython = '', byGo = ''] = await Promise.all([
      codeOf(child),
      text(child.stderr),
      ...readers.map(outputOf),
    ]);
    expect([code, errors]).toEqual([0, '']);

    const python = JSON.parse(byPython) as { readonly entries: readonly Required<Entry>[]; readonly text: string };
    const expected = [
      { name: 'large.ovf', size: descriptor.length },
      { name: 'large.vmdk', size: diskSize },
      { name: 'small.vmdk', size: 5 },
      { name: 'large.mf', size: python.text.length },
    ];
    expect(entriesOfTar(byTar)).toEqual(expected);
    expect(JSON.parse(byGo)).toEqual(expected);
    expect(python.entries.map(({ name, size }) => ({ name, size }))).toEqual(expected);
    expect(python.text).toBe(
      python.entries
        .slice(0, -1)
        .map(({ name, sha256 }) => `SHA256(${name})= ${sha256}\n`)
        .join(''),
    );
    expect([vcenter.simulator.sessions, vcenter.simulator.apiSessions]).toEqual([[], 0]);
  }, 600_000);
