/** Secrets that are typed on a terminal: the command runs in one that `script` opens. */

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { codeOf, commandLine } from './command.ts';
import { password, servedSimulator, username } from './served-simulator.ts';

const hasTerminals = process.platform === 'linux' && existsSync('/usr/bin/script');
if (!hasTerminals && process.env['CI'] === 'true') throw new Error('The command `script` of Debian is missing.');
const onTerminal = hasTerminals ? test : test.skip;

/** Runs the command in a terminal, and types once the prompt is there; returns what the terminal has shown. */
const typed = async (args: readonly string[], text: string) => {
  const { file, rest, env } = commandLine(args);
  const line = [file, ...rest].map((part) => `'${part}'`).join(' ');
  const child = spawn('/usr/bin/script', ['-qec', `stty cols 80 rows 24; exec ${line}`, '/dev/null'], {
    env,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let shown = '';
  let isTyped = false;
  child.stdout.on('data', (data: Buffer) => {
    shown += data.toString();
    if (isTyped || !shown.includes('The password:')) return;
    isTyped = true;
    child.stdin.write(text);
  });
  return { code: await codeOf(child), shown };
};

onTerminal('a password is asked for, and not shown', async () => {
  const { url } = await servedSimulator();
  const { code, shown } = await typed(['ls', '--server', url, '--username', username, '--password-stdin'], `${password}\r`);
  expect({ code, shown }).toMatchObject({ code: 0, shown: expect.stringContaining('templates') });
  expect(shown).not.toContain(password);
  expect(shown).not.toContain(password.slice(0, 4));
});

onTerminal('Ctrl-C at the prompt ends the command with 130, before anything is sent', async () => {
  const { url, simulator } = await servedSimulator();
  const { code, shown } = await typed(['ls', '--server', url, '--username', username, '--password-stdin'], 'Hunt\u0003');
  expect(code).toBe(130);
  expect(shown).toContain('InterruptedError: Interrupted: no password was entered.');
  expect(shown).not.toContain('Hunt');
  expect(simulator.requests).toEqual([]);
});
