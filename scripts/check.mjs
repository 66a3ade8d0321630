/**
 * Runs every check that a change must pass. A failed step does not stop the following steps.
 *
 * `--without-tests` skips `npm test`, which CI runs separately.
 */

import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

const root = join(import.meta.dirname, '..');
const temporary = mkdtempSync(join(tmpdir(), 'check-'));
process.on('exit', () => rmSync(temporary, { recursive: true, force: true }));

const tarball = () => join(temporary, readdirSync(temporary).find((file) => file.endsWith('.tgz')) ?? 'no-tarball');
const jest = 'node --experimental-vm-modules --disable-warning=ExperimentalWarning node_modules/jest/bin/jest.js';

/** Name, command and options, in order: the steps after the build need `dist`. */
const steps = [
  ['types', () => 'tsc -p tsconfig.json'],
  // Core, simulator and Angular run in browsers: they must compile without Node's types.
  ['web types', () => 'tsc -p tsconfig.web.json'],
  // The dashboard has packages of its own: `npm run dashboard:test` checks it.
  ['lint', () => 'eslint . --ignore-pattern dashboard'],
  ['format', () => 'prettier --check .'],
  ['tests', () => 'npm test', { tests: true, skip: process.argv.includes('--without-tests') }],
  ['build', () => 'npm run build'],
  ['tests on dist', () => jest, { tests: true, env: { RX_CONTENT_LIBRARY_TEST: 'dist' } }],
  ['API report', () => 'node scripts/api-report.mjs'],
  ['pack', () => `npm pack --ignore-scripts --loglevel=error --pack-destination "${temporary}"`],
  ['publint', () => `publint run "${tarball()}" --strict`],
  // The package has no CommonJS, so the CommonJS resolutions are not checked.
  ['types of the package', () => `attw "${tarball()}" --profile esm-only`],
  ['size', () => 'node scripts/size.mjs'],
  ['start-up', () => 'node scripts/startup.mjs'],
];

const run = (command, env) =>
  new Promise((resolve) => {
    const child = spawn(command, {
      cwd: root,
      shell: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, PATH: join(root, 'node_modules/.bin') + delimiter + process.env.PATH, ...env },
    });
    const output = [];
    child.stdout.on('data', (data) => output.push(data));
    child.stderr.on('data', (data) => output.push(data));
    child.on('error', (error) => resolve({ code: 1, output: String(error) }));
    child.on('close', (code) => resolve({ code, output: Buffer.concat(output).toString() }));
  });

/** Counts of the last line of a test run; zeros if the run was interrupted before it. */
const countsOf = (output) => {
  const [, passed, failed, , skipped] = [...output.matchAll(/^(\d+) passed, (\d+) failed(, (\d+) skipped)?$/gm)].at(-1) ?? [];
  return { passed: Number(passed ?? 0), failed: Number(failed ?? 0), skipped: Number(skipped ?? 0) };
};

const total = { passed: 0, failed: 0 };
const failures = [];

for (const [name, command, { tests = false, skip = false, env = {} } = {}] of steps) {
  if (skip) continue;
  const start = performance.now();
  // Some tools print colors if they detect CI.
  const { code, output } = await run(command(), tests ? env : { NO_COLOR: '1' });
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  const count = tests ? countsOf(output) : { passed: code === 0 ? 1 : 0, failed: 0, skipped: 0 };
  if (code !== 0 && count.failed === 0) count.failed = 1;
  total.passed += count.passed;
  total.failed += count.failed;
  const counts = tests
    ? `  ${count.passed} passed, ${count.failed} failed${count.skipped > 0 ? `, ${count.skipped} skipped` : ''}`
    : '';
  console.log(`${code === 0 ? 'ok  ' : 'FAIL'} ${name.padEnd(20)} ${seconds.padStart(6)} s${counts}`);
  if (code === 0) continue;
  failures.push(name);
  // Of a test run, the files that passed are left out: the failure shall not be lost among them.
  const details = tests ? output.replaceAll(/^PASS .*\n/gm, '') : output;
  console.log(`\n${details.trim().replaceAll(/^/gm, '     ')}\n`);
}

console.log(failures.length === 0 ? '\nAll checks passed.' : `\nFailed: ${failures.join(', ')}.`);
console.log(`${total.passed} passed, ${total.failed} failed`);
if (total.failed > 0) process.exitCode = 1;
