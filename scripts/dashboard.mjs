/**
 * Runs the dashboard's own package, after `npm ci` in it if packages are missing.
 *
 * `install`: nothing else. `build`: builds the page. `pictures`: also takes those of the guide. `start`: builds the page and starts the command, with the flags that follow. `test`: its types, lint, build and
 * tests; the last line is "N passed, N failed".
 */

import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const folder = join(root, 'dashboard');
const isWindows = process.platform === 'win32';

const packages = (file) => (existsSync(join(folder, file)) ? JSON.parse(readFileSync(join(folder, file), 'utf8')).packages : {});

const isIncomplete = () => {
  const installed = packages('node_modules/.package-lock.json');
  return Object.entries(packages('package-lock.json'))
    .filter(([path, { optional, link }]) => path.startsWith('node_modules/') && optional !== true && link !== true)
    .some(([path, { version }]) => installed[path]?.version !== version);
};

const run = (command, args, options = {}) => {
  const { status } = spawnSync(command, args, { cwd: folder, stdio: 'inherit', shell: isWindows, ...options });
  return status ?? 1;
};

if (isIncomplete()) {
  console.error("Installing the dashboard's packages (once, about a minute) …");
  const status = run('npm', ['ci', '--loglevel=error', '--no-fund', '--no-audit'], { stdio: ['ignore', 2, 2] });
  if (status !== 0) process.exit(status);
}

/** Each step that fails counts as one failure, beside the counts of the tests. */
const test = () => {
  const total = { passed: 0, failed: 0 };
  const count = (name, status) => {
    total[status === 0 ? 'passed' : 'failed'] += 1;
    console.log(`${status === 0 ? 'ok  ' : 'FAIL'} ${name}`);
  };
  count('types', run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.json', '--noEmit']));
  count('lint', run(process.execPath, [join(root, 'node_modules/eslint/bin/eslint.js'), 'dashboard'], { cwd: root }));
  count('build of the page', run('npm', ['run', '--silent', 'build:page']));
  const tests = spawnSync('npm', ['test', '--silent'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
    shell: isWindows,
    env: { ...process.env, PATH: `${join(root, 'node_modules/node/bin')}:${process.env.PATH}` },
  });
  const output = String(tests.stdout);
  const number = (name) => Number(new RegExp(`^(?:# |ℹ )${name} (\\d+)$`, 'm').exec(output)?.[1] ?? 0);
  const failed = number('fail') + number('cancelled');
  if (tests.status !== 0) console.log(output.slice(output.search(/failing tests:|^not ok /m)));
  total.passed += number('pass');
  total.failed += tests.status !== 0 && failed === 0 ? 1 : failed;
  console.log(`${total.passed} passed, ${total.failed} failed`);
  return total.failed === 0 ? 0 : 1;
};

const start = () => {
  console.error('Building the page …');
  const status = run('npm', ['run', '--silent', 'build:page'], { stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) return status;
  const flags = ['--conditions=rx-content-library-source', join(folder, 'bin/content-library-dashboard.ts')];
  return run(process.execPath, [...flags, ...process.argv.slice(3)], { cwd: process.cwd() });
};

const build = () => run('npm', ['run', '--silent', 'build:page']);

const pictures = () => {
  const status = build();
  const flags = ['--conditions=rx-content-library-source', join(folder, 'pictures/take-pictures.ts')];
  return status === 0 ? run(process.execPath, [...flags, ...process.argv.slice(3)], { cwd: process.cwd() }) : status;
};

const commands = { install: () => 0, start, test, build, pictures };
const command = commands[process.argv[2]];
if (command === undefined) {
  console.error(`Expected one of: ${Object.keys(commands).join(', ')}`);
  process.exit(2);
}
process.exitCode = command();
