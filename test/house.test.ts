import { globSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path/posix';
import { describe, expect, test } from '@jest/globals';
import ts from 'typescript';

/**
 * Who may import whom. A room is a file of `src`, or a folder with all that is in it; it may import what its row names, and the rooms
 * it names stand above it. `type:` allows the types alone. Whatever lives in a folder with an `index.ts` is reached through that.
 */
const house: Readonly<Record<string, string>> = {
  // The cellar: failures, and what vCenter says
  'errors/': '',
  errors: 'errors/',
  'model/': 'errors io-ts type:fp-ts',
  model: 'model/',
  attempt: 'errors rxjs type:fp-ts',
  bracket: 'rxjs',
  // One request, and the connection
  'connection/': 'bracket errors errors/ model/ io-ts ky rxjs',
  // VMware's services
  'endpoints/': 'connection/ model/ io-ts rxjs',
  // Streams of time, and what is watched by them
  'polling/': 'errors type:connection/ rxjs',
  'watching/': 'connection/ endpoints/ errors type:model/ polling/ rxjs',
  // The bytes of a file, and the download
  'transfer/': 'connection/ errors type:model/ watching/ rxjs',
  'sinks/': 'errors type:transfer/',
  'download/': 'bracket connection/ endpoints/ errors type:model/ polling/ transfer/ watching/ rxjs',
  'snapshots/': 'type:download/ type:errors rxjs',
  // The door, the wings, the roof
  index: 'attempt connection/ download/ endpoints/ errors model polling/ sinks/ snapshots/ type:transfer/ watching/',
  'simulator/': 'errors model io-ts @noble/hashes rxjs',
  'node/': 'index node:',
  'angular/': 'index @angular/core',
  'cli/': 'index node/ simulator/ node: commander rxjs',
};

/** What one file alone may know, besides the rooms: whoever else wants it goes through that file. */
const keepers: Readonly<Record<string, string>> = { ky: 'connection/vapi.ts' };

/** Paths below `src`, and what is in the files. */
type Sources = Readonly<Record<string, string>>;

const src = join(import.meta.dirname, '../src');
const sources: Sources = Object.fromEntries(
  globSync('**/*.ts', { cwd: src }).map((file) => [file, readFileSync(join(src, file), 'utf8')]),
);

interface Import {
  readonly from: string;
  /** Path of a file below `src`, or name of a package. */
  readonly to: string;
  readonly isLocal: boolean;
  readonly typesOnly: boolean;
}

const nodesOf = (file: string, text: string): readonly ts.Node[] => {
  const below = (node: ts.Node): readonly ts.Node[] => {
    const nodes = [node];
    node.forEachChild((child) => void nodes.push(...below(child)));
    return nodes;
  };
  return below(ts.createSourceFile(file, text, ts.ScriptTarget.Latest));
};

/** `import { type A } from 'x'` loads `x` when it runs: only `import type` does not. */
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

const roomOf = (file: string): string => (file.includes('/') ? file.replace(/\/.*/, '/') : basename(file, '.ts'));

const hasDoor = (file: string, files: Sources): boolean => `${roomOf(file)}index.ts` in files;

const imports = (files: Sources, table = house): readonly string[] =>
  importsOf(files).flatMap(({ from, to, isLocal, typesOnly }) => {
    const [room, other] = [roomOf(from), isLocal ? roomOf(to) : to];
    if (isLocal && room === other) return [];
    const row = table[room]?.split(' ');
    if (row === undefined) return [`${from} has no row in the table`];
    if (!row.includes(other) && !(typesOnly && row.includes(`type:${other}`)))
      return [`${from} imports ${typesOnly ? 'types of ' : ''}${to}`];
    return isLocal && hasDoor(to, files) && basename(to) !== 'index.ts' ? [`${from} goes past the door of ${to}`] : [];
  });

const strayKnowledge = (files: Sources): readonly string[] =>
  importsOf(files).flatMap(({ from, to }) => (keepers[to] === undefined || keepers[to] === from ? [] : [`${from} knows ${to}`]));

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
    nodesOf(file, text).some(({ kind }) => kind === ts.SyntaxKind.AnyKeyword) ? [`${file} says any`] : [],
  );

const longFiles = (files: Sources): readonly string[] =>
  Object.entries(files).flatMap(([file, text]) =>
    text.trimEnd().split('\n').length > 200 ? [`${file} is longer than 200 lines`] : [],
  );

