/** The reference and the manual page are those of the definitions. */

import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { createProgram } from '#src/cli/definitions/index.js';
import { root } from '../docs/markdown.ts';

test('docs/reference/command.md and man/content-library.1 match the definitions of the command', () => {
  expect(() => execFileSync(process.execPath, [join(root, 'scripts/command-pages.mjs')], { stdio: 'pipe' })).not.toThrow();
});

test('the help of each subcommand has a description, and begins with examples', () => {
  const program = createProgram('1.0.0');
  const withoutOwn = new Set(['dashboard', 'complete', 'sessions']);
  for (const command of program.commands.filter((each) => !withoutOwn.has(each.name()))) {
    let text = '';
    command.configureOutput({ writeOut: (part) => (text += part) }).outputHelp();
    expect(text).toMatch(/^Examples:\n {2}.*content-library .*\n[^]*\nUsage: content-library/);
    expect(command.description()).not.toBe('');
  }
});

test('the flags of export are grouped', () => {
  const help = createProgram('1.0.0')
    .commands.find((each) => each.name() === 'export')
    ?.helpInformation();
  expect(help?.match(/^[A-Z]\w+:$/gm)).toEqual(['Files:', 'Transfer:', 'Output:', 'Connection:', 'Options:']);
});
