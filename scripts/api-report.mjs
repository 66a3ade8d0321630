/**
 * Compares the public API (the types in `dist`) with the reports in `docs/api`; `--update` writes the reports.
 *
 * It also reports exports and option fields without a description, types that an entry point uses but none exports, and broken links.
 */

import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { Extractor, ExtractorConfig } from '@microsoft/api-extractor';

const root = join(import.meta.dirname, '..');
const reports = join(root, 'docs/api');
const update = process.argv.includes('--update');
const entryPoints = {
  index: 'index',
  node: 'node/index',
  simulator: 'simulator/index',
  s3: 's3/index',
  angular: 'angular/index',
  fleet: 'fleet/index',
};

const temporary = mkdtempSync(join(tmpdir(), 'api-report-'));
process.on('exit', () => rmSync(temporary, { recursive: true, force: true }));

const problems = [];

/** Returns true if the entry point `.` exports the name: the other entry points may use it then. */
const isExportedByIndex = (name) =>
  new RegExp(`^export [\\w ]*\\b${name}\\b`, 'm').test(readFileSync(join(temporary, 'index.api.md'), 'utf8'));

/** Returns true if the folder of an entry point declares the name: it is then not the type of `.` with the same name. */
const isDeclaredIn = (folder, name) =>
  folder !== '.' &&
  globSync('**/*.d.ts', { cwd: join(root, 'dist', folder) }).some((file) =>
    new RegExp(`^export (declare )?(abstract )?(interface|type|class|const|function) ${name}\\b`, 'm').test(
      readFileSync(join(root, 'dist', folder, file), 'utf8'),
    ),
  );

const checkMessage = (entryPoint, entry) => (message) => {
  message.handled = true;
  const place =
    message.sourceFilePath === undefined ? entryPoint : `${relative(root, message.sourceFilePath)}:${message.sourceFileLine}`;
  const isCodecAndType = /has more than one declaration/.test(message.text);
  if (message.messageId === 'ae-forgotten-export') {
    const name = /"(.*?)"/.exec(message.text)?.[1] ?? '';
    if (entryPoint === 'index' || isDeclaredIn(dirname(entry), name) || !isExportedByIndex(name))
      problems.push(`${place}: "${name}" is used by the entry point "${entryPoint}", but no entry point exports it`);
    // A codec and its type share a name: editors resolve such a link, API Extractor cannot.
  } else if (message.messageId === 'ae-unresolved-link' && !isCodecAndType) problems.push(`${place}: ${message.text}`);
  else if (message.category === 'Compiler') problems.push(`${place}: ${message.text}`);
};

/** Returns exports and option fields without a description. */
const undocumented = (report) => {
  const lines = report.split('\n');
  let declaration = '';
  return lines.flatMap((line, index) => {
    const next = lines[index + 1] ?? '';
    declaration = /^export [\w ]*\b(\w+)\b/.exec(line.replace(/[:<({=;].*$/, ''))?.[1] ?? declaration;
    if (/^\/\/ .*\(undocumented\)$/.test(line)) return [next];
    return /^ +\/\/ \(undocumented\)$/.test(line) && declaration.endsWith('Options') ? [`${declaration}: ${next.trim()}`] : [];
  });
};

const createReport = (entryPoint, entry) => {
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
        reportFileName: `${entryPoint}.api.md`,
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      messages: {
        extractorMessageReporting: {
          default: { logLevel: 'warning', addToApiReportFile: false },
          // Every export is public.
          'ae-missing-release-tag': { logLevel: 'none' },
        },
        // Editors understand `@default`; TSDoc does not.
        tsdocMessageReporting: { default: { logLevel: 'none' } },
      },
    },
  });
  Extractor.invoke(config, { localBuild: true, messageCallback: checkMessage(entryPoint, entry) });
  const report = readFileSync(join(temporary, `${entryPoint}.api.md`), 'utf8');
  problems.push(...undocumented(report).map((name) => `No description: ${name}`));
  // Other fields need no description.
  return report.replaceAll(/^ +\/\/ \(undocumented\)\n/gm, '');
};

/** Removed and added lines: a short hint, not a complete diff. */
const difference = (before, after) => {
  const only = (mark, lines, others) =>
    lines.filter((line) => line.trim() !== '' && !others.includes(line)).map((line) => `    ${mark} ${line}`);
  const [old, now] = [before.split('\n'), after.split('\n')];
  const lines = [...only('-', old, now), ...only('+', now, old)];
  return [
    ...(lines.length === 0 ? ['    (same lines, different order)'] : lines.slice(0, 40)),
    ...(lines.length > 40 ? ['    …'] : []),
  ].join('\n');
};

for (const [entryPoint, entry] of Object.entries(entryPoints)) {
  if (!existsSync(join(root, 'dist', `${entry}.d.ts`))) {
    problems.push(`dist/${entry}.d.ts does not exist: run "npm run build"`);
    continue;
  }
  const after = createReport(entryPoint, entry);
  const file = join(reports, `${entryPoint}.api.md`);
  if (update) {
    mkdirSync(reports, { recursive: true });
    writeFileSync(file, after);
    continue;
  }
  const before = existsSync(file) ? readFileSync(file, 'utf8') : '';
  if (before === after) continue;
  problems.push(
    `${relative(root, file)} does not match the code; if the change is intended, run "npm run api".\n${difference(before, after)}`,
  );
}

for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exitCode = 1;
