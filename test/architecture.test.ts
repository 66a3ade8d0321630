/** The rules of src that neither the compiler nor eslint checks: imports between layers, and the size and names of files. */

import { globSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path/posix';
import { describe, expect, test } from '@jest/globals';
import ts from 'typescript';
import { layers, platforms } from './support/layers.ts';

/** Packages that exactly one file may import; every other file goes through it. */
const soleImporters: Readonly<Record<string, string>> = { ky: 'http/send.ts' };

/** Texts of the files by their paths relative to `src`. */
type Sources = Readonly<Record<string, string>>;

const src = join(import.meta.dirname, '../src');
const sources: Sources = Object.fromEntries(
  globSync('**/*.ts', { cwd: src }).map((file) => [file, readFileSync(join(src, file), 'utf8')]),
);

interface Import {
  readonly from: string;
  /** Path of a file relative to `src`, or name of a package. */
  readonly to: string;
  readonly isLocal: boolean;
  readonly typesOnly: boolean;
}

const nodesByText = new Map<string, readonly ts.Node[]>();

/** All nodes of a file; parsed once, because most rules need them. */
const nodesOf = (file: string, text: string): readonly ts.Node[] => {
  const cached = nodesByText.get(text);
  if (cached !== undefined) return cached;
  const nodes: ts.Node[] = [];
  const visit = (node: ts.Node): void => {
    nodes.push(node);
    node.forEachChild(visit);
  };
  visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest));
  nodesByText.set(text, nodes);
  return nodes;
};

/** Only `import type` counts as types: `import { type A } from 'x'` loads `x` at run time. */
const specifierOf = (node: ts.Node): { specifier: ts.Node | undefined; typesOnly: boolean } => {
  if (ts.isImportDeclaration(node))
    return { specifier: node.moduleSpecifier, typesOnly: node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword };
  if (ts.isExportDeclaration(node)) return { specifier: node.moduleSpecifier, typesOnly: node.isTypeOnly };
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument))
    return { specifier: node.argument.literal, typesOnly: true };
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
    return { specifier: node.arguments[0], typesOnly: false };
  return { specifier: undefined, typesOnly: false };
};

const packageOf = (specifier: string): string =>
  specifier.startsWith('node:')
    ? 'node:'
    : specifier
        .split('/')
        .slice(0, specifier.startsWith('@') ? 2 : 1)
        .join('/');

const importsOf = (files: Sources): readonly Import[] =>
  Object.entries(files).flatMap(([from, text]) =>
    nodesOf(from, text).flatMap((node) => {
      const { specifier, typesOnly } = specifierOf(node);
      if (specifier === undefined) return [];
      const name = ts.isStringLiteral(specifier) ? specifier.text : '(computed)';
      const isLocal = name.startsWith('.');
      return [{ from, to: isLocal ? join(dirname(from), name) : packageOf(name), isLocal, typesOnly }];
    }),
  );

const moduleOf = (file: string): string => (file.includes('/') ? file.replace(/\/.*/, '/') : basename(file, '.ts'));

const importErrors = (files: Sources, table = layers, publicOnly = platforms): readonly string[] =>
  importsOf(files).flatMap(({ from, to, isLocal, typesOnly }) => {
    const [importer, imported] = [moduleOf(from), isLocal ? moduleOf(to) : to];
    if (isLocal && importer === imported) return [];
    const row = table[importer]?.split(' ');
    if (row === undefined) return [`${from} has no row in the table`];
    if (!row.includes(imported) && !(typesOnly && row.includes(`type:${imported}`)))
      return [`${from} imports ${typesOnly ? 'types of ' : ''}${to}`];
    const isInternal = isLocal && to.includes('/') && basename(to) !== 'index.ts';
    return isInternal && publicOnly.includes(importer) ? [`${from} imports ${to}, not its index.ts`] : [];
  });

const strayImports = (files: Sources): readonly string[] =>
  importsOf(files).flatMap(({ from, to }) =>
    soleImporters[to] === undefined || soleImporters[to] === from ? [] : [`${from} imports ${to}`],
  );

const cycles = (files: Sources): readonly string[] => {
  const next = Map.groupBy(
    importsOf(files).filter(({ isLocal }) => isLocal),
    ({ from }) => from,
  );
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): readonly string[] => {
    if (path.includes(file)) return [[...path.slice(path.indexOf(file)), file].join(' → ')];
    if (done.has(file)) return [];
    const found = (next.get(file) ?? []).flatMap(({ to }) => visit(to, [...path, file]));
    done.add(file);
    return found;
  };
  return Object.keys(files).flatMap((file) => visit(file, []));
};

