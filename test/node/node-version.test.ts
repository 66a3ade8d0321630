import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { nodeVersionProblem } from '#src/node-version.js';
import { root } from '../docs/markdown.ts';

const oldNode = [
  '--conditions=rx-content-library-source',
  '--import',
  `data:text/javascript,Object.defineProperty(process.versions, 'node', { value: '20.19.5' })`,
];

test('the command states the version that it needs, and nothing else', () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...oldNode, join(root, 'src/cli/main.ts'), 'ls'], {
    encoding: 'utf8',
  });
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  expect(stderr).toBe(
    'rx-content-library needs Node.js 22.12 or newer, and this is 20.19.5. Install a newer one from https://nodejs.org.\n',
  );
});

test('rx-content-library/node throws it', () => {
  const script = `import('rx-content-library/node').catch(({ message }) => console.log(message))`;
  const output = execFileSync(process.execPath, [...oldNode, '--eval', script], { cwd: root, encoding: 'utf8' });
  expect(output).toContain('needs Node.js 22.12 or newer, and this is 20.19.5');
});

test.each(['22.12.0', '22.22.3', '24.0.0', '26.1.0', process.versions.node])('%s is new enough', (version) => {
  expect(nodeVersionProblem(version)).toBeUndefined();
});

test('for all versions: those below 22.12 are refused', () => {
  fc.assert(
    fc.property(fc.integer({ min: 12, max: 30 }), fc.nat(40), (major, minor) => {
      const isRefused = nodeVersionProblem(`${major}.${minor}.0`) !== undefined;
      expect(isRefused).toBe(major < 22 || (major === 22 && minor < 12));
    }),
  );
});

test('engines admits the versions that every dependency and required peer admits', () => {
  const manifest = (path: string) =>
    JSON.parse(readFileSync(join(root, path, 'package.json'), 'utf8')) as {
      engines?: { node?: string };
      dependencies: Record<string, string>;
      peerDependencies: Record<string, string>;
      peerDependenciesMeta: Record<string, { optional?: boolean }>;
    };
  const { engines, dependencies, peerDependencies, peerDependenciesMeta } = manifest('.');
  const oldest = (range = '>=0'): number => {
    const [, major = 0, minor = 0] = (/^>= ?(\d+)(?:\.(\d+))?[\d.]*$/.exec(range) ?? [range, NaN]).map((part) =>
      Number(part ?? 0),
    );
    return major * 1000 + minor;
  };
  expect(oldest(engines?.node)).toBe(22_012);
  const required = Object.keys(peerDependencies).filter((name) => peerDependenciesMeta[name]?.optional !== true);
  for (const name of [...Object.keys(dependencies), ...required])
    expect([name, oldest(manifest(`node_modules/${name}`).engines?.node) <= 22_012]).toEqual([name, true]);
});
