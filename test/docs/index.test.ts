/** The indexes of the documentation name every page, and the glossary names files that exist. */

import { existsSync, globSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { guides, read, root, sectionOf } from './markdown.ts';

const linksOf = (page: string): readonly string[] => [...read(page).matchAll(/\]\(([^)#]+)\)/g)].map(([, link = '']) => link);

test('docs/README.md links to every guide, in order', () => {
  expect(linksOf('docs/README.md').filter((link) => /^\d\d-/.test(link))).toEqual(guides.map((page) => basename(page)));
});

test.each(guides)('%s has its number in its title', (page) => {
  expect(read(page)).toMatch(new RegExp(`^# ${Number(basename(page).slice(0, 2))}\\. `));
});

describe('decisions', () => {
  const decisions = globSync('docs/decisions/[0-9]*.md', { cwd: root })
    .map((file) => basename(file))
    .sort();

  test('are numbered without gaps', () => {
    expect(decisions.map((file) => Number(file.slice(0, 4)))).toEqual(decisions.map((_, index) => index + 1));
  });

  test.each(decisions)('%s has a title, a date, a status, and a row in the index', (file) => {
    const page = read(`docs/decisions/${file}`);
    const [, number = '', title = '', date = '', status = ''] =
      /^# (\d+)\. (.*)\n\n\*\*Date\.\*\* (\d{4}-\d\d-\d\d)\. \*\*Status\.\*\* (Accepted|Superseded)/.exec(page) ?? [];
    const row = read('docs/decisions/README.md')
      .split('\n')
      .find((line) => line.startsWith(`| [${number}](${file})`));
    const cells = row?.split('|').map((cell) => cell.trim()) ?? [];
    expect(cells.slice(2, 4)).toEqual([title, date]);
    expect(cells[4]).toMatch(new RegExp(`^${status}`, 'i'));
    for (const part of ['Decision', 'Reason', 'Consequence']) expect(page).toContain(`\n**${part}.** `);
  });
});

describe('docs/semantics.md', () => {
  const places = [...sectionOf('docs/semantics.md', 'Glossary').matchAll(/^\|.*\| `(.*)` +\|$/gm)].map(([, place = '']) => place);

  test('has a glossary of terms in alphabetical order', () => {
    const terms = [...sectionOf('docs/semantics.md', 'Glossary').matchAll(/^\| (\w.*?) +\|/gm)]
      .map(([, term = '']) => term)
      .slice(1);
    expect(terms.length).toBeGreaterThan(30);
    expect(terms).toEqual(terms.toSorted((a, b) => a.toLowerCase().localeCompare(b.toLowerCase())));
  });

  test.each(places)('the glossary refers to src/%s, which exists', (place) => {
    expect(existsSync(join(root, 'src', place))).toBe(true);
  });

  test('numbers its rules without gaps', () => {
    const numbers = [...read('docs/semantics.md').matchAll(/^(\d+)\. /gm)].map(([, number]) => Number(number));
    expect(numbers).toEqual(numbers.map((_, index) => index + 1));
  });

  test('has no rule that begins with "No": RFC 2119 has MUST NOT', () => {
    expect(read('docs/semantics.md')).not.toMatch(/(?:^\d+\.|[.:;])\s+No(?:ne|thing)?\b/m);
  });
});

test.each(['README.md', 'CONTRIBUTING.md', 'docs/semantics.md', ...guides])('%s names existing files only', (page) => {
  const paths = [...read(page).matchAll(/`((?:src|test|scripts|bench|examples|docs)\/[\w./-]*\w(?:\.\w+|\/)?)`/g)];
  expect(paths.map(([, path = '']) => path).filter((path) => !existsSync(join(root, path)))).toEqual([]);
});

test('each fault from the field names a test, and each of these exists', () => {
  const rows = read('docs/field-faults.md')
    .split('\n')
    .filter((line) => /^\| (?!-|fault )/.test(line))
    .map((line) => line.split(/(?<!\\)\|/).map((cell) => cell.trim()));
  expect(rows.length).toBeGreaterThan(60);
  for (const [, fault = '', tests = ''] of rows) {
    const files = [...tests.matchAll(/`([^`]+)`/g)].map(([, file = '']) => file);
    expect({ fault, files: files.filter((file) => existsSync(join(root, file))) }).toEqual({ fault, files });
    expect({ fault, count: files.length }).not.toEqual({ fault, count: 0 });
  }
  expect(new Set(rows.map(([, fault]) => fault)).size).toBe(rows.length);
});