const anys = (files: Sources): readonly string[] =>
  Object.entries(files).flatMap(([file, text]) =>
    nodesOf(file, text).some(({ kind }) => kind === ts.SyntaxKind.AnyKeyword) ? [`${file} uses any`] : [],
  );

/** Lines with code on them: comments and blank lines do not count. */
const codeLines = (text: string): number => {
  const source = ts.createSourceFile('file.ts', text, ts.ScriptTarget.Latest, true);
  const lines = new Set<number>();
  const visit = (node: ts.Node): void => {
    if (node.getChildCount(source) === 0 && node.end > node.getStart(source)) {
      const first = source.getLineAndCharacterOfPosition(node.getStart(source)).line;
      const last = source.getLineAndCharacterOfPosition(node.end).line;
      for (let line = first; line <= last; line += 1) lines.add(line);
    }
    node
      .getChildren(source)
      .filter(({ kind }) => kind !== ts.SyntaxKind.JSDoc)
      .forEach(visit);
  };
  visit(source);
  return lines.size;
};

const longFiles = (files: Sources): readonly string[] =>
  Object.entries(files).flatMap(([file, text]) => (codeLines(text) > 200 ? [`${file} has more than 200 lines of code`] : []));

/**
 * Files that only one other file imports, as `file ← importer`.
 *
 * Not counted: `index.ts` files, and files that an `index.ts` exports (these are shared by definition). The simulator is left out.
 */
const singleUseFiles = (files: Sources): readonly string[] => {
  const isIndex = (file: string): boolean => basename(file) === 'index.ts';
  const importers = Map.groupBy(
    importsOf(files).filter(({ isLocal }) => isLocal),
    ({ to }) => to,
  );
  return Object.keys(files).flatMap((file) => {
    if (isIndex(file) || file.startsWith('simulator/')) return [];
    const [importer, ...others] = new Set(importers.get(file)?.map(({ from }) => from));
    return importer === undefined || others.length > 0 || isIndex(importer) ? [] : [`${file} ← ${importer}`];
  });
};

const leftovers = (files: Sources): readonly string[] =>
  Object.entries(files).flatMap(([file, text]) => (/\b(TODO|FIXME)\b/.test(text) ? [`${file} is not finished`] : []));

const vagueNames = (files: Sources): readonly string[] =>
  Object.keys(files).filter((file) => /(^|\/)(utils?|helpers?|common|types)(\/|\.ts$)/.test(file));

test('src imports only what the table allows', () => expect(importErrors(sources)).toEqual([]));
test('a single file imports ky', () => expect(strayImports(sources)).toEqual([]));
test('src has no cycle', () => expect(cycles(sources)).toEqual([]));
test('src has no any', () => expect(anys(sources)).toEqual([]));
test('src has no file over 200 lines of code', () => expect(longFiles(sources)).toEqual([]));
test('at most 30 % of the files of src are imported by one other file only', () => {
  const found = singleUseFiles(sources);
  const files = Object.keys(sources).filter((file) => !file.startsWith('simulator/'));
  if (found.length > files.length * 0.3)
    throw new Error(`${found.length} files are imported by one other file only:\n${found.join('\n')}`);
});
test('src has no TODO', () => expect(leftovers(sources)).toEqual([]));
test('src has no file or folder named utils, helpers, common or types', () => expect(vagueNames(sources)).toEqual([]));

test('the table has a row for every module of src, and each row names modules of lower layers only', () => {
  const modules = Object.keys(layers);
  expect(new Set(modules)).toEqual(new Set(Object.keys(sources).map(moduleOf)));
  const upwards = modules.flatMap((name, index) =>
    (layers[name] ?? '')
      .split(' ')
      .filter((other) => modules.indexOf(other.replace('type:', '')) >= index)
      .map((other) => `${name} imports ${other}`),
  );
  expect(upwards).toEqual([]);
});

test('the table allows no import that src does not use', () => {
  const used = new Set(
    importsOf(sources).map(({ from, to, isLocal, typesOnly }) => {
      const imported = isLocal ? moduleOf(to) : to;
      return `${moduleOf(from)} ${typesOnly ? 'type:' : ''}${imported}`;
    }),
  );
  const unused = Object.entries(layers).flatMap(([name, row]) =>
    row
      .split(' ')
      .filter((imported) => imported !== '' && !used.has(`${name} ${imported}`))
      .map((imported) => `${name} ${imported}`),
  );
  expect(unused).toEqual([]);
});

