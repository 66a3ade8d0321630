import { expect, test } from '@jest/globals';
import {
  formatBytes,
  formatDuration,
  formatFileCount,
  formatShortDuration,
  jsonLine,
  replaceControlCharacters,
} from '#src/cli/output/format.js';
import { padToWidth, table } from '#src/cli/output/table.js';

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1.0 kB'],
  [1_234_567, '1.2 MB'],
  [99_940, '99.9 kB'],
  [99_950, '100 kB'],
  [999_499, '999 kB'],
  [999_999, '1.0 MB'],
  [8_000_000_000, '8.0 GB'],
  [2e18, '2000 PB'],
])('%d bytes are %s', (count, expected) => {
  expect(formatBytes(count)).toBe(expected);
});

test.each([
  [0, '0 s'],
  [1, '1 s'],
  [59_001, '1 min 0 s'],
  [83_000, '1 min 23 s'],
  [3_599_500, '1 h 0 min'],
  [90_000_000, '25 h 0 min'],
])('%d ms are %s', (milliseconds, expected) => {
  expect(formatDuration(milliseconds)).toBe(expected);
});

test.each([
  [0, '0 s'],
  [59_001, '1 min'],
  [3_599_000, '59 min'],
  [3_600_000, '1.0 h'],
  [359_999_000, '99.9 h'],
  [360_000_000, '4 d'],
])('in little space, %d ms are %s', (milliseconds, expected) => {
  expect(formatShortDuration(milliseconds)).toBe(expected);
});

test('a file count has the right plural', () => {
  expect([0, 1, 2].map(formatFileCount)).toEqual(['0 files', '1 file', '2 files']);
});

test('sanitize replaces control characters and line breaks', () => {
  expect(replaceControlCharacters('a\u001b[2J\u009b\u202e\u2028b ü円')).toBe('a�[2J���b ü円');
});

test('jsonLine escapes characters that a terminal acts on, and keeps the value', () => {
  const name = 'a\u001b\u009b\u202e\u2028b ü円';
  expect(jsonLine({ name })).toBe('{"name":"a\\u001b\\u009b\\u202e\\u2028b ü円"}\n');
  expect(JSON.parse(jsonLine({ name }))).toEqual({ name });
});

test('a table has aligned columns, also with wide and combined characters', async () => {
  expect(
    await table([
      ['NAME', 'ID'],
      ['円円円', '1'],
      ['a', '2'],
      ['e\u0301', ''],
    ]),
  ).toEqual(['NAME    ID', '円円円  1', 'a       2', 'e\u0301']);
  expect(
    await table([
      ['NAME', 'ID'],
      ['a', '1'],
    ]),
  ).toEqual(['NAME  ID', 'a     1']);
  expect(padToWidth('toolong', 3, ({ length }) => length)).toBe('toolong');
});
