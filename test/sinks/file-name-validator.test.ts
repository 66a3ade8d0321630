import { basename, join, normalize, win32 } from 'node:path';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createFileNameValidator } from 'rx-content-library';

const isSafe = (name: string): boolean => {
  try {
    return createFileNameValidator()(name) === name;
  } catch {
    return false;
  }
};

test('an accepted name is a single name in its directory, here and on Windows', () => {
  const parts = [
    '..',
    '.',
    '/',
    '\\',
    ':',
    'a',
    'B',
    ' ',
    'con',
    'nul',
    '\u202e',
    '\u0000',
    'part',
    'json',
    '~',
    'é',
    'ß',
    '\ud800',
  ];
  const names = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(fc.constantFrom(...parts), { maxLength: 6 }).map((some) => some.join('')),
  );
  fc.assert(
    fc.property(names, (name) => {
      if (!isSafe(name)) return;
      expect(normalize(join('/directory', name))).toBe(`/directory/${name}`);
      expect(basename(name)).toBe(name);
      expect(win32.resolve('c:\\directory', name)).toBe(`c:\\directory\\${name}`);
      expect(name).toBe(name.trimEnd());
      expect(Buffer.from(name).toString()).toBe(name);
    }),
    { numRuns: 500 },
  );
});

test('a name is accepted repeatedly', () => {
  const safe = createFileNameValidator();
  expect([safe('a.iso'), safe('a.iso')]).toEqual(['a.iso', 'a.iso']);
});

test('a rejected name does not block another', () => {
  const safe = createFileNameValidator();
  expect(() => safe('A.')).toThrow('ends in white space or a dot');
  expect(safe('a')).toBe('a');
  expect(() => safe('A')).toThrow('some disks cannot distinguish it from "a"');
  expect(safe('a')).toBe('a');
});
