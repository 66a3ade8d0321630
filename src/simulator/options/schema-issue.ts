/** Turns the errors of a JSON Schema validator into one sentence: where a value is invalid, and what was expected there. */

import type { OutputUnit } from '@cfworker/json-schema';

/** The keywords that the simulator's schemas use. */
export interface JsonSchema {
  readonly $ref?: string;
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: JsonSchema | false;
  readonly items?: JsonSchema | false;
  readonly minItems?: number;
  readonly minimum?: number;
  readonly maximum?: number;
}

/** An error of the validator, with the value and the schema that it is about. */
interface Issue {
  readonly keyword: string;
  /** The keyword's JSON pointer in the schema, through `$ref`. */
  readonly keywordLocation: string;
  /** The value's JSON pointer. */
  readonly instanceLocation: string;
  readonly value: unknown;
  readonly schema: JsonSchema;
  readonly message: string;
}

/** Describes the first unknown field; without one, the first error. */
export const schemaIssue = (root: JsonSchema, value: unknown, errors: readonly OutputUnit[]): string => {
  const issues = errors
    // A schema that is `false` has no location; the keyword above it has an error of its own.
    .filter(({ keyword }) => keyword !== 'false')
    .map(({ keyword, keywordLocation, instanceLocation, error }): Issue => ({
      keyword,
      keywordLocation,
      instanceLocation,
      value: segmentsOf(instanceLocation).reduce(childOf, value),
      schema: schemaAt(root, segmentsOf(keywordLocation).slice(0, -1)),
      message: error,
    }));
  const relevant = withoutOtherAlternatives(issues.filter(isOwnError), root);
  const issue = relevant.find(({ keyword }) => keyword === 'additionalProperties') ?? relevant[0];
  if (issue === undefined) return '$: invalid value';
  // Several alternatives may lack or forbid a field of the same object.
  const same = relevant.filter((other) => other.keyword === issue.keyword && other.instanceLocation === issue.instanceLocation);
  return describe(issue, same, root);
};

/** Returns false for an error that only reports an error further down. */
const isOwnError = ({ keyword, schema }: Issue): boolean => {
  if (keyword === 'additionalProperties' || keyword === 'items') return schema[keyword] === false;
  return !['$ref', 'properties', 'prefixItems'].includes(keyword);
};

/** Keeps, for each `anyOf`, the errors of the alternatives closest to the value, or the error of the `anyOf` itself if there are none. */
const withoutOtherAlternatives = (issues: readonly Issue[], root: JsonSchema): readonly Issue[] => {
  const dropped = new Set<Issue>();
  for (const issue of issues) {
    if (issue.keyword !== 'anyOf' || dropped.has(issue)) continue;
    const alternatives = alternativesOf(issue.schema, root).map((alternative, index) => ({
      isMeant: isMeant(alternative, issue.value),
      issues: issues.filter(
        ({ keywordLocation, instanceLocation }) =>
          keywordLocation.startsWith(`${issue.keywordLocation}/${index}/`) &&
          `${instanceLocation}/`.startsWith(`${issue.instanceLocation}/`),
      ),
    }));
    const meant = alternatives.filter((alternative) => alternative.isMeant);
    const fewest = Math.min(...meant.map((alternative) => alternative.issues.length));
    if (meant.length > 0) dropped.add(issue);
    for (const alternative of alternatives)
      if (!alternative.isMeant || alternative.issues.length > fewest) for (const other of alternative.issues) dropped.add(other);
  }
  return issues.filter((issue) => !dropped.has(issue));
};

const alternativesOf = (schema: JsonSchema, root: JsonSchema): readonly JsonSchema[] =>
  (schema.anyOf ?? []).map((alternative) => resolve(alternative, root));

/** Returns true if the value has the type, the literal and the discriminators (such as `kind`) of an alternative. */
const isMeant = (alternative: JsonSchema, value: unknown): boolean => {
  if (alternative.type !== undefined && alternative.type !== typeOf(value)) return false;
  const literals = literalsOf(alternative);
  if (literals !== undefined && !literals.includes(value)) return false;
  return discriminatorsOf(alternative).every(([name, literal]) =>
    has(value, name) ? childOf(value, name) === literal : !alternative.required?.includes(name),
  );
};

/** The fields of an alternative that can have a single value. */
const discriminatorsOf = ({ properties = {} }: JsonSchema): readonly (readonly [string, unknown])[] =>
  Object.entries(properties).flatMap(([name, schema]) => {
    const literals = literalsOf(schema);
    return literals?.length === 1 ? [[name, literals[0]] as const] : [];
  });

const literalsOf = (schema: JsonSchema): readonly unknown[] | undefined =>
  schema.enum ?? ('const' in schema ? [schema.const] : undefined);

