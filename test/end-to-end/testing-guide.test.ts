import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { expect, test } from '@jest/globals';

const root = fileURLToPath(new URL('../..', import.meta.url));
const onSources = process.env['RX_CONTENT_LIBRARY_TEST'] !== 'dist';

/** Runs a test runner as a process of its own; resolves with its exit code and output. */
const run = async (program: string, args: readonly string[]): Promise<{ code: number | null; printed: string }> => {
  const flags = [...(onSources ? ['--conditions=rx-content-library-source'] : []), '--experimental-vm-modules'];
  const child = spawn(process.execPath, [...flags, '--disable-warning=ExperimentalWarning', program, ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve));
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { code, printed: stripVTControlCharacters(stdout + stderr) };
};

test("the guide's tests for Jest and Angular pass in Jest", async () => {
  const roots = ['--roots', '<rootDir>/examples/testing', '--testPathIgnorePatterns', 'vitest', '--reporters', 'default'];
  const { code, printed } = await run('node_modules/jest/bin/jest.js', roots);
  expect(printed).toMatch(/Test Suites: 2 passed, 2 total\nTests: +5 passed, 5 total/);
  expect(code).toBe(0);
}, 120_000);

test("the guide's tests for Vitest pass in Vitest", async () => {
  const { code, printed } = await run('node_modules/vitest/vitest.mjs', ['run', '--config', 'test/support/vitest.config.js']);
  expect(printed).toMatch(/Test Files +1 passed \(1\)\s+Tests +3 passed \(3\)/);
  expect(code).toBe(0);
}, 120_000);
