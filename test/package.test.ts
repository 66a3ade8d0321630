/** Tests the published package: packed by npm, and unpacked in an empty project with its dependencies and nothing else. */

import { execFile } from 'node:child_process';
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';

const run = promisify(execFile);
const root = join(import.meta.dirname, '..');
const tsc = join(root, 'node_modules/typescript/bin/tsc');
const minutes = 60_000;

/** The pages at the top of the package. */
const pages = ['README.md', 'LICENSE', 'CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md'];

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  version: string;
  exports: unknown;
  bin: Record<string, string>;
  dependencies: Record<string, string>;
  peerDependencies: Record<string, string>;
};

let temporary: string;
let project: string;
let installed: string;
let files: readonly string[];

/** Copies what would be published. Builds it, unless this is the run on `dist`, so that an old `dist` is not used. */
const prepare = async (folder: string): Promise<void> => {
  mkdirSync(folder);
  for (const name of ['package.json', ...pages, 'docs', 'src', 'test'])
    if (existsSync(join(root, name))) cpSync(join(root, name), join(folder, name), { recursive: true });
  if (process.env.RX_CONTENT_LIBRARY_TEST === 'dist') cpSync(join(root, 'dist'), join(folder, 'dist'), { recursive: true });
  else {
    await run(process.execPath, [tsc, '-p', join(root, 'tsconfig.build.json'), '--outDir', join(folder, 'dist')]).catch(
      (failed: unknown) => {
        throw new Error((failed as { stdout: string }).stdout);
      },
    );
    await run(process.execPath, [join(root, 'scripts/bundle-command.mjs'), join(folder, 'dist/command')]);
  }
};

beforeAll(async () => {
  temporary = realpathSync(mkdtempSync(join(tmpdir(), 'package-')));
  await prepare(join(temporary, 'package'));
  const pack = ['pack', '--ignore-scripts', '--json', '--loglevel=error', '--pack-destination', temporary];
  const { stdout } = await run('npm', pack, { cwd: join(temporary, 'package'), shell: process.platform === 'win32' });
  const [packed] = JSON.parse(stdout) as [{ filename: string; files: readonly { path: string }[] }];
  files = packed.files.map(({ path }) => path);

  project = join(temporary, 'project');
  installed = join(project, 'node_modules/rx-content-library');
  mkdirSync(installed, { recursive: true });
  await run('tar', ['-xzf', join(temporary, packed.filename), '-C', installed, '--strip-components=1']);
  for (const name of Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })) {
    mkdirSync(dirname(join(project, 'node_modules', name)), { recursive: true });
    symlinkSync(join(root, 'node_modules', name), join(project, 'node_modules', name), 'junction');
  }
}, 2 * minutes);

afterAll(() => {
  rmSync(temporary, { recursive: true, force: true });
});

const inProject = async (...args: readonly string[]): Promise<string> =>
  (await run(process.execPath, args, { cwd: project })).stdout;

const namesIn = async (entry: string, ...flags: readonly string[]): Promise<readonly string[]> =>
  JSON.parse(
    await inProject(
      ...flags,
      '--input-type=module',
      '--eval',
      `console.log(JSON.stringify(Object.keys(await import('${entry}'))))`,
    ),
  ) as string[];

test.each([
  ['rx-content-library', 'vcenter'],
  ['rx-content-library/node', 'toDirectory'],
  ['rx-content-library/simulator', 'createSimulator'],
  ['rx-content-library/angular', 'injectContentLibrary'],
  ['rx-content-library/fleet', 'fleet'],
  ['rx-content-library/s3', 'toBucket'],
])('%s can be imported, and exports %s', async (entry, name) => expect(await namesIn(entry)).toContain(name), minutes);

test(
  'with the condition browser, every entry point but ./node and ./s3 can be imported',
  async () => {
    const forBrowsers = '--conditions=browser';
    expect(await namesIn('rx-content-library', forBrowsers)).toContain('vcenter');
    expect(await namesIn('rx-content-library/simulator', forBrowsers)).toContain('createSimulator');
    expect(await namesIn('rx-content-library/fleet', forBrowsers)).toContain('fleet');
    await expect(namesIn('rx-content-library/s3', forBrowsers)).rejects.toThrow('ERR_PACKAGE_PATH_NOT_EXPORTED');
    await expect(namesIn('rx-content-library/node', forBrowsers)).rejects.toThrow('ERR_PACKAGE_PATH_NOT_EXPORTED');
  },
  minutes,
);

test(
  'internal modules cannot be imported',
  async () => {
    await expect(namesIn('rx-content-library/dist/http/send.js')).rejects.toThrow('ERR_PACKAGE_PATH_NOT_EXPORTED');
  },
  minutes,
);

