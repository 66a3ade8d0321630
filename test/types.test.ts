/** Compiles test/types on the sources or on the build: every `@ts-expect-error CODE: reason` must be that error, and no other error is allowed. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import ts from 'typescript';

const root = join(import.meta.dirname, '..');
const folder = join(root, 'test/types');

const optionsOf = (project: string): ts.CompilerOptions => {
  const { config, error } = ts.readConfigFile(project, (file) => ts.sys.readFile(file)) as {
    config: unknown;
    error?: ts.Diagnostic;
  };
  if (error !== undefined) throw new Error(textOf(error));
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  return process.env.RX_CONTENT_LIBRARY_TEST === 'dist' ? { ...options, customConditions: [] } : options;
};

const textOf = ({ messageText }: ts.Diagnostic): string => ts.flattenDiagnosticMessageText(messageText, ' ');

/** The compiler's own `@ts-expect-error` accepts any error; these tests require the code. */
const expectation = /@ts-expect-error (\d+):/;

const withoutDirectives = (text: string): string => text.replaceAll('@ts-expect-error', '@ts-expected-err');

/** Compiles files with the given texts; returns unexpected and missing errors by file. */
const unexpectedIn = (files: Readonly<Record<string, string>>): Readonly<Record<string, readonly string[]>> => {
  const options = optionsOf(join(root, 'tsconfig.json'));
  const host = ts.createCompilerHost(options);
  host.readFile = (file) => (file in files ? withoutDirectives(files[file] ?? '') : ts.sys.readFile(file));
  host.fileExists = (file) => file in files || ts.sys.fileExists(file);
  const program = ts.createProgram(Object.keys(files), options, host);

  return Object.fromEntries(
    Object.entries(files).map(([name, text]) => {
      const source = program.getSourceFile(name);
      const found = ts.getPreEmitDiagnostics(program, source).map((diagnostic) => ({
        line: (source?.getLineAndCharacterOfPosition(diagnostic.start ?? 0).line ?? 0) + 1,
        code: diagnostic.code,
        text: textOf(diagnostic),
      }));
      const expected = text.split('\n').flatMap((line, index) => {
        const code = expectation.exec(line)?.[1];
        return code === undefined ? [] : [{ line: index + 2, code: Number(code) }];
      });
      const isSame = (one: { line: number; code: number }) => (other: { line: number; code: number }) =>
        one.line === other.line && one.code === other.code;
      return [
        name,
        [
          ...found
            .filter((error) => !expected.some(isSame(error)))
            .map(({ line, code, text: message }) => `${line}: ${code}: ${message}`),
          ...expected
            .filter((error) => !found.some(isSame(error)))
            .map(({ line, code }) => `${line}: compiles, without the error ${code}`),
        ],
      ];
    }),
  );
};

const fixtures = readdirSync(folder).map((file) => join(folder, file));
const results = unexpectedIn(Object.fromEntries(fixtures.map((file) => [file, readFileSync(file, 'utf8')])));

test.each(readdirSync(folder))('%s compiles with the expected errors only', (file) => {
  expect(results[join(folder, file)]).toEqual([]);
});

test('unexpected errors, missing errors and errors with another code are reported', () => {
  const file = join(folder, 'wrong.ts');
  const text = [
    'export const a: number = "a";',
    '// @ts-expect-error 2322: it compiles',
    'export const b: number = 1;',
    '// @ts-expect-error 2540: it is another error',
    'export const c: number = "c";',
  ];
  expect(unexpectedIn({ [file]: text.join('\n') })[file]).toEqual([
    "1: 2322: Type 'string' is not assignable to type 'number'.",
    "5: 2322: Type 'string' is not assignable to type 'number'.",
    '3: compiles, without the error 2322',
    '5: compiles, without the error 2540',
  ]);
}, 60_000);
