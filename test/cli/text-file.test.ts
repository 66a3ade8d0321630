import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { createSimulatorFromFiles } from '#src/cli/commands/simulator-files.js';
import { decodeText, readTextFile } from '#src/cli/settings/text-file.js';
import { temporaryDirectory } from '../node/temporary.ts';

const text = '{"libraries":[{"name":"Büro","items":[]}]}';
const utf16 = Buffer.from(`\ufeff${text}`, 'utf16le');
const utf32 = Buffer.from(Array.from(`\ufeff${text}`).flatMap((character) => [character.codePointAt(0) ?? 0, 0, 0, 0]));

test('a byte order mark is not part of the text', () => {
  expect(decodeText(Buffer.from(`\ufeff${text}`), 'x')).toBe(text);
  expect(decodeText(Buffer.from(text), 'x')).toBe(text);
  expect(decodeText(Buffer.from('a\ufeffb'), 'x')).toBe('a\ufeffb');
  expect(decodeText(new Uint8Array(), 'x')).toBe('');
});

test.each<[string, Uint8Array, RegExp]>([
  ['UTF-16, little endian', utf16, /^a\.json is in UTF-16\. Save it as UTF-8\.$/],
  ['UTF-16, big endian', Buffer.from(utf16).swap16(), /is in UTF-16\./],
  ['UTF-16 without a mark', utf16.subarray(2), /is in UTF-16 without a byte order mark/],
  ['UTF-32', Buffer.concat([Buffer.from([0xff, 0xfe, 0, 0]), utf32.subarray(4)]), /is in UTF-32\./],
  ['Windows-1252', Buffer.from(text, 'latin1'), /is in an 8-bit encoding such as Windows-1252/],
])('%s is a usage error with the name of the encoding', (_, bytes, message) => {
  expect(() => decodeText(bytes, 'a.json')).toThrow(
    expect.objectContaining({ code: 2, message: expect.stringMatching(message) }),
  );
});

test('an inventory or a scenario with a byte order mark is read, and one in UTF-16 names its encoding', async () => {
  const file = join(await temporaryDirectory(), 'file.json');
  await writeFile(file, `\ufeff${text}`);
  expect(createSimulatorFromFiles({ inventory: file }, {}).requests).toEqual([]);
  await writeFile(file, '\ufeff{"faults":[]}');
  expect(createSimulatorFromFiles({ scenario: file }, {}).requests).toEqual([]);
  for (const kind of ['inventory', 'scenario']) {
    await writeFile(file, utf16);
    expect(() => createSimulatorFromFiles({ [kind]: file }, {})).toThrow(
      expect.objectContaining({ code: 2, message: `${file} is in UTF-16. Save it as UTF-8.` }),
    );
  }
});

test('a file that does not exist is an error, unless a text for it is given; another failure is always one', async () => {
  const directory = await temporaryDirectory();
  expect(() => readTextFile(join(directory, 'absent'), 'the file')).toThrow(/^Cannot read the file: .*ENOENT/);
  expect(readTextFile(join(directory, 'absent'), 'the file', { absent: '' })).toBe('');
  expect(() => readTextFile(directory, 'the file', { absent: '' })).toThrow(/^Cannot read the file: .*EISDIR/);
});
