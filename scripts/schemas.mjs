/**
 * Compares the JSON Schemas of the simulator's files with the types they are made of (`src/simulator/options`); `--update` writes them.
 *
 * What JSON cannot say, such as bytes and functions, is left out, and with it every shape that needs it.
 */

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import prettier from 'prettier';
import ts from 'typescript';

const root = join(import.meta.dirname, '..');
const options = join(root, 'src/simulator/options');
const folder = join(root, 'src/simulator/schemas');
const update = process.argv.includes('--update');

/** A file of each kind is an object of this type. */
const schemas = [
  { file: 'scenario.json', source: 'scenario.ts', type: 'Scenario', title: 'A scenario of the simulated vCenter' },
  { file: 'inventory.json', source: 'inventory.ts', type: 'Inventory', title: 'An inventory of the simulated vCenter' },
];

const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), (path) => ts.sys.readFile(path));
const { options: compilerOptions } = ts.parseJsonConfigFileContent(config, ts.sys, root);
const program = ts.createProgram(
  schemas.map(({ source }) => join(options, source)),
  compilerOptions,
);
const checker = program.getTypeChecker();

/** Makes the schema of one type; the types it uses are defined once, under their names. */
const schemaOf = (rootType, title) => {
  const definitions = {};

  /** A schema, or nothing where JSON has no such value. */
  const convert = (type) => {
    const name = nameOf(type);
    if (name === undefined) return shapeOf(type);
    if (!Object.hasOwn(definitions, name)) {
      // It may contain itself.
      definitions[name] = {};
      const description = textOf((type.aliasSymbol ?? type.symbol).getDocumentationComment(checker));
      definitions[name] = { ...(description === '' ? {} : { description }), ...shapeOf(type) };
    }
    return { $ref: `#/$defs/${name}` };
  };

  const shapeOf = (type) => {
    if (type.flags & ts.TypeFlags.Unknown) return {};
    if (type.flags & ts.TypeFlags.Null) return { type: 'null' };
    if (type.flags & ts.TypeFlags.BooleanLike && !type.isUnion()) return { const: checker.typeToString(type) === 'true' };
    if (type.isStringLiteral() || type.isNumberLiteral()) return { const: type.value };
    if (type.flags & ts.TypeFlags.StringLike) return { type: 'string' };
    if (type.flags & ts.TypeFlags.NumberLike) return { type: 'number' };
    if (type.isUnion()) return unionOf(type.types);
    // `string & …`: a text that no enumeration lists yet.
    if (type.isIntersection() && type.types.some((part) => part.flags & ts.TypeFlags.String)) return { type: 'string' };
    if (checker.isTupleType(type)) return tupleOf(checker.getTypeArguments(type));
    if (checker.isArrayType(type)) return { type: 'array', items: convert(checker.getTypeArguments(type)[0]) };
    return objectOf(type);
  };

  const tupleOf = (types) => ({
    type: 'array',
    prefixItems: types.map(convert),
    items: false,
    minItems: types.length,
  });

  const unionOf = (types) => {
    const known = types.filter((type) => !(type.flags & ts.TypeFlags.Undefined));
    const literals = known.filter((type) => type.isStringLiteral() || type.isNumberLiteral());
    const truths = known.filter((type) => type.flags & ts.TypeFlags.BooleanLiteral);
    const others = known.filter((type) => !literals.includes(type) && !truths.includes(type));
    const parts = [
      ...(literals.length === 0 ? [] : [{ enum: literals.map(({ value }) => value) }]),
      ...(truths.length === 2 ? [{ type: 'boolean' }] : truths.map(shapeOf)),
      ...others.map(convert).filter((schema) => schema !== undefined),
    ];
    return parts.length === 1 ? parts[0] : { anyOf: parts };
  };

  const objectOf = (type) => {
    const values = checker.getIndexInfoOfType(type, ts.IndexKind.String);
    if (values !== undefined) return { type: 'object', additionalProperties: convert(values.type) };
    const fields = checker.getPropertiesOfType(type).map((symbol) => {
      const isOptional = (symbol.flags & ts.SymbolFlags.Optional) !== 0;
      const fieldType = checker.getTypeOfSymbol(symbol);
      return { symbol, isOptional, schema: isFunction(fieldType) ? undefined : fieldSchema(fieldType) };
    });
    if (type.symbol?.name === 'Uint8Array' || fields.some(({ schema, isOptional }) => schema === undefined && !isOptional))
      return undefined;
    const told = fields.filter(({ schema }) => schema !== undefined);
    const required = told.filter(({ isOptional }) => !isOptional).map(({ symbol }) => symbol.name);
    // What is put together of several has the words of the last one: those of a kind of fault.
    const words = type.isIntersection() ? textOf(type.types.at(-1).symbol?.getDocumentationComment(checker) ?? []) : '';
    return {
      ...(words === '' ? {} : { description: words }),
      type: 'object',
      properties: Object.fromEntries(told.map(({ symbol, schema }) => [symbol.name, { ...factsOf(symbol), ...schema }])),
      ...(required.length === 0 ? {} : { required }),
      additionalProperties: false,
    };
  };

  const fieldSchema = (type) => (type.isUnion() && nameOf(type) === undefined ? unionOf(type.types) : convert(type));

  const shape = shapeOf(rootType);
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title,
    ...shape,
    // Every editor reads from this which schema a file has.
    properties: { $schema: { type: 'string', description: 'Where this schema is.' }, ...shape.properties },
    $defs: definitions,
  };
};