const leftovers = (files: Sources): readonly string[] =>
  Object.entries(files).flatMap(([file, text]) => (/\b(TODO|FIXME)\b/.test(text) ? [`${file} is not finished`] : []));

const vagueNames = (files: Sources): readonly string[] =>
  Object.keys(files).filter((file) => /(^|\/)(utils?|helpers?|common|types)(\/|\.ts$)/.test(file));

test('src imports what the table allows', () => expect(imports(sources)).toEqual([]));
test('one file alone knows ky', () => expect(strayKnowledge(sources)).toEqual([]));
test('src has no cycle', () => expect(cycles(sources)).toEqual([]));
test('src has no any', () => expect(anys(sources)).toEqual([]));
test('src has no file over 200 lines', () => expect(longFiles(sources)).toEqual([]));
test('src has nothing to do left in it', () => expect(leftovers(sources)).toEqual([]));
test('src has no file or folder for odds and ends', () => expect(vagueNames(sources)).toEqual([]));

test('every row of the table is a room of src, and names rooms above it only', () => {
  const rooms = Object.keys(house);
  expect(new Set(rooms)).toEqual(new Set(Object.keys(sources).map(roomOf)));
  const upwards = rooms.flatMap((room, index) =>
    (house[room] ?? '')
      .split(' ')
      .filter((other) => rooms.indexOf(other.replace('type:', '')) >= index)
      .map((other) => `${room} names ${other}`),
  );
  expect(upwards).toEqual([]);
});

describe('each rule can fail:', () => {
  const table = { low: 'type:rxjs', high: 'low ky', 'wing/': 'high', roof: 'wing/' };

  test.each<[string, Sources, string]>([
    ['a package', { 'low.ts': `import ky from 'ky';` }, 'low.ts imports ky'],
    ['a file further up', { 'low.ts': `export * from './high.ts';` }, 'low.ts imports high.ts'],
    ['a value where types are allowed', { 'low.ts': `import { type Observable } from 'rxjs';` }, 'low.ts imports rxjs'],
    ['an import that is a call', { 'low.ts': `await import('node:fs');` }, 'low.ts imports node:'],
    ['an import inside a type', { 'low.ts': `type A = import('ky').A;` }, 'low.ts imports types of ky'],
    ['a part of a package', { 'low.ts': `import '@noble/hashes/sha2.js';` }, 'low.ts imports @noble/hashes'],
    ['an address that is computed', { 'low.ts': `await import('k' + 'y');` }, 'low.ts imports (computed)'],
    [
      'a wing past its door',
      { 'roof.ts': `import './wing/a.ts';`, 'wing/index.ts': '', 'wing/a.ts': '' },
      'roof.ts goes past the door of wing/a.ts',
    ],
    ['the inside of the house', { 'wing/a.ts': `import '../low.ts';` }, 'wing/a.ts imports low.ts'],
    ['a file without a row', { 'new.ts': `import 'rxjs';` }, 'new.ts has no row in the table'],
  ])('imports: %s', (_, files, problem) => expect(imports(files, table)).toEqual([problem]));

  test('imports: what the table allows is allowed', () => {
    expect(
      imports(
        { 'high.ts': `import ky from 'ky'; import './low.ts';`, 'low.ts': `import type { Observable } from 'rxjs';` },
        table,
      ),
    ).toEqual([]);
    expect(imports({ 'roof.ts': `import './wing/index.ts';`, 'wing/index.ts': `import './a.ts';` }, table)).toEqual([]);
  });

  test('what one file alone may know', () => {
    const asks = `import ky from 'ky';`;
    expect(strayKnowledge({ 'connection/vapi.ts': asks, 'connection/login.ts': asks })).toEqual(['connection/login.ts knows ky']);
  });

  test('cycles, of types too', () => {
    expect(
      cycles({ 'a.ts': `import './b.ts';`, 'b.ts': `import './c.ts';`, 'c.ts': `import type { B } from './b.ts';` }),
    ).toEqual(['b.ts → c.ts → b.ts']);
  });

  test('any, where it is a type and not a word', () => {
    expect(anys({ 'a.ts': 'const a = (b: any) => b;', 'c.ts': `/** any */ const any = 'any';` })).toEqual(['a.ts says any']);
  });

  test('length', () => {
    expect(longFiles({ 'a.ts': '\n'.repeat(200) + 'end', 'b.ts': 'line\n'.repeat(200) })).toEqual([
      'a.ts is longer than 200 lines',
    ]);
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