test(
  'every relative link of its pages leads to a file of the package',
  () => {
    const missing = files
      .filter((file) => file.endsWith('.md'))
      .flatMap((file) =>
        [...readFileSync(join(installed, file), 'utf8').matchAll(/\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)/g)]
          .map(([, link = '']) => join(dirname(file), link))
          .filter((target) => !existsSync(join(installed, target)))
          .map((target) => `${file} → ${target}`),
      );
    expect(missing).toEqual([]);
  },
  minutes,
);

test(
  "the README's first program runs with plain node in a project that installed the package",
  async () => {
    const [, program = ''] = /^```ts\n(.*?)^```$/ms.exec(readFileSync(join(installed, 'README.md'), 'utf8')) ?? [];
    writeFileSync(join(project, 'first.mts'), program);
    const { stdout, stderr } = await run(process.execPath, ['first.mts'], { cwd: project });
    expect(stderr).toBe('');
    expect([...stdout.matchAll(/type: '(opened|saved|closed)'/g)].map(([, type]) => type)).toEqual([
      'opened',
      'saved',
      'saved',
      'saved',
      'closed',
    ]);
  },
  minutes,
);

test(
  'the command prints its version',
  async () => {
    const command = join(installed, manifest.bin['content-library'] ?? '');
    expect(await inProject(command, '--version')).toBe(`${manifest.version}\n`);
  },
  minutes,
);

test(
  'the types compile without skipLibCheck',
  async () => {
    const imports = ['', '/node', '/simulator', '/angular', '/fleet', '/s3'].map(
      (entry) => `import 'rx-content-library${entry}';`,
    );
    writeFileSync(join(project, 'index.ts'), imports.join('\n'));
    writeFileSync(join(project, 'package.json'), '{ "type": "module" }');
    const types = join(root, 'node_modules/@types');
    const options = [
      '--module',
      'nodenext',
      '--target',
      'es2022',
      '--strict',
      '--noEmit',
      '--typeRoots',
      types,
      '--types',
      'node',
    ];
    const output = await inProject(tsc, ...options, 'index.ts').catch((failed: unknown) => (failed as { stdout: string }).stdout);
    expect(
      output.split('\n').filter((line) => line.startsWith('node_modules/rx-content-library/') || line.startsWith('index.ts')),
    ).toEqual([]);
  },
  minutes,
);

test('every file that package.json names is in the package', () => {
  const named = (value: unknown): readonly string[] =>
    typeof value === 'string' ? [value] : Object.values((value ?? {}) as Record<string, unknown>).flatMap(named);
  const all = [...named(manifest.exports), ...named(manifest.bin)].map((file) => file.replace('./', ''));
  expect(all.length).toBeGreaterThan(10);
  expect(all.filter((file) => !files.includes(file))).toEqual([]);
});

test('the package contains its sources, their build, its pages, and nothing else', () => {
  const sources = globSync('**/*.ts', { cwd: join(root, 'src') });
  const isBundled = (file: string): boolean => file.startsWith('cli/');
  const built = sources
    .filter((file) => !isBundled(file))
    .flatMap((file) => ['.js', '.js.map', '.d.ts', '.d.ts.map'].map((ending) => `dist/${file.replace(/\.ts$/, ending)}`));
  // Editors validate the simulator's files with these.
  const schemas = globSync('**/*.json', { cwd: join(root, 'src') });
  const ours = [...sources, ...schemas].map((file) => `src/${file}`);
  const docs = globSync('docs/**/*.{md,png}', { cwd: root });
  const allowed = ['package.json', ...pages, ...docs, ...ours, ...built];
  const isOfBundle = (file: string): boolean => /^dist\/command\/(?:main|[\w.-]+-[A-Z\d]{8})\.js(?:\.LEGAL\.txt)?$/.test(file);
  expect(files.filter((file) => !allowed.includes(file) && !isOfBundle(file))).toEqual([]);
  expect(allowed.filter((file) => !files.includes(file))).toEqual([]);
});

test('the build imports no value of fp-ts, and no source file', () => {
  const imported = files
    .filter((file) => file.endsWith('.js'))
    .flatMap((file) =>
      [...readFileSync(join(installed, file), 'utf8').matchAll(/^(?:import|export)\b[^'"]*['"]([^'"]+)['"]/gm)].map(
        ([, to]) => `${file} → ${to ?? ''}`,
      ),
    );
  expect(imported.length).toBeGreaterThan(100);
  expect(imported.filter((line) => /→ fp-ts|→ \..*\.ts$/.test(line))).toEqual([]);
});
