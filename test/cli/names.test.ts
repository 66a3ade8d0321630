import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { concatMap, lastValueFrom } from 'rxjs';
import { findItemByName, findLibraryByName, parsePath } from '#src/cli/paths/find.js';
import { fileSelector } from '#src/cli/paths/names.js';
import { contents, temporaryDirectory } from '../node/temporary.ts';
import { simulatedVCenter } from '../support/simulated-vcenter.ts';
import { servedSimulator } from './served-simulator.ts';

const item = (name: string, ...files: readonly string[]) => ({
  name,
  files: files.map((file) => ({ name: file, content: 'x' })),
});
const decomposed = (text: string): string => text.normalize('NFD');

const inventory = {
  libraries: [
    { name: decomposed('Büro'), items: [item(decomposed('Übersicht'), decomposed('Größen.iso'), 'plain.iso')] },
    { name: 'A%2fB', items: [item('web%2fprod', 'web.ovf'), item('50%', 'a.iso'), item('a/b', 'slash.iso')] },
    { name: 'C/D', items: [item('é', 'composed.iso'), item(decomposed('é'), 'decomposed.iso')] },
    { name: 'C%2FD', items: [item('Ångström ﬁ', 'x.iso')] },
  ],
};

/** Resolves with the names of the library and the item that a path means. */
const found = async (path: string): Promise<string> => {
  const { vc } = simulatedVCenter('auto', { inventory });
  const [library = '', name = ''] = parsePath(path);
  return lastValueFrom(
    findLibraryByName(vc, library).pipe(
      concatMap((inLibrary) =>
        findItemByName(vc, inLibrary, name).pipe(concatMap(async ({ name }) => `${inLibrary.name} ${name}`)),
      ),
    ),
  );
};

test.each([
  ['a name with a literal %2f', 'A%2fB/web%2fprod', 'A%2fB web%2fprod'],
  ['the same name with its percent sign escaped', 'A%252fB/web%252fprod', 'A%2fB web%2fprod'],
  ['a name with a percent sign', 'A%2fB/50%', 'A%2fB 50%'],
  ['the same name with it escaped', 'A%2fB/50%25', 'A%2fB 50%'],
  ['an escaped slash', 'A%2fB/a%2Fb', 'A%2fB a/b'],
  ['an exact name before an escape', 'C%2FD/Ångström ﬁ', 'C%2FD Ångström ﬁ'],
  ['composed letters of a decomposed name', 'Büro/Übersicht', decomposed('Büro Übersicht')],
  ['a decomposed name as it is', decomposed('Büro/Übersicht'), decomposed('Büro Übersicht')],
  ['decomposed letters of a composed name', `C%2FD/${decomposed('Ångström')} ﬁ`, 'C%2FD Ångström ﬁ'],
])('finds %s', async (_, path, names) => {
  expect(await found(path)).toBe(names);
});

test('names that differ in their letters are not found, even if they look similar', async () => {
  await expect(found('C%2FD/Ångström fi')).rejects.toThrow('There is no item "Ångström fi".');
  await expect(found('Buro/x')).rejects.toThrow('There is no library "Buro".');
});

test('export takes composed letters, and keeps the name that vCenter states', async () => {
  const [vcenter, cwd] = await Promise.all([servedSimulator({ inventory }), temporaryDirectory()]);
  const ended = await vcenter.run(['export', 'Büro/Übersicht/Größ*', 'here'], { cwd });
  expect(ended.code).toBe(0);
  expect(await contents(`${cwd}/here`)).toEqual({ [decomposed('Größen.iso')]: 'x' });
});

const selected = (part: string, names: readonly string[]): readonly string[] => names.filter(fileSelector(part));

// The paths of govc: its finder knows `*`, `?` and `[a-z]`, prefers nothing, and takes everything after the second slash as one name.
test.each([
  ['/A%2fB/50%', 'A%2fB 50%'],
  ['A*/50?', 'A%2fB 50%'],
  ['/A*/web[%]2fprod', 'A%2fB web%2fprod'],
  ['B?ro/*', decomposed('Büro Übersicht')],
])('finds %s as govc does', async (path, names) => {
  expect(await found(path)).toBe(names);
});

test.each([
  ['/', []],
  ['/library', ['library']],
  ['library/item/', ['library', 'item']],
  ['library/item/folder/file', ['library', 'item', 'folder/file']],
])('the parts of %s are %j', (path, parts) => {
  expect(parsePath(path)).toEqual(parts);
});

test.each([
  ['[ab].iso', ['a.iso', 'b.iso', 'c.iso'], ['a.iso', 'b.iso']],
  ['{a,c}*', ['a.iso', 'b.iso', 'c.iso'], ['a.iso', 'c.iso']],
  ['*', ['.hidden', 'a/b', 'a\\b', 'line\nbreak'], ['.hidden', 'a/b', 'a\\b', 'line\nbreak']],
  ['disk (1)*', ['disk (1).iso', 'disk 1.iso'], ['disk (1).iso']],
  ['!a*', ['!a.iso', 'b.iso'], ['!a.iso']],
  ['a+(b)*', ['a+(b).iso', 'ab.iso'], ['a+(b).iso']],
  ['[', ['[', 'a'], ['[']],
  ['[*', ['[a', 'a'], ['[a']],
])('the pattern %j selects of %j: %j', (part, names, expected) => {
  expect(selected(part, names)).toEqual(expected);
});

test.each([
  ['*', ['a*.iso', 'b.iso'], ['a*.iso', 'b.iso']],
  ['a*.iso', ['a1.iso', 'a*.iso'], ['a*.iso']],
  ['a*.iso', ['a1.iso', 'a2.iso'], ['a1.iso', 'a2.iso']],
  ['a%2fb', ['a/b', 'a%2fb'], ['a%2fb']],
  ['a%2fb*', ['a/b1', 'c'], ['a/b1']],
  ['100%25?', ['100%a', '100%ab'], ['100%a']],
  ['Gr?ßen*', [decomposed('Größen.iso')], [decomposed('Größen.iso')]],
  ['é', ['é', decomposed('é')], ['é']],
  ['x', ['a', 'b'], []],
])('the file pattern %j selects of %j: %j', (part, names, expected) => {
  expect(selected(part, names)).toEqual(expected);
});

const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 });

test('every name selects itself alone, whatever the other names are', () => {
  fc.assert(
    fc.property(name, fc.array(name), (own, others) => {
      expect(selected(own, [...others, own]).filter((each) => each !== own)).toEqual([]);
    }),
  );
});

test('every name without characters of patterns is selected by its escaped form in any normal form, unless another name is exactly so', () => {
  fc.assert(
    fc.property(name, fc.constantFrom('NFC', 'NFD'), (own, form) => {
      fc.pre(!/[*?[\]{}\\]/.test(own));
      const escaped = own.replaceAll('%', '%25').replaceAll('/', '%2F').normalize(form);
      expect(selected(escaped, [own, 'another name, which is longer'])).toEqual([own]);
    }),
  );
});
