/**
 * Compares the reference and the manual page of the command with its definitions; `--update` writes them.
 *
 * The texts are those of `--help`.
 */

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { examplesOf } from '../src/cli/definitions/examples.ts';
import { createProgram } from '../src/cli/definitions/index.ts';

const root = join(import.meta.dirname, '..');
const { version, license } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const program = createProgram(version);
const help = program.createHelp();

/** All subcommands that do something, in the order of the help. */
const commands = (command) =>
  help
    .visibleCommands(command)
    .filter((each) => each.name() !== 'help')
    .flatMap((each) => (each.commands.length > 0 ? commands(each) : [each]));

const nameOf = (command) => (command.parent === program ? command.name() : `${command.parent.name()} ${command.name()}`);

const usageOf = (command) =>
  ['content-library', nameOf(command), '[flags]', ...command.registeredArguments.map(argumentTerm)].join(' ');

const argumentTerm = (argument) => {
  const name = `${argument.name()}${argument.variadic ? '...' : ''}`;
  return argument.required ? `<${name}>` : `[${name}]`;
};

const connectionGroup = 'Connection:';

/** Flags by the heading of their group. */
const groupsOf = (command) =>
  Map.groupBy(
    help.visibleOptions(command).filter(({ long }) => long !== '--help'),
    ({ helpGroupHeading = 'Flags:' }) => helpGroupHeading,
  );

const ownGroups = (command) => [...groupsOf(command)].filter(([heading]) => heading !== connectionGroup);
const connectionFlags = groupsOf(commands(program).find((each) => groupsOf(each).has(connectionGroup))).get(connectionGroup);

const flagsTable = (options) =>
  [
    '| flag | meaning |',
    '| --- | --- |',
    ...options.map((option) => `| \`${option.flags}\` | ${cell(descriptionOf(option))} |`),
  ].join('\n');

const descriptionOf = (option) => help.optionDescription(option).replace(' (default: false)', '');

const cell = (text) => text.replaceAll('|', String.raw`\|`).replaceAll('<', '&lt;');

const markdown = () =>
  [
    '# Reference of the command',
    'Written by `npm run pages` from the definitions of the flags. The guide is [the command](../02-command.md).',
    '## Flags of the connection',
    flagsTable(connectionFlags),
    ...commands(program).flatMap((command) => [
      `## \`${nameOf(command)}\``,
      `\`${usageOf(command)}\``,
      sentence(command.description()),
      ...(examplesOf(command).length === 0 ? [] : [`\`\`\`sh\n${examplesOf(command).join('\n')}\n\`\`\``]),
      ...ownGroups(command).flatMap(([heading, options]) => [`${heading.replace(/:$/, '')}:`, flagsTable(options)]),
      ...(groupsOf(command).has(connectionGroup) ? ['And the [flags of the connection](#flags-of-the-connection).'] : []),
    ]),
  ].join('\n\n');

const sentence = (text) => `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`;

/** Escapes what roff interprets. */
const roff = (text) =>
  text
    .replaceAll('\\', String.raw`\e`)
    .replaceAll('-', String.raw`\-`)
    .replaceAll(/^([.'])/gm, String.raw`\&$1`);

const roffFlags = (options) =>
  options.map((option) => `.TP\n.B ${roff(option.flags)}\n${roff(descriptionOf(option))}`).join('\n');

const manual = () =>
  `${[
    String.raw`.\" Written by npm run pages.`,
    `.TH CONTENT\\-LIBRARY 1 "" "content\\-library ${version}" "User Commands"`,
    '.SH NAME',
    String.raw`content\-library \- download files from vSphere Content Libraries`,
    '.SH SYNOPSIS',
    ...commands(program).map((command) => `.B ${roff(usageOf(command))}\n.br`),
    '.SH DESCRIPTION',
    roff(program.description()),
    '.SH SUBCOMMANDS',
    ...commands(program).flatMap((command) => [
      `.SS ${roff(usageOf(command))}`,
      roff(sentence(command.description())),
      ...ownGroups(command).map(([, options]) => roffFlags(options)),
      ...(examplesOf(command).length === 0
        ? []
        : ['.PP', 'Examples:', '.PP', '.nf', ...examplesOf(command).map((line) => `.RS\n${roff(line)}\n.RE`), '.fi']),
    ]),
    '.SH FLAGS OF THE CONNECTION',
    roffFlags(connectionFlags),
    '.SH FILES',
    '.TP',
    String.raw`.I ~/.config/content\-library/config.json`,
    'Profiles: named connections.',
    '.SH EXIT STATUS',
    roff('0 if everything is there and verified; content-library export --help lists the others.'),
    '.SH LICENSE',
    roff(license),
  ].join('\n')}\n`;

const pages = {
  'docs/reference/command.md': () => markdown(),
  'man/content-library.1': () => manual(),
};

for (const [path, create] of Object.entries(pages)) {
  const file = join(root, path);
  const text = path.endsWith('.md') ? await format(create(), { ...(await resolveConfig(file)), filepath: file }) : create();
  if (process.argv.includes('--update')) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  } else if (readFileSync(file, 'utf8') !== text) {
    console.error(`${path} is not current: run npm run pages.`);
    process.exitCode = 1;
  }
}