const isFunction = (type) => checker.getSignaturesOfType(type, ts.SignatureKind.Call).length > 0;

/** The names of types of our own; whatever the language brings has none here. */
const nameOf = (type) => {
  const symbol = type.aliasSymbol ?? (type.isClassOrInterface() ? type.symbol : undefined);
  const file = symbol?.declarations?.[0]?.getSourceFile().fileName;
  return file?.startsWith(join(root, 'src')) && !type.aliasTypeArguments?.length ? symbol.name : undefined;
};

const textOf = (parts) =>
  ts
    .displayPartsToString(parts)
    .replaceAll(/\{@link ([^}]*)\}/g, '$1')
    .replaceAll(/(?<!\n)\n(?![\n-])/g, ' ')
    .trim();

/** What an editor shows of a field. */
const factsOf = (symbol) => {
  const preset = symbol.getJsDocTags(checker).find(({ name }) => name === 'default');
  const presetText = preset === undefined ? '' : textOf(preset.text ?? []);
  const description = [textOf(symbol.getDocumentationComment(checker)), presetText === '' ? '' : `Default: ${presetText}.`];
  const value = literalOf(presetText);
  const told = description.filter((text) => text !== '').join('\n\n');
  return { ...(told === '' ? {} : { description: told }), ...(value === undefined ? {} : { default: value }) };
};

/** The value that a text begins with, if it is one: `'8.0'`, 300_000, true. */
const literalOf = (text) => {
  const quoted = /^`'([^']*)'`/.exec(text)?.[1];
  if (quoted !== undefined) return quoted;
  const word = /^[\w.-]+/.exec(text)?.[0] ?? '';
  if (word === 'true' || word === 'false') return word === 'true';
  return /^-?\d[\d_]*(\.\d+)?$/.test(word) ? Number(word.replaceAll('_', '')) : undefined;
};

const typeNamed = (source, name) => {
  const file = program.getSourceFile(join(options, source));
  const symbol = checker.getExportsOfModule(checker.getSymbolAtLocation(file)).find((candidate) => candidate.name === name);
  return checker.getDeclaredTypeOfSymbol(symbol);
};

for (const { file, source, type, title } of schemas) {
  const path = join(folder, file);
  const style = await prettier.resolveConfig(path);
  const text = await prettier.format(JSON.stringify(schemaOf(typeNamed(source, type), title)), { ...style, parser: 'json' });
  if (update) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(path, text);
  } else if (!existsSync(path) || readFileSync(path, 'utf8') !== text) {
    console.error(
      `${relative(root, path)} is not what the types say. Run \`node scripts/schemas.mjs --update\`, and look at the difference.`,
    );
    process.exitCode = 1;
  }
}
