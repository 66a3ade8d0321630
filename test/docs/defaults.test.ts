/** The docs state each default and each limit once, and as the code has it. */

import { describe, expect, test } from '@jest/globals';
import { adaptivePeriod } from 'rx-content-library';
import { guides, read, rowOf, sectionOf } from './markdown.ts';
import { defaultOf, numbersIn } from './source-numbers.ts';

/** Reads a number as the docs write it: `120,000`. */
const toNumber = (text: string): number => Number(text.replaceAll(',', ''));

/** Returns the number that a pattern finds in a text. */
const numberIn = (text: string, pattern: RegExp): number => toNumber(pattern.exec(text)?.[1] ?? 'missing');

describe('defaults of options', () => {
  /** Page, file, interface and field, which is also the label of the row. */
  test.each([
    ['01-download', 'download/options.ts', 'DownloadOptions', 'concurrency'],
    ['01-download', 'download/options.ts', 'DownloadOptions', 'continueOnError'],
    ['01-download', 'download/options.ts', 'DownloadOptions', 'timeout'],
    ['04-simulator', 'simulator/options/scenario.ts', 'SessionLifetimes', 'downloadSession'],
    ['04-simulator', 'simulator/options/scenario.ts', 'SessionLifetimes', 'endedDownloadSession'],
    ['04-simulator', 'simulator/options/scenario.ts', 'SessionLifetimes', 'apiSessionIdle'],
    ['04-simulator', 'simulator/options/scenario.ts', 'SessionLifetimes', 'apiSession'],
    ['04-simulator', 'simulator/options/scenario.ts', 'SessionLifetimes', 'apiSessionsPerUser'],
    ['05-composing', 'polling/poll-retry.ts', 'PollRetryOptions', 'pollAttempts'],
    ['05-composing', 'polling/poll-schedule.ts', 'PollOptions', 'jitter'],
    ['05-composing', 'polling/poll-schedule.ts', 'PollOptions', 'whileHidden'],
    ['06-retrying', 'http/retry.ts', 'RetryOptions', 'attempts'],
    ['06-retrying', 'http/retry.ts', 'RetryOptions', 'delay'],
    ['06-retrying', 'http/retry.ts', 'RetryOptions', 'budget'],
  ])('docs/%s.md states that of %s, %s.%s', (page, file, type, field) => {
    const stated = rowOf(`docs/${page}.md`, `\`${field}\``).at(-2);
    expect(stated?.replaceAll(/[`,]/g, '').split(' ')[0]).toBe(defaultOf(`src/${file}`, type, field).split(/[ ,]/)[0]);
  });

  test('docs/05-composing.md names the default period', () => {
    expect(rowOf('docs/05-composing.md', '`period`').at(-2)).toBe('`adaptivePeriod`');
  });

  test('docs/06-retrying.md states the timeout of a connection', () => {
    const stated = numberIn(read('docs/06-retrying.md'), /`timeout` limits [^(]*\(default\s+([\d,]+) ms\)/);
    expect(stated).toBe(Number(defaultOf('src/connection/options.ts', 'VCenterOptions', 'timeout')));
  });

  test('docs/10-broken-transfers.md states those of fileRetry', () => {
    const section = sectionOf('docs/10-broken-transfers.md', 'Retries');
    const ofRetry = (field: string): number => Number(defaultOf('src/download/options.ts', 'FileRetryOptions', field));
    expect(numberIn(section, /`fileRetry\.attempts`, (\d+) by default/)).toBe(ofRetry('attempts'));
    expect(numberIn(section, /`fileRetry\.delay`, (\d+) ms by default/)).toBe(ofRetry('delay'));
  });

  const definitions = ['export', 'simulate', 'common-flags'].map((name) => read(`src/cli/definitions/${name}.ts`)).join('\n');

  test.each(['concurrency', 'timeout', 'port'])('docs/02-command.md states that of --%s', (flag) => {
    const [, stated] = new RegExp(`'--${flag} <.*, (\\d+)\\)`).exec(definitions) ?? [];
    expect(rowOf('docs/02-command.md', `\`--${flag} `).at(-2)).toBe(stated);
  });

  test('no other sentence states a default', () => {
    const sentences = ['README.md', 'docs/semantics.md', ...guides].flatMap((page) =>
      [...read(page).matchAll(/.*(?:\bdefaults?\b[^.|']{0,12}\d|\d[\w ]{0,12} by default).*/g)].map(
        ([line]) => `${page}: ${line.trim().slice(0, 60)}`,
      ),
    );
    expect(sentences.map((sentence) => sentence.split(':')[0])).toEqual([
      'docs/06-retrying.md', // The timeout of a connection.
      'docs/10-broken-transfers.md', // The table of retries.
    ]);
  });
});

test('docs/06-retrying.md states the delays that follow from its defaults', () => {
  const [attempts, delay] = ['attempts', 'delay'].map((field) => Number(defaultOf('src/http/retry.ts', 'RetryOptions', field)));
  const limits = Array.from({ length: (attempts ?? 0) - 1 }, (_, index) => ((delay ?? 0) / 1000) * 2 ** index);
  const total = limits.reduce((sum, limit) => sum + limit);
  const [, stated, average, most] =
    /the limits are ([\d., and]+) s: less than ([\d.]+) s on average, at most ([\d.]+) s/.exec(
      read('docs/06-retrying.md').replaceAll(/\s+/g, ' '),
    ) ?? [];
  expect(stated?.split(/, | and /).map(Number)).toEqual(limits);
  expect(Number(average)).toBe(Math.ceil(total / 2));
  expect(Number(most)).toBe(total);
  expect(numbersIn('src/http/retry.ts')).toContain(
    1000 * numberIn(rowOf('docs/06-retrying.md', '`delay`').join(), /up to (\d+) s/),
  );
});

test('docs/05-composing.md states the delays of failed polls', () => {
  const section = sectionOf('docs/05-composing.md', 'Retry').replaceAll(/\s+/g, ' ');
  const constants = numbersIn('src/polling/poll-retry.ts');
  expect(constants).toContain(1000 * numberIn(section, /is retried after ([\d.]+) s/));
  expect(constants).toContain(1000 * numberIn(section, /up to ([\d.]+) s/));
});

test('docs/05-composing.md states the delays of adaptivePeriod', () => {
  const section = sectionOf('docs/05-composing.md', 'The default period').replaceAll(/\s+/g, ' ');
  const seconds = (pattern: RegExp): number => 1000 * numberIn(section, pattern);
  const phase = seconds(/for ([\d.]+) s\./);
  const period = (elapsed: number, quiet = elapsed): number => adaptivePeriod(undefined, elapsed, quiet);

  expect(period(0)).toBe(numberIn(section, /every (\d+) ms/));
  expect(period(phase - 1)).toBe(period(0));
  expect(period(phase)).toBe(seconds(/the delay is ([\d.]+) s/));
  // It grows by half of the delay that has passed.
  expect(period(phase + period(phase))).toBe(1.5 * period(phase));
  expect(period(phase + 10_000)).toBe(seconds(/The limit is ([\d.]+) s at first/));
  expect(period(36_000)).toBe(36_000 / 12);
  expect(period(3_600_000)).toBe(seconds(/elapsed time, at most ([\d.]+) s:/));
  const lowered = seconds(/lowers the limit to ([\d.]+) s/);
  expect(period(30_000, 9_999)).toBe(lowered);
  expect(period(30_000, 10_000)).toBeGreaterThan(lowered);
  const longest = seconds(/a third of the elapsed time, at most (\d+) s/);
  expect(period(3_600_000, longest - 1)).toBe(lowered);
  expect(period(3_600_000, longest)).toBeGreaterThan(lowered);
});

describe('limits in docs/semantics.md', () => {
  const units: Readonly<Record<string, number>> = { s: 1000, ms: 1, MiB: 1024 * 1024, 'MB/s': 1000 };
  const rows = [...sectionOf('docs/semantics.md', 'Limits').matchAll(/^\| (.*?) +\| (.*?) +\| `(.*)` +\|$/gm)].map(
    ([, limit = '', value = '', file = '']) => ({ limit, value, file }),
  );
  const numbersOf = (value: string): readonly number[] =>
    [...value.replaceAll('a third', '3').matchAll(/([\d.,]*\d)(?: (MiB|MB\/s|ms|s)\b)?/g)].map(
      ([, number = '', unit = '']) => toNumber(number) * (units[unit] ?? 1),
    );

  test('exist', () => expect(rows.length).toBeGreaterThan(10));

  test.each(rows)('$limit: $value, as in $file', ({ value, file }) => {
    const constants = numbersIn(`src/${file}`);
    const numbers = numbersOf(value);
    expect(numbers.length).toBeGreaterThan(0);
    // 100 percent is no constant.
    expect(numbers.filter((number) => number !== 100 && !constants.has(number))).toEqual([]);
  });

  test('are stated in no other guide', () => {
    const sizes = rows.flatMap(({ value }) => value.match(/\d+ (?:MiB|MB\/s)/g) ?? []);
    const repeated = guides.flatMap((page) => sizes.filter((size) => new RegExp(`\\b${size}`).test(read(page))));
    expect(repeated).toEqual([]);
  });
});
