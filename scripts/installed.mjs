/**
 * Packs the package, installs it in temporary projects, and uses it there with the tools of applications.
 *
 * Without `--all`: only the parts that are fast enough for CI. A word selects the parts whose names contain it: `… --all jest`.
 */

import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const exec = promisify(execFile);
const root = join(import.meta.dirname, '..');
const all = process.argv.includes('--all');
const selected = process.argv.slice(2).find((argument) => !argument.startsWith('--')) ?? '';
const temporary = mkdtempSync(join(tmpdir(), 'installed-'));
process.on('exit', () => rmSync(temporary, { recursive: true, force: true }));

/** Milliseconds for one command. */
const TIMEOUT = 300_000;

const program = `import { download, findItems, toBlob, vcenter } from 'rx-content-library';
import { createSimulator } from 'rx-content-library/simulator';
import { concatMap, filter, lastValueFrom, map, toArray } from 'rxjs';

const { fetch } = createSimulator({ scenario: { preparation: { requested: 0, preparing: 0 } } });
const credentials = { username: 'administrator@vsphere.local', password: 'secret' };
const vc = vcenter({ server: 'https://vcenter.example.com', credentials, fetch });
export const saved = () =>
  lastValueFrom(
    findItems(vc, { name: 'debian-12' }).pipe(
      concatMap(([id = '']) => download(vc, id, toBlob())),
      filter(({ type }) => type === 'saved'),
      map((event) => event.type),
      toArray(),
    ),
  );
`;
const testBody = `test('an installed package downloads', async () => expect(await saved()).toEqual(['saved', 'saved', 'saved']));\n`;
const types = `import 'rx-content-library';
import 'rx-content-library/node';
import 'rx-content-library/simulator';
`;
const recipe = `transformIgnorePatterns: ['/node_modules/(?!(rx-content-library|ky|@noble)/)']`;
const nodeOptions = { NODE_OPTIONS: '--experimental-vm-modules' };

/** Each part: what is installed, the files of the project, and the command; `quick` parts run without `--all`. */
const jest = (version, quick) => [
  {
    name: `Jest ${version}, CommonJS by Babel`,
    quick,
    install: [`jest@${version}`, `babel-jest@${version}`, '@babel/core@7', '@babel/preset-env@7'],
    files: {
      'babel.config.cjs': `module.exports = { presets: [['@babel/preset-env', { targets: { node: 'current' } }]] };`,
      'jest.config.cjs': `module.exports = { transform: { '\\\\.m?js$': 'babel-jest' }, ${recipe} };`,
      'program.js': program,
      'installed.test.js': `import { saved } from './program';\n${testBody}`,
    },
    type: 'commonjs',
    command: ['node_modules/jest/bin/jest.js'],
  },
  {
    name: `Jest ${version}, ESM`,
    install: [`jest@${version}`],
    files: {
      'jest.config.js': 'export default { transform: {} };',
      'program.js': program,
      'installed.test.js': `import { saved } from './program.js';\n${testBody}`,
    },
    env: nodeOptions,
    command: ['node_modules/jest/bin/jest.js'],
  },
];
const vitest = (version, quick) => ({
  name: `Vitest ${version}`,
  quick,
  install: [`vitest@${version}`],
  files: {
    'program.js': program,
    'installed.test.js': `import { expect, test } from 'vitest';\nimport { saved } from './program.js';\n${testBody}`,
  },
  command: ['node_modules/vitest/vitest.mjs', 'run'],
});
const typescript = (version, quick) => ({
  name: `TypeScript ${version}, skipLibCheck: false`,
  quick,
  install: [`typescript@${version}`, '@types/node@22'],
  files: {
    'index.ts': types,
    'tsconfig.json': JSON.stringify({
      compilerOptions: {
        module: 'nodenext',
        target: 'es2022',
        lib: ['es2023', 'dom', 'dom.iterable', 'dom.asynciterable'],
        types: ['node'],
        strict: true,
        noEmit: true,
        skipLibCheck: false,
      },
      files: ['index.ts'],
    }),
  },
  command: ['node_modules/typescript/bin/tsc', '-p', '.'],
});
const angular = (version, compiler) => ({
  name: `Angular ${version}, types of ./angular`,
  install: [`@angular/core@${version}`, `typescript@${compiler}`, '@types/node@22'],
  files: {
    'index.ts': `import { provideContentLibrary } from 'rx-content-library/angular';
export const providers = [provideContentLibrary({ server: 'https://vcenter.example.com', credentials: { sessionId: 'id' } })];
`,
    'tsconfig.json': JSON.stringify({
      compilerOptions: {
        module: 'esnext',
        moduleResolution: 'bundler',
        target: 'es2022',
        strict: true,
        noEmit: true,
        skipLibCheck: true,
      },
      files: ['index.ts'],
    }),
  },
  command: ['node_modules/typescript/bin/tsc', '-p', '.'],
});
const node = (version) => ({
  name: `Node ${version}`,
  install: [`node@${version}`],
  scripts: true,
  files: {
    'program.js': program,
    'main.js': "import { saved } from './program.js';\nconsole.log(process.version, await saved());\n",
  },
  program: 'node_modules/node/bin/node',
  command: ['main.js'],
});
const parts = [
  {
    name: 'Vite, a build for browsers',
    quick: true,
    install: ['vite@8'],
    files: { 'index.html': '<script type="module" src="/program.js"></script>', 'program.js': `${program}\nsaved();\n` },
    command: ['node_modules/vite/bin/vite.js', 'build'],
  },
  ...jest('30', true),
  ...jest('29', false),
  vitest('5', false),
  vitest('4', false),
  typescript('5.7', true),
  ...['5.8', '5.9', '6.0'].map((version) => typescript(version, false)),
  typescript('latest', false),
  angular('16', '5.1'),
  angular('19', '5.8'),
  angular('22', '6.0'),
  ...['22.12', '24', '26'].map(node),
];

