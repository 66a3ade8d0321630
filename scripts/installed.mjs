/**
 * Packs the package, installs it in temporary projects, and uses it there with the tools of applications.
 *
 * Without `--all`: only the parts that are fast enough for CI. A word selects the parts whose names contain it: `… --all jest`.
 */

import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { parts } from './installed/parts.mjs';

const exec = promisify(execFile);
const root = join(import.meta.dirname, '..');
const all = process.argv.includes('--all');
const selected = process.argv.slice(2).find((argument) => !argument.startsWith('--')) ?? '';
const temporary = mkdtempSync(join(tmpdir(), 'installed-'));
process.on('exit', () => rmSync(temporary, { recursive: true, force: true }));

/** Milliseconds for one command. */
const TIMEOUT = 300_000;

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
  for (const text of part.expected?.texts ?? [])
    if (!readFileSync(join(project, part.expected.file), 'utf8').includes(text))
      throw new Error(`${part.expected.file} does not contain ${text}`);
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
  console.log(`${failure === undefined ? 'ok  ' : 'FAIL'} ${part.name.padEnd(60)} ${seconds.padStart(6)} s`);
  if (failure === undefined) passed++;
  else {
    failed++;
    const output = `${failure.stdout ?? ''}${failure.stderr ?? ''}`.trim() || String(failure);
    console.log(`\n${output.slice(-3000).replaceAll(/^/gm, '     ')}\n`);
  }
}
console.log(`${passed} passed, ${failed} failed`);
if (failed > 0) process.exitCode = 1;
