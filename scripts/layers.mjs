/**
 * Compares the table and the diagram of layers in CONTRIBUTING.md with the imports of `src`; `--update` writes them.
 *
 * `test/support/layers.ts` names the layers and describes their modules; which module imports which is read from the code.
 */

import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dirname, join as joinPosix } from 'node:path/posix';
import { format, resolveConfig } from 'prettier';
import ts from 'typescript';
import { descriptions } from '../test/support/layers.ts';

const root = join(import.meta.dirname, '..');
const page = join(root, 'CONTRIBUTING.md');
const markers = ['<!-- layers: written by `npm run layers` -->', '<!-- end of layers -->'];

/** The module of a path relative to `src`: its top folder with a slash, or its name without the extension. */
const moduleOf = (file) => (file.includes('/') ? file.replace(/\/.*/, '/') : file.replace(/\.ts$/, ''));

const packageOf = (specifier) =>
  specifier.startsWith('node:')
    ? 'Node'
    : specifier
        .split('/')
        .slice(0, specifier.startsWith('@') ? 2 : 1)
        .join('/');

const importedNames = (text) => ts.preProcessFile(text).importedFiles.map(({ fileName }) => fileName);

/** Maps each module to what it imports; the value is false if it imports types only. */
const readImports = () => {
  const imports = new Map();
  for (const path of globSync('**/*.ts', { cwd: join(root, 'src') })) {
    const file = path.replaceAll('\\', '/');
    const text = readFileSync(join(root, 'src', path), 'utf8');
    const atRunTime = new Set(importedNames(text.replaceAll(/^(?:import|export) type [^;]*;/gm, '')));
    const from = moduleOf(file);
    const targets = imports.get(from) ?? new Map();
    imports.set(from, targets);
    for (const name of importedNames(text)) {
      const to = name.startsWith('.') ? moduleOf(joinPosix(dirname(file), name)) : packageOf(name);
      if (to !== from) targets.set(to, targets.get(to) === true || atRunTime.has(name));
    }
  }
  return imports;
};

const layers = Object.entries(descriptions);
const modules = layers.flatMap(([, ofLayer]) => Object.keys(ofLayer));

/** Rows of the table, bottom layer first. */
const table = (imports) => {
  const isModule = (name) => modules.includes(name);
  const order = (a, b) => (isModule(a) && isModule(b) ? modules.indexOf(a) - modules.indexOf(b) : a < b ? -1 : 1);
  const cell = (name) => {
    const targets = [...imports.get(name)];
    const list = (kind, atRunTime) =>
      targets
        .filter(([to, value]) => isModule(to) === kind && value === atRunTime)
        .map(([to]) => to)
        .sort(order)
        .map((to) => (kind ? `\`${to}\`` : to));
    const types = [...list(true, false), ...list(false, false)];
    return [...list(true, true), ...list(false, true), ...(types.length > 0 ? [`types of ${types.join(', ')}`] : [])].join(', ');
  };
  const rows = layers.flatMap(([layer, ofLayer]) =>
    Object.entries(ofLayer).map(
      ([name, description], index) => `| ${index === 0 ? layer : ''} | \`${name}\` | ${description} | ${cell(name)} |`,
    ),
  );
  return ['| layer | module | what it is | imports |', '| --- | --- | --- | --- |', ...rows].join('\n');
};

/** Arrows between layers, at run time; an arrow that follows from two others is left out. */
const diagram = (imports) => {
  const layerOf = new Map(layers.flatMap(([layer, ofLayer]) => Object.keys(ofLayer).map((name) => [name, layer])));
  const below = new Map(
    layers.map(([layer, ofLayer]) => [
      layer,
      new Set(
        Object.keys(ofLayer).flatMap((name) =>
          [...imports.get(name)].flatMap(([to, atRunTime]) =>
            atRunTime && layerOf.has(to) && layerOf.get(to) !== layer ? [layerOf.get(to)] : [],
          ),
        ),
      ),
    ]),
  );
  const reaches = (from, to) => [...below.get(from)].some((next) => next === to || reaches(next, to));
  const id = (layer) => layer.replaceAll(' ', '');
  const arrows = layers.toReversed().flatMap(([layer]) => {
    const direct = [...below.get(layer)].filter(
      (to) => ![...below.get(layer)].some((other) => other !== to && reaches(other, to)),
    );
    return direct.map((to) => `  ${id(layer)} --> ${id(to)}`);
  });
  const nodes = layers.toReversed().map(([layer, ofLayer]) => {
    const names = Object.keys(ofLayer).map((name) => name.replace('/', ''));
    return `  ${id(layer)}["${layer}: ${names.join(', ')}"]`;
  });
  return ['```mermaid', 'flowchart TD', ...nodes, ...arrows, '```'].join('\n');
};

const imports = readImports();
const missing = [...new Set([...imports.keys(), ...modules])].filter((name) => !imports.has(name) || !modules.includes(name));
if (missing.length > 0) {
  console.error(`test/support/layers.ts and src differ: ${missing.join(', ')}.`);
  process.exit(1);
}

const before = readFileSync(page, 'utf8');
const [start, end] = markers.map((marker) => before.indexOf(marker));
if (start === -1 || end < start) {
  console.error(`CONTRIBUTING.md: expected the markers ${markers.join(' and ')}.`);
  process.exit(1);
}
const written = `${before.slice(0, start)}${markers[0]}\n\n${diagram(imports)}\n\n${table(imports)}\n\n${before.slice(end)}`;
const after = await format(written, { ...(await resolveConfig(page)), parser: 'markdown' });
if (process.argv.includes('--update')) writeFileSync(page, after);
else if (before !== after) {
  console.error('CONTRIBUTING.md: the table of layers differs from the imports of src. Run `npm run layers`.');
  process.exitCode = 1;
}