const describe = (issue: Issue, same: readonly Issue[], root: JsonSchema): string => {
  const { keyword, instanceLocation, value, schema } = issue;
  const path = pathOf(segmentsOf(instanceLocation));
  switch (keyword) {
    case 'required': {
      const missing = same.map((other) => other.schema.required?.find((name) => !has(value, name)) ?? '');
      return `${path}: missing ${[...new Set(missing)].join(' or ')}`;
    }
    case 'additionalProperties': {
      const names = Object.keys(isObject(value) ? value : {});
      const everywhere = fieldsOf(...same.map((other) => other.schema));
      const unknown = names.find((name) => name !== '$schema' && !everywhere.includes(name));
      if (unknown !== undefined) return `${path}${step(unknown)}: unknown field; ${suggestion(unknown, everywhere)}`;
      // Every field belongs to some alternative, but no alternative has all of them.
      const extra = names.find((name) => !has(schema.properties, name)) ?? '';
      return `${path}${step(extra)}: unknown field; ${suggestion(extra, fieldsOf(schema))}`;
    }
    case 'anyOf': {
      const alternatives = alternativesOf(schema, root);
      const discriminators = alternatives.flatMap(discriminatorsOf);
      const [name] = discriminators[0] ?? [];
      if (name !== undefined && isObject(value))
        return `${path}${step(name)}: expected ${expectation({ enum: discriminators.map(([, literal]) => literal) })}`;
      return `${path}: expected ${[...new Set(alternatives.map(expectation))].join(' or ')}`;
    }
    case 'type':
    case 'enum':
    case 'const':
      return `${path}: expected ${expectation(schema)}`;
    case 'minimum':
    case 'maximum':
      return `${path}: expected ${rangeOf(schema)}, got ${String(value)}`;
    case 'minItems':
    case 'items':
      return `${path}: expected an array of ${schema.minItems ?? 0} items`;
    default:
      return `${path}: ${issue.message}`;
  }
};

const rangeOf = ({ minimum, maximum }: JsonSchema): string =>
  maximum === undefined ? `a number from ${minimum}` : `a number from ${minimum} to ${maximum}`;

/** The fields of these schemas that matter to the simulator: `$schema` is for editors. */
const fieldsOf = (...schemas: readonly JsonSchema[]): readonly string[] => [
  ...new Set(schemas.flatMap(({ properties = {} }) => Object.keys(properties).filter((name) => name !== '$schema'))),
];

const suggestion = (unknown: string, expected: readonly string[]): string => {
  const [nearest] = expected.map((name) => ({ name, edits: distance(name, unknown) })).sort((a, b) => a.edits - b.edits);
  const isClose = nearest !== undefined && nearest.edits * 2 <= unknown.length;
  return `${isClose ? `did you mean ${nearest.name}? Expected` : 'expected'} one of ${expected.join(', ')}`;
};

const expectation = (schema: JsonSchema): string => {
  const literals = literalsOf(schema);
  if (literals !== undefined) return literals.length === 1 ? String(literals[0]) : `one of ${literals.join(', ')}`;
  const { type = 'value' } = schema;
  return type === 'null' ? type : `${/^[aeiou]/.test(type) ? 'an' : 'a'} ${type}`;
};

const resolve = (schema: JsonSchema, root: JsonSchema): JsonSchema =>
  schema.$ref === undefined ? schema : schemaAt(root, segmentsOf(schema.$ref));

/** The schema at a location of the validator, which has a `$ref` as a step of its own. */
const schemaAt = (root: JsonSchema, segments: readonly string[]): JsonSchema =>
  segments.reduce(
    (schema: unknown, segment) => (segment === '$ref' ? resolve(schema as JsonSchema, root) : childOf(schema, segment)),
    root,
  ) as JsonSchema;

const segmentsOf = (pointer: string): readonly string[] =>
  pointer
    .split('/')
    .slice(1)
    .map((segment) => decodeURIComponent(segment).replaceAll('~1', '/').replaceAll('~0', '~'));

const childOf = (value: unknown, segment: string): unknown => (value as Readonly<Record<string, unknown>>)[segment];

/** Returns a path such as `$.libraries[0].name`; names that are no identifiers are quoted. */
export const pathOf = (segments: readonly string[]): string =>
  `$${segments.map((segment) => (/^\d+$/.test(segment) ? `[${segment}]` : step(segment))).join('')}`;

const step = (name: string): string => (/^[$A-Z_a-z][$\w]*$/.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`);

const typeOf = (value: unknown): string => (value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value);

const has = (value: unknown, name: string): boolean => isObject(value) && Object.hasOwn(value, name);

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeOf(value) === 'object';

/** Returns the Levenshtein distance: the number of characters to insert, delete or replace. */
const distance = (a: string, b: string): number => {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 0; i < a.length; i += 1) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j += 1)
      next.push(Math.min((row[j] ?? 0) + (a[i] === b[j] ? 0 : 1), (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    row = next;
  }
  return row[b.length] ?? 0;
};