const npm = (args, cwd) => exec('npm', args, { cwd, timeout: TIMEOUT, shell: process.platform === 'win32' });

const pack = async () => {
  await npm(['run', 'build'], root);
  await npm(['pack', '--ignore-scripts', '--loglevel=error', '--pack-destination', temporary], root);
  return join(temporary, readdirSync(temporary).find((file) => file.endsWith('.tgz')) ?? 'no-tarball');
};

const runPart = async (part, index, tarball) => {
  const project = join(temporary, String(index));
  const files = { ...part.files, 'package.json': JSON.stringify({ private: true, type: part.type ?? 'module' }) };
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(project, file)), { recursive: true });
    writeFileSync(join(project, file), text);
  }
  const flags = [
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
    '--prefer-offline',
    ...(part.scripts ? [] : ['--ignore-scripts']),
  ];
  await npm(['install', ...flags, tarball, 'rxjs@7', 'fp-ts@2', ...part.install], project);
  const env = { ...process.env, NO_COLOR: '1', ...part.env };
  const program = part.program === undefined ? process.execPath : join(project, part.program);
  await exec(program, part.command, { cwd: project, env, timeout: TIMEOUT });
  rmSync(project, { recursive: true, force: true });
};

const tarball = await pack();
let passed = 0;
let failed = 0;
for (const [index, part] of parts.entries()) {
  if ((!all && !part.quick) || !part.name.includes(selected)) continue;
  const start = performance.now();
  const failure = await runPart(part, index, tarball).then(
    () => undefined,
    (error) => error,
  );
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`${failure === undefined ? 'ok  ' : 'FAIL'} ${part.name.padEnd(36)} ${seconds.padStart(6)} s`);
  if (failure === undefined) passed++;
  else {
    failed++;
    const output = `${failure.stdout ?? ''}${failure.stderr ?? ''}`.trim() || String(failure);
    console.log(`\n${output.slice(-3000).replaceAll(/^/gm, '     ')}\n`);
  }
}
console.log(`${passed} passed, ${failed} failed`);
if (failed > 0) process.exitCode = 1;
