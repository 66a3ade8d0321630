/**
 * Compares what the package offers (the types in `dist`) with the reports in `docs/api`; `--update` writes the reports.
 *
 * It also refuses exports without a description, fields of options without one, types that a door uses but none exports, and links
 * that lead nowhere.
 */

import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { Extractor, ExtractorConfig } from '@microsoft/api-extractor';

const root = join(import.meta.dirname, '..');
const reports = join(root, 'docs/api');
const update = process.argv.includes('--update');
const doors = { index: 'index', node: 'node/index', simulator: 'simulator/index', angular: 'angular/index' };

const temporary = mkdtempSync(join(tmpdir(), 'api-report-'));
process.on('exit', () => rmSync(temporary, { recursive: true, force: true }));

const problems = [];

/** Tells whether a name is exported by the door `.`, so that the other doors may use it. */
const isExportedByIndex = (name) =>
  new RegExp(`^export [\\w ]*\\b${name}\\b`, 'm').test(readFileSync(join(temporary, 'index.api.md'), 'utf8'));

/** Tells whether a type of that name is declared in the door's own folder, and is thus another one than the type of `.`. */
const isDeclaredIn = (folder, name) =>
  folder !== '.' &&
  globSync('**/*.d.ts', { cwd: join(root, 'dist', folder) }).some((file) =>
    new RegExp(`^export (declare )?(abstract )?(interface|type|class|const|function) ${name}\\b`, 'm').test(
      readFileSync(join(root, 'dist', folder, file), 'utf8'),
    ),
  );

const judge = (door, entry) => (message) => {
  message.handled = true;
  const place =
    message.sourceFilePath === undefined ? door : `${relative(root, message.sourceFilePath)}:${message.sourceFileLine}`;
  const isOwnTwin = /has more than one declaration/.test(message.text);
  if (message.messageId === 'ae-forgotten-export') {
    const name = /"(.*?)"/.exec(message.text)?.[1] ?? '';
    if (door === 'index' || isDeclaredIn(dirname(entry), name) || !isExportedByIndex(name))
      problems.push(`${place}: "${name}" is needed by the door "${door}", and no door exports it`);
    // A codec and its type share their name: editors find both, and this tool cannot choose.
  } else if (message.messageId === 'ae-unresolved-link' && !isOwnTwin) problems.push(`${place}: ${message.text}`);
  else if (message.category === 'Compiler') problems.push(`${place}: ${message.text}`);
};

/** Exports without a description, and fields of options without one. */
const undocumented = (report) => {
  const lines = report.split('\n');
  let inside = '';
  return lines.flatMap((line, index) => {
    const next = lines[index + 1] ?? '';
    inside = /^export [\w ]*\b(\w+)\b/.exec(line.replace(/[:<({=;].*$/, ''))?.[1] ?? inside;
    if (/^\/\/ .*\(undocumented\)$/.test(line)) return [next];
    return /^ +\/\/ \(undocumented\)$/.test(line) && inside.endsWith('Options') ? [`${inside}: ${next.trim()}`] : [];
  });
};

const make = (door, entry) => {
  const config = ExtractorConfig.prepare({
    packageJsonFullPath: join(root, 'package.json'),
    configObjectFullPath: undefined,
    configObject: {
      projectFolder: root,
      newlineKind: 'lf',
      mainEntryPointFilePath: join(root, 'dist', `${entry}.d.ts`),
      compiler: {
        overrideTsconfig: {
          extends: './tsconfig.json',
          compilerOptions: { customConditions: [] },
          files: [`dist/${entry}.d.ts`],
          include: [],
        },
      },
      apiReport: {
        enabled: true,
        reportFolder: temporary,
        reportTempFolder: join(temporary, 'new'),
        reportFileName: `${door}.api.md`,
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      messages: {
        extractorMessageReporting: {
          default: { logLevel: 'warning', addToApiReportFile: false },
          // Everything that is exported is public.
          'ae-missing-release-tag': { logLevel: 'none' },
        },
        // `@default` is understood by editors, and not by TSDoc.
        tsdocMessageReporting: { default: { logLevel: 'none' } },
      },
    },
  });
  Extractor.invoke(config, { localBuild: true, messageCallback: judge(door, entry) });
  const made = readFileSync(join(temporary, `${door}.api.md`), 'utf8');
  problems.push(...undocumented(made).map((what) => `without a description: ${what}`));
  // Fields whose names say it all need no mark.
  return made.replaceAll(/^ +\/\/ \(undocumented\)\n/gm, '');
};

/** The lines that went and the lines that came, good enough to see what happened. */
const difference = (before, after) => {
  const only = (mark, lines, others) =>
    lines.filter((line) => line.trim() !== '' && !others.includes(line)).map((line) => `    ${mark} ${line}`);
  const [old, now] = [before.split('\n'), after.split('\n')];
  const lines = [...only('-', old, now), ...only('+', now, old)];
  return [
    ...(lines.length === 0 ? ['    (the same lines in another order)'] : lines.slice(0, 40)),
    ...(lines.length > 40 ? ['    …'] : []),
  ].join('\n');
};

for (const [door, entry] of Object.entries(doors)) {
  if (!existsSync(join(root, 'dist', `${entry}.d.ts`))) {
    problems.push(`dist/${entry}.d.ts is not there: npm run build`);
    continue;
  }
  const after = make(door, entry);
  const file = join(reports, `${door}.api.md`);
  if (update) {
    mkdirSync(reports, { recursive: true });
    writeFileSync(file, after);
    continue;
  }
  const before = existsSync(file) ? readFileSync(file, 'utf8') : '';
  if (before === after) continue;
  problems.push(
    `${relative(root, file)} tells another API than the code; if that is meant: npm run api\n${difference(before, after)}`,
  );
}

for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exitCode = 1;
