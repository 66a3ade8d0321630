import { execFileSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { temporaryDirectory } from '../node/temporary.ts';
import { command } from './command.ts';
import { servedSimulator } from './served-simulator.ts';

const names = (stdout: string): readonly string[] =>
  stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.replace(/\t.*/, ''));

describe('without a connection', () => {
  const complete = async (...words: readonly string[]) => names((await command(['complete', '--', ...words])).stdout);

  test('subcommands, those of sessions, flags and values of flags are completed', async () => {
    expect(await complete('')).toEqual(expect.arrayContaining(['ls', 'export', 'doctor', 'watch', 'completion']));
    expect(await complete('')).not.toContain('complete');
    expect(await complete('--timeout', '5m', 'se')).toEqual(['sessions']);
    expect(await complete('sessions', '')).toEqual(expect.arrayContaining(['ls', 'prune']));
    expect(await complete('export', 'a/b', '--con')).toEqual(['--continue-on-error', '--concurrency']);
    expect(await complete('export', '--progress', 'p')).toEqual(['plain']);
    expect(await complete('completion', 'z')).toEqual(['zsh']);
  });

  test('directories and files are left to the shell', async () => {
    expect(await complete('export', 'a/b', '')).toEqual([':files']);
    expect(await complete('ls', '--ca', '')).toEqual([':files']);
  });

  test('a path has no candidates, and nothing is printed', async () => {
    expect(await command(['complete', '--', 'ls', ''])).toMatchObject({ code: 0, stdout: '', stderr: '' });
  });
});

test('names of libraries, items and files are completed, and the login ends', async () => {
  const { run } = await servedSimulator();
  const complete = async (...words: readonly string[]) => names((await run(['complete', '--', ...words])).stdout);
  expect(await complete('export', 'te')).toEqual(['templates/']);
  expect(await complete('mirror', 'te')).toEqual(['templates']);
  expect(await complete('export', 'templates/u')).toEqual(['templates/ubuntu', 'templates/unsafe']);
  expect(await complete('export', 'templates/ubuntu/ubuntu-')).toEqual(['templates/ubuntu/ubuntu-disk1.vmdk']);
  expect(await complete('export', '--profile', 'none', 'te')).toEqual([]);
});

test('the script for bash quotes names and lets a library be continued', async () => {
  const directory = await temporaryDirectory();
  const stub = join(directory, 'content-library');
  writeFileSync(stub, '#!/bin/sh\n[ "$1 $2 $3" = "complete -- export" ] && printf "My Library/\\tdescription\\n"\n');
  chmodSync(stub, 0o755);
  const { stdout: script } = await command(['completion', 'bash']);
  const test = `${script}\ncompopt() { echo "compopt $*"; }\nCOMP_WORDS=(content-library export My) COMP_CWORD=2\n_content_library\necho "$COMPREPLY"`;
  const output = execFileSync('bash', ['--noprofile', '--norc', '-c', test], {
    env: { PATH: `${directory}:${process.env['PATH'] ?? ''}` },
    encoding: 'utf8',
  });
  expect(output).toBe('compopt -o nospace\nMy\\ Library/\n');
});

test('an unknown shell is refused with the names of those that have a script', async () => {
  expect(await command(['completion', 'tcsh'])).toMatchObject({ code: 2, stderr: expect.stringContaining('bash, zsh, fish') });
});
