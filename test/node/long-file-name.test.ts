import { readdir, readFile } from 'node:fs/promises';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { SinkFile } from 'rx-content-library';
import { toDirectory } from 'rx-content-library/node';
import { scaled } from '../support/soak.ts';
import { contents, temporaryDirectory } from './temporary.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

const open = (directory: string, name: string): Promise<SinkFile> =>
  toDirectory(directory).open({ name, size: 11, content: { itemId: 'item-1', contentVersion: '7' } });

/** Writes, suspends and resumes a file; returns the names of its temporary files. */
const saveInTwoRuns = async (directory: string, name: string): Promise<readonly string[]> => {
  const first = await open(directory, name);
  await first.write(bytes('hello'));
  await first.suspend?.();
  const temporary = await readdir(directory);
  const second = await open(directory, name);
  expect(second.keptBytes).toBe(5);
  const kept: Uint8Array[] = [];
  await second.replay?.((chunk) => void kept.push(chunk.slice()));
  await second.write(bytes(' world'));
  await second.commit({ verified: 'length' });
  expect(await contents(directory)).toEqual({ [name]: 'hello world' });
  return temporary;
};

test.each([
  ['245 bytes', 'a'.repeat(241)],
  ['246 bytes', 'a'.repeat(242)],
  ['250 bytes', 'a'.repeat(246)],
  ['255 bytes', 'a'.repeat(251)],
  ['255 bytes of two-byte characters', `a${'ä'.repeat(125)}`],
  ['255 bytes of four-byte characters', `abc${'😀'.repeat(62)}`],
  ['255 quotation marks', '"'.repeat(251)],
])('a file name of %s is saved, and resumed by a later run', async (_, start) => {
  await saveInTwoRuns(await temporaryDirectory(), `${start}.iso`);
});

test('a name of up to 245 bytes is not shortened in the names of the temporary files', async () => {
  const name = 'a'.repeat(245);
  const temporary = await saveInTwoRuns(await temporaryDirectory(), name);
  expect([...temporary].sort()).toEqual([`${name}.part`, `${name}.part.json`]);
});

test('any name of 230 to 255 bytes is saved and resumed, and its temporary names fit into 255 bytes', async () => {
  const unit = fc.constantFrom('a', 'é', 'e\u0301', '円', '😀', '-');
  const names = fc
    .array(unit, { minLength: 60, maxLength: 250 })
    .map((units) => `a${units.join('')}`)
    .filter((name) => Buffer.byteLength(name) >= 230 && Buffer.byteLength(name) <= 255);
  await fc.assert(
    fc.asyncProperty(names, async (name) => {
      const temporary = await saveInTwoRuns(await temporaryDirectory(), name);
      expect(temporary).toHaveLength(2);
      for (const each of temporary) {
        expect(Buffer.byteLength(each)).toBeLessThanOrEqual(255);
        expect(each).not.toContain('\ufffd');
        expect(each).toMatch(/\.part(?:\.json)?$/);
      }
    }),
    { numRuns: scaled({ test: 15, soak: 200 }) },
  );
});

test('two long names with the same beginning are written at the same time', async () => {
  const directory = await temporaryDirectory();
  const names = ['1', '2'].map((end) => `${'a'.repeat(254)}${end}`);
  const sink = toDirectory(directory);
  const files = await Promise.all(names.map((name) => sink.open({ name })));
  expect(await readdir(directory)).toHaveLength(4);
  for (const [index, file] of files.entries()) {
    await file.write(bytes(`file ${index + 1}`));
    await file.commit({ verified: 'length' });
  }
  expect(await contents(directory)).toEqual({ [names[0] ?? '']: 'file 1', [names[1] ?? '']: 'file 2' });
});

test.each([
  ['decomposed', 'U\u0308bersicht.iso'],
  ['composed', '\u00dcbersicht.iso'],
  ['with a ligature', '\ufb01le.iso'],
  ['with a full-width letter', '\uff21.iso'],
])('a name whose characters are %s is kept as vCenter states it', async (_, name) => {
  const directory = await temporaryDirectory();
  await saveInTwoRuns(directory, name);
  // A disk may change the composition, but the sink does not.
  expect((await readdir(directory)).map((each) => each.normalize('NFC'))).toEqual([name.normalize('NFC')]);
  if (process.platform === 'linux') expect(await readdir(directory)).toEqual([name]);
  expect(await readFile(`${directory}/${name}`, 'utf8')).toBe('hello world');
});
