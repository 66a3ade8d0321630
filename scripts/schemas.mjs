/**
 * Compares the JSON Schemas of the simulator's files with their types in `src/simulator/options`; `--update` writes the schemas.
 *
 * Types that JSON does not have, such as bytes and functions, are omitted, with every object that requires them.
 */

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import prettier from 'prettier';
import ts from 'typescript';

const root = join(import.meta.dirname, '..');
const options = join(root, 'src/simulator/options');
const folder = join(root, 'src/simulator/schemas');
const update = process.argv.includes('--update');

/** The type of each file. */
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

/** Returns the schema of a type; the types that it uses become definitions. */
const schemaOf = (rootType, title) => {
  const definitions = {};

  /** Returns a schema; `undefined` if JSON has no such value. */
  const convert = (type) => {
    const name = nameOf(type);
    if (name === undefined) return shapeOf(type);
    if (!Object.hasOwn(definitions, name)) {
      // Before the recursion, because the type may contain itself.
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
    // `string & …`: an enumeration that allows unknown values.
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
    const defined = types.filter((type) => !(type.flags & ts.TypeFlags.Undefined));
    const literals = defined.filter((type) => type.isStringLiteral() || type.isNumberLiteral());
    const booleans = defined.filter((type) => type.flags & ts.TypeFlags.BooleanLiteral);
    const others = defined.filter((type) => !literals.includes(type) && !booleans.includes(type));
    const parts = [
      ...(literals.length === 0 ? [] : [{ enum: literals.map(({ value }) => value) }]),
      ...(booleans.length === 2 ? [{ type: 'boolean' }] : booleans.map(shapeOf)),
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
    const present = fields.filter(({ schema }) => schema !== undefined);
    const required = present.filter(({ isOptional }) => !isOptional).map(({ symbol }) => symbol.name);
    // An intersection is described by its last type, such as the kind of a fault.
    const description = type.isIntersection() ? textOf(type.types.at(-1).symbol?.getDocumentationComment(checker) ?? []) : '';
    return {
      ...(description === '' ? {} : { description }),
      type: 'object',
      properties: Object.fromEntries(
        present.map(({ symbol, schema }) => [symbol.name, { ...factsOf(symbol), ...schema, ...limitsOf(symbol, schema) }]),
      ),
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
    // Editors read the schema of a file from this field.
    properties: { $schema: { type: 'string', description: 'Where this schema is.' }, ...shape.properties },
    $defs: definitions,
  };
};

const isFunction = (type) => checker.getSignaturesOfType(type, ts.SignatureKind.Call).length > 0;

/** Returns the name of a type that `src` declares; `undefined` for any other type. */
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

/** Limits of a number: 0 and more, unless `@minimum` and `@maximum` state others. Numbers of vCenter's messages have none. */
const limitsOf = (symbol, schema) => {
  if (schema.type !== 'number' || !symbol.declarations?.[0]?.getSourceFile().fileName.startsWith(options)) return {};
  const tagged = Object.fromEntries(
    symbol
      .getJsDocTags(checker)
      .filter(({ name }) => name === 'minimum' || name === 'maximum')
      .map(({ name, text }) => [name, Number(textOf(text ?? []))]),
  );
  const { minimum = 0, ...others } = tagged;
  return { ...(minimum === -Infinity ? {} : { minimum }), ...others };
};

/** Description and default value of a field. */
const factsOf = (symbol) => {
  const preset = symbol.getJsDocTags(checker).find(({ name }) => name === 'default');
  const presetText = preset === undefined ? '' : textOf(preset.text ?? []);
  const description = [textOf(symbol.getDocumentationComment(checker)), presetText === '' ? '' : `Default: ${presetText}.`];
  const value = literalOf(presetText);
  const text = description.filter((part) => part !== '').join('\n\n');
  return { ...(text === '' ? {} : { description: text }), ...(value === undefined ? {} : { default: value }) };
};

/** Parses the literal at the start of a text: `'8.0'`, 300_000, true. */
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

/** Returns the schema without what only editors use. */
const withoutTexts = (schema) =>
  JSON.stringify(schema, (name, value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    const isNamedByUsers = name === 'properties' || name === '$defs';
    return isNamedByUsers ? value : Object.fromEntries(Object.entries(value).filter(([key]) => !EDITOR_KEYWORDS.includes(key)));
  });

const EDITOR_KEYWORDS = ['$schema', 'title', 'description', 'default'];

const generated = schemas.map(({ file, source, type, title }) => ({ file, schema: schemaOf(typeNamed(source, type), title) }));

const moduleText = [
  '/** The schemas of this folder as JSON, without descriptions. Generated by `scripts/schemas.mjs --update`. */',
  ...generated.map(({ file, schema }) => {
    const name = file.replace('.json', '');
    const text = JSON.stringify(withoutTexts(schema));
    return `/** The schema of ${name === 'inventory' ? 'an' : 'a'} ${name}. */\nexport const ${name}Schema: string = ${text};`;
  }),
].join('\n\n');

const outputs = [
  ...generated.map(({ file, schema }) => ({ file, parser: 'json', content: JSON.stringify(schema) })),
  { file: 'schemas.ts', parser: 'typescript', content: moduleText },
];

for (const { file, parser, content } of outputs) {
  const path = join(folder, file);
  const style = await prettier.resolveConfig(path);
  const text = await prettier.format(content, { ...style, parser });
  if (update) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(path, text);
  } else if (!existsSync(path) || readFileSync(path, 'utf8') !== text) {
    console.error(
      `${relative(root, path)} does not match the types: run \`node scripts/schemas.mjs --update\` and check the diff.`,
    );
    process.exitCode = 1;
  }
}
