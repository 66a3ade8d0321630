import { readdir } from 'node:fs/promises';
import { expect, test } from '@jest/globals';
import { UnsafeNameError } from 'rx-content-library';
import { toDirectory } from 'rx-content-library/node';
import { temporaryDirectory } from './temporary.ts';

const unsafe = [
  ['out of the directory', '../../etc/x'],
  ['out of the directory on Windows', '..\\..\\x'],
  ['an absolute path', '/etc/passwd'],
  ['a directory below', 'a/b'],
  ['a device', 'CON'],
  ['a device with an ending', 'nul.txt'],
  ['a device with a space before its ending', 'nul .txt'],
  ['a console', 'conin$'],
  ['a device with a superscript digit', 'com¹'],
  ['a hidden stream', 'x:y'],
  ['a drive', 'c:'],
  ['a space at the end', 'x '],
  ['a dot at the end', 'x.'],
  ['the directory itself', '.'],
  ['the directory above', '..'],
  ['nothing', ''],
  ['a text turned round', 'invoice\u202excod.exe'],
  ['an Arabic letter mark', 'a\u061cb'],
  ['a line separator', 'a\u2028b'],
  ['a zero', 'a\u0000b'],
  ['an escape sequence', '\u001b[2Jx'],
  ['an escape sequence of one character', '\u009b2Jx'],
  ['a line break', 'a\nb'],
  ['half a character', 'a\ud800'],
  ['longer than 255 bytes', 'ä'.repeat(128)],
  ['longer than 255 bytes, with its last character', `${'a'.repeat(253)}円`],
  ['the ending of unfinished files', 'a.part'],
  ['the ending of unfinished files, in capitals', 'a.PART'],
  ['the suffix of a sidecar', 'a.part.json'],
] as const;

test.each(unsafe)('a name that is %s is rejected before anything is created: %j', async (_, name) => {
  const directory = await temporaryDirectory();
  const opening = toDirectory(`${directory}/new`).open({ name });
  await expect(opening).rejects.toBeInstanceOf(UnsafeNameError);
  await expect(opening).rejects.toMatchObject({ file: name, reason: expect.any(String) });
  expect(await readdir(directory)).toEqual([]);
});

test.each([
  'ubuntu-24.04.ovf',
  'disk 1 #ü%.vmdk',
  '.hidden',
  'console.log',
  'a..b',
  'عربي\u200c.iso',
  'ä'.repeat(127),
  'part.json',
  'part',
  '円.iso',
])('an unusual but safe name is accepted: %j', async (name) => {
  const directory = await temporaryDirectory();
  const file = await toDirectory(directory).open({ name });
  await file.commit({ verified: 'length' });
  expect(await readdir(directory)).toEqual([name]);
});

test.each([
  ['letter case', 'Disk.vmdk', 'disk.VMDK'],
  ['a letter case that is longer', 'straße.iso', 'STRASSE.iso'],
  ['the composition of its characters', 'caf\u00e9.iso', 'cafe\u0301.iso'],
])('a name that differs from an earlier one in %s only is rejected', async (_, first, second) => {
  const sink = toDirectory(await temporaryDirectory(), { force: true });
  await (await sink.open({ name: first })).commit({ verified: 'length' });
  await expect(sink.open({ name: second })).rejects.toMatchObject({ _tag: 'UnsafeNameError', file: second });
  await (await sink.open({ name: first })).discard();
});