describe('each rule can fail', () => {
  const table = { low: 'type:rxjs', high: 'low ky', 'platform/': 'high', 'program/': 'platform/' };
  const errorsIn = (files: Sources) => importErrors(files, table, ['platform/', 'program/']);

  test.each<[string, Sources, string]>([
    ['a package', { 'low.ts': `import ky from 'ky';` }, 'low.ts imports ky'],
    ['a file of a higher layer', { 'low.ts': `export * from './high.ts';` }, 'low.ts imports high.ts'],
    ['a value where types are allowed', { 'low.ts': `import { type Observable } from 'rxjs';` }, 'low.ts imports rxjs'],
    ['a dynamic import', { 'low.ts': `await import('node:fs');` }, 'low.ts imports node:'],
    ['an import inside a type', { 'low.ts': `type A = import('ky').A;` }, 'low.ts imports types of ky'],
    ['a subpath of a package', { 'low.ts': `import '@noble/hashes/sha2.js';` }, 'low.ts imports @noble/hashes'],
    ['a computed specifier', { 'low.ts': `await import('k' + 'y');` }, 'low.ts imports (computed)'],
    [
      'a file of a platform other than its index.ts',
      { 'program/a.ts': `import '../platform/a.ts';`, 'platform/index.ts': '', 'platform/a.ts': '' },
      'program/a.ts imports platform/a.ts, not its index.ts',
    ],
    ['a lower layer from a platform', { 'platform/a.ts': `import '../low.ts';` }, 'platform/a.ts imports low.ts'],
    ['a file without a row', { 'new.ts': `import 'rxjs';` }, 'new.ts has no row in the table'],
  ])('imports: %s', (_, files, problem) => expect(errorsIn(files)).toEqual([problem]));

  test('imports: what the table allows passes', () => {
    expect(
      errorsIn({ 'high.ts': `import ky from 'ky'; import './low.ts';`, 'low.ts': `import type { Observable } from 'rxjs';` }),
    ).toEqual([]);
    expect(errorsIn({ 'program/a.ts': `import '../platform/index.ts';`, 'platform/index.ts': `import './a.ts';` })).toEqual([]);
  });

  test('packages that one file may import', () => {
    const importsKy = `import ky from 'ky';`;
    expect(strayImports({ 'http/send.ts': importsKy, 'connection/login.ts': importsKy })).toEqual([
      'connection/login.ts imports ky',
    ]);
  });

  test('cycles, of types too', () => {
    expect(
      cycles({ 'a.ts': `import './b.ts';`, 'b.ts': `import './c.ts';`, 'c.ts': `import type { B } from './b.ts';` }),
    ).toEqual(['b.ts → c.ts → b.ts']);
  });

  test('any as a type, not as a word', () => {
    expect(anys({ 'a.ts': 'const a = (b: any) => b;', 'c.ts': `/** any */ const any = 'any';` })).toEqual(['a.ts uses any']);
  });

  test('length', () => {
    const code = 'line;\n';
    expect(
      longFiles({
        'a.ts': code.repeat(201),
        'b.ts': '/** A comment\n * of three\n * lines. */\n// Another one.\n\n' + code.repeat(200),
        'c.ts': 'const text = `' + '\n'.repeat(200) + '`;',
      }),
    ).toEqual(['a.ts has more than 200 lines of code', 'c.ts has more than 200 lines of code']);
  });

  test('files that only one other file imports', () => {
    const importsA = `import './a.ts';`;
    expect(singleUseFiles({ 'a.ts': '', 'b.ts': importsA + importsA })).toEqual(['a.ts ← b.ts']);
    expect(singleUseFiles({ 'a.ts': '', 'b.ts': importsA, 'c.ts': importsA })).toEqual([]);
    expect(singleUseFiles({ 'a.ts': '', 'index.ts': importsA })).toEqual([]);
  });

  test('leftovers', () => {
    expect(leftovers({ 'a.ts': '// TODO: more', 'b.ts': '/* FIXME */', 'c.ts': '// todos' })).toEqual([
      'a.ts is not finished',
      'b.ts is not finished',
    ]);
  });

  test('names', () => {
    const names = ['utils.ts', 'node/helpers/a.ts', 'common/index.ts', 'cli/types.ts', 'retypes.ts'];
    expect(vagueNames(Object.fromEntries(names.map((name) => [name, ''])))).toEqual(names.slice(0, 4));
  });
});
