/** Code, comments, messages, pages and file names use the terms of RxJS, Node, HTTP and VMware, not the words of the table. */

import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { plainWords } from './support/plain-words.ts';

/** Words in VMware's own texts and in public values, with the reason. */
const allowed = [
  {
    word: 'answer',
    because: 'a kind of fault in scenario files',
    files: [
      'src/simulator/options/faults.ts',
      'src/simulator/schemas/scenario.json',
      'src/simulator/schemas/schemas.ts',
      'test/simulator/schemas.test.ts',
      'test/cli/simulate.test.ts',
      'docs/04-simulator.md',
    ],
  },
  {
    word: 'anew',
    because: 'a value of `prepareAgain` in scenario files',
    files: [
      'src/simulator/options/assumptions.ts',
      'src/simulator/schemas/scenario.json',
      'src/simulator/schemas/schemas.ts',
      'src/simulator/operations/download-file.ts',
      'test/simulator/assumptions.test.ts',
    ],
  },
] as const satisfies readonly { readonly word: string; readonly because: string; readonly files: readonly string[] }[];

const isAllowed = (file: string, word: string): boolean =>
  allowed.some((exception) => exception.word === word && exception.files.some((each) => each === file));

/** The words of a text in lower case; identifiers are split at capital letters and underscores. */
const wordsOf = (text: string): readonly string[] =>
  (text.replaceAll(/([a-z\d])([A-Z])|([A-Z])([A-Z][a-z])/g, '$1$3 $2$4').match(/[A-Za-z]+/g) ?? []).map((word) =>
    word.toLowerCase(),
  );

/** `file:line: "word": write …` for each word of the table; the name of a file counts as its line 0. */
const problemsIn = (file: string, text: string): readonly string[] =>
  [file, ...text.split('\n')].flatMap((line, index) =>
    [...new Set(wordsOf(line))].flatMap((word) => {
      const proposal = plainWords.get(word);
      if (proposal === undefined || isAllowed(file, word)) return [];
      return [`${file}:${index}: "${word}": write ${proposal}`];
    }),
  );

const root = join(import.meta.dirname, '..');

/** The table itself, this test, generated pages, and the history of releases are not checked. */
const unchecked = /^(?:test\/language\.test\.ts|test\/support\/plain-words\.ts|docs\/api\/.*|CHANGELOG\.md)$/;
const files = globSync(
  [
    '{src,test,examples,bench,scripts}/**/*.{ts,tsx,svelte,js,mjs,json,go}',
    'dashboard/{bin,server,shared,src,test}/**/*.{ts,html}',
    'docs/**/*.md',
    '*.{md,js}',
  ],
  { cwd: root },
)
  .map((file) => file.replaceAll('\\', '/'))
  .filter((file) => !unchecked.test(file));
const read = (file: string): string => readFileSync(join(root, file), 'utf8');

test('no file has a word of the table', () => {
  expect(files.length).toBeGreaterThan(400);
  expect(files.flatMap((file) => problemsIn(file, read(file)))).toEqual([]);
});

test('every exception is needed', () => {
  const unneeded = allowed.flatMap(({ word, files: exceptions }) =>
    exceptions.filter((file) => !wordsOf(read(file)).includes(word)),
  );
  expect(unneeded).toEqual([]);
});

test('words are found in identifiers, comments, strings and file names, with their line and a proposal', () => {
  const text = [
    'const isTold = 1;',
    '// Nobody reads it.',
    "const TALL_HTTPHouse = 'an answer';",
    'const standard = retold; // bearer, coursework',
  ].join('\n');
  expect(problemsIn('src/lanes.ts', text).map((problem) => problem.replace(/: write .*/, ''))).toEqual([
    'src/lanes.ts:0: "lanes"',
    'src/lanes.ts:1: "told"',
    'src/lanes.ts:2: "nobody"',
    'src/lanes.ts:3: "house"',
    'src/lanes.ts:3: "answer"',
  ]);
  expect(problemsIn('src/a.ts', 'told')).toEqual(['src/a.ts:1: "told": write "called with", "emitted", "reported", "notified"']);
});
