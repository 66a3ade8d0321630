import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { DownloadSnapshot, FilePhase, FileSnapshot } from 'rx-content-library';
import stringWidth from 'string-width';
import { layoutDownload } from '#src/cli/output/live-layout.js';

const GIGABYTE = 1e9;

const file = (name: string, phase: FilePhase, received = 0, total?: number, prepared = 0): FileSnapshot => ({
  name,
  phase,
  prepared,
  received,
  retries: 0,
  ...(total === undefined ? {} : { total }),
});

const snapshot = (files: readonly FileSnapshot[], sums: Partial<DownloadSnapshot> = {}): DownloadSnapshot => ({
  files,
  received: 3.1 * GIGABYTE,
  total: 8 * GIGABYTE,
  speed: 98e6,
  timeLeft: 50_000,
  stalled: false,
  retries: 0,
  warnings: [],
  done: false,
  ...sums,
});

/** Without the sums that are optional. */
const withoutSums = (files: readonly FileSnapshot[]): DownloadSnapshot => {
  const { total, timeLeft, ...rest } = snapshot(files);
  expect([total, timeLeft]).toEqual([8 * GIGABYTE, 50_000]);
  return rest;
};

const few = snapshot([
  file('appliance.ovf', 'saved', 1200, 1200),
  file('appliance-disk1.vmdk', 'downloading', 3.1 * GIGABYTE, 4 * GIGABYTE),
  file('appliance-disk2.vmdk', 'preparing', 0, 2 * GIGABYTE, 0.78 * GIGABYTE),
  file('appliance-disk3.vmdk', 'waiting'),
  file('appliance.nvram', 'verifying', 8000, 8000),
]);

const names = [
  'debian-12-generic-amd64-with-a-name-that-is-ninety-characters-long-and-ends-here-20261126.vmdk',
  '円卓の騎士たちの仮想ディスク.vmdk',
];

const long = snapshot(names.map((name, index) => file(name, 'downloading', (index + 1) * 1e8, GIGABYTE)));

const many = snapshot(
  Array.from({ length: 40 }, (_, index) =>
    file(`disk-${String(index + 1).padStart(2, '0')}.vmdk`, index % 10 === 7 ? 'downloading' : 'waiting', index, 1000),
  ),
);

const unknown = { ...withoutSums([file('stream.iso', 'downloading', 12_345)]), received: 12_345 };

const rowsOf = (lines: readonly string[]): string => `\n${lines.map((line) => `|${line}`).join('\n')}\n`;

describe('the screen of a download', () => {
  test.each([40, 80, 200])('with %d columns and 24 rows', (columns) => {
    for (const each of [few, long, unknown])
      expect(rowsOf(layoutDownload(each, { columns, rows: 24 }, () => 12_000))).toMatchSnapshot();
  });

  test.each([40, 80, 200])('of 40 files with %d columns and 5 rows', (columns) => {
    expect(rowsOf(layoutDownload(many, { columns, rows: 5 }, () => 0))).toMatchSnapshot();
  });

  test.each([
    [20, 24],
    [40, 2],
    [40, 1],
    [1, 1],
  ])('with %d columns and %d rows', (columns, rows) => {
    expect(rowsOf(layoutDownload(few, { columns, rows }, () => 12_000))).toMatchSnapshot();
  });
});

const phases: readonly FilePhase[] = ['waiting', 'preparing', 'downloading', 'verifying', 'saved', 'failed'];

const snapshots = fc
  .array(
    fc.record({
      name: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 100 }),
      phase: fc.constantFrom(...phases),
      received: fc.nat(1e15),
      prepared: fc.nat(1e15),
      total: fc.option(fc.nat(1e15), { nil: undefined }),
    }),
    { maxLength: 40 },
  )
  .map((files) => files.map(({ name, phase, received, prepared, total }) => file(name, phase, received, total, prepared)));

const sums = fc.record(
  {
    received: fc.nat(1e15),
    total: fc.nat(1e15),
    speed: fc.double({ min: 0, max: 1e11, noNaN: true }),
    timeLeft: fc.double({ min: 0, max: 1e12, noNaN: true }),
  },
  { requiredKeys: ['received', 'speed'] },
);

test('no line is as wide as the terminal, a row is left, and the percentage and the time left are on every screen', () => {
  fc.assert(
    fc.property(
      snapshots,
      sums,
      fc.integer({ min: 22, max: 250 }),
      fc.integer({ min: 2, max: 60 }),
      (files, total, columns, rows) => {
        const lines = layoutDownload({ ...withoutSums(files), ...total }, { columns, rows }, () => 0);
        expect(lines.length).toBeLessThan(rows);
        for (const line of lines) expect(stringWidth(line)).toBeLessThan(columns);
        expect(lines.at(-1)).toMatch(/(?:\d %|~) +(?:~|\S+ (?:s|min|h|d)) left/);
        expect(lines.join('')).not.toMatch(/NaN|undefined|Infinity/);
      },
    ),
    { seed: 14, numRuns: 500 },
  );
});
