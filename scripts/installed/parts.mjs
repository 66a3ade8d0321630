/**
 * The tools of applications that the packed package is used with. Each part has what is installed, the files of its project, and the
 * command; `quick` parts run without `--all`.
 */

import { angularApplication } from './angular.mjs';

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
const jestInJsdom = (version) => ({
  name: `Jest ${version}, jsdom`,
  install: [
    ...[`jest@${version}`, `jest-environment-jsdom@${version}`, `babel-jest@${version}`],
    ...['jest-fixed-jsdom', '@babel/core@7', '@babel/preset-env@7'],
  ],
  files: {
    'babel.config.cjs': `module.exports = { presets: [['@babel/preset-env', { targets: { node: 'current' } }]] };`,
    'jest.config.cjs': `module.exports = { testEnvironment: 'jest-fixed-jsdom', transform: { '\\\\.m?js$': 'babel-jest' }, ${recipe} };`,
    'program.js': program,
    'installed.test.js': `import { saved } from './program';\n${testBody}`,
  },
  type: 'commonjs',
  command: ['node_modules/jest/bin/jest.js'],
});
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
    'index.ts': `import type { Signal } from '@angular/core';
import type { DownloadQueueState } from 'rx-content-library';
import { injectDownloadQueue, provideContentLibrary, withDownloadQueue } from 'rx-content-library/angular';
const options = { server: 'https://vcenter.example.com', credentials: { sessionId: 'id' } };
export const providers = [provideContentLibrary(options, withDownloadQueue({ concurrency: 3 }))];
export class Downloads {
  readonly state: Signal<DownloadQueueState> = injectDownloadQueue().state;
}
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
const angular19 = { version: '19.2.25', tools: '19.2.27', compiler: '5.8' };
const angular22 = { version: '22.2.0', tools: '22.2.0', compiler: '6.0' };

export const parts = [
  {
    name: 'Vite, a build for browsers',
    quick: true,
    install: ['vite@8'],
    files: { 'index.html': '<script type="module" src="/program.js"></script>', 'program.js': `${program}\nsaved();\n` },
    command: ['node_modules/vite/bin/vite.js', 'build'],
  },
  ...jest('30', true),
  ...jest('29', false),
  jestInJsdom('30'),
  jestInJsdom('29'),
  vitest('5', false),
  vitest('4', false),
  typescript('5.7', true),
  ...['5.8', '5.9', '6.0'].map((version) => typescript(version, false)),
  typescript('latest', false),
  angular('16', '5.1'),
  angular('19', '5.8'),
  angular('22', '6.0'),
  angularApplication(angular19, false),
  angularApplication(angular19, true),
  angularApplication(angular22, false),
  angularApplication(angular22, true),
  ...['22.12', '24', '26'].map(node),
];
