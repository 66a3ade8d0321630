/** fast-check arbitraries for valid and invalid values of a JSON schema. */

import fc from 'fast-check';
import { resolved, type Schema, type Specification } from './openapi.ts';

type Definitions = Specification['definitions'];

/** Requirements beyond the schema. */
interface ValueOptions {
  /** Returns true for fields that are always present although the schema makes them optional. */
  readonly needs: (field: Schema, name: string, fieldsBeside: readonly string[]) => boolean;
  /** True if optional fields may be `null`. */
  readonly nulls: boolean;
}

/** Messages contain messages: below this level, optional fields are absent. */
const MAX_LEVEL = 6;

/** Valid values of a schema. */
export const valuesOf = (schema: Schema, definitions: Definitions, options: ValueOptions, level = 0): fc.Arbitrary<unknown> => {
  const { type, format, enum: listed, items, properties, required, additionalProperties } = resolved(schema, definitions);
  const below = (part: Schema): fc.Arbitrary<unknown> => valuesOf(part, definitions, options, level + 1);
  if (listed !== undefined) return fc.constantFrom(...listed);
  switch (type) {
    case 'string':
      return texts(format);
    case 'integer':
      return fc.maxSafeInteger();
    case 'number':
      return fc.double({ noNaN: true, noDefaultInfinity: true });
    case 'boolean':
      return fc.boolean();
    case 'array':
      return fc.array(below(items ?? {}), { maxLength: level < MAX_LEVEL ? 3 : 0 });
    default: {
      if (typeof additionalProperties === 'object')
        return fc.dictionary(names, below(additionalProperties), { maxKeys: level < MAX_LEVEL ? 3 : 0, noNullPrototype: true });
      const entries = Object.entries(properties ?? {}).flatMap(([name, field]) => {
        const needed = required?.includes(name) === true || options.needs(field, name, Object.keys(properties ?? {}));
        if (!needed && level > MAX_LEVEL) return [];
        const values = below(field);
        return [[name, needed ? values : fc.option(values, { nil: undefined }), needed] as const];
      });
      return fc
        .record(Object.fromEntries(entries.map(([name, values]) => [name, values])))
        .chain((value) =>
          fc.record(
            Object.fromEntries(
              Object.entries(value).map(([name, field]) => [
                name,
                field === undefined && options.nulls ? fc.constantFrom(undefined, null) : fc.constant(field),
              ]),
            ),
          ),
        )
        .map((value) => Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)));
    }
  }
};

/** Ordinary names, and names that programs often mishandle. */
const names = fc.oneof(
  { weight: 4, arbitrary: fc.string({ minLength: 1, maxLength: 8 }) },
  { weight: 1, arbitrary: fc.constantFrom('__proto__', 'constructor', 'toString', '0') },
);

/** Strings of a format; any string if the schema has none. */
const texts = (format: string | undefined): fc.Arbitrary<string> => {
  switch (format) {
    case 'date-time':
      return fc
        .date({ min: new Date(0), max: new Date('2199-12-31T23:59:59.999Z'), noInvalidDate: true })
        .map((date) => date.toISOString());
    case 'uri':
      return fc.webUrl();
    default:
      return fc.string({ unit: 'grapheme', maxLength: 12 });
  }
};

/** A place in a value, with its schema. */
export interface Place {
  /** In the form of decode errors: `[2].download_endpoint.uri`. */
  readonly path: string;
  /** The same for all items of a list, and all values of a map. */
  readonly kind: string;
  readonly schema: Schema;
  readonly value: unknown;
  /** The field, and the name of the structure that declares it; `undefined` for items of lists and values of maps. */
  readonly field:
    { readonly of: string; readonly name: string; readonly required: boolean; readonly declared: Schema } | undefined;
  /** Returns the complete value with another value in this place; `undefined` removes it. */
  readonly with: (value: unknown) => unknown;
}

type Here = Pick<Place, 'path' | 'kind' | 'field' | 'with'>;

const top: Here = { path: '', kind: '', field: undefined, with: (other) => other };

/** All places of a value that the schema declares. */
export const placesOf = (value: unknown, schema: Schema, definitions: Definitions, here: Here = top): readonly Place[] => {
  const target = resolved(schema, definitions);
  const place: Place = { ...here, schema: target, value };
  if (Array.isArray(value)) return [place, ...placesOfItems(value, target.items ?? {}, definitions, here)];
  if (typeof value !== 'object' || value === null) return [place];
  return [place, ...placesOfFields(value, schema, definitions, here)];
};

const placesOfItems = (list: readonly unknown[], items: Schema, definitions: Definitions, here: Here): readonly Place[] =>
  list.flatMap((item, index) =>
    placesOf(item, items, definitions, {
      path: `${here.path}[${index}]`,
      kind: `${here.kind}[]`,
      field: undefined,
      with: (other) => here.with(list.with(index, other)),
    }),
  );

const placesOfFields = (value: object, schema: Schema, definitions: Definitions, here: Here): readonly Place[] => {
  const { properties = {}, required = [], additionalProperties } = resolved(schema, definitions);
  const of = schema.$ref?.replace('#/definitions/', '') ?? '';
  const entries: readonly (readonly [string, unknown])[] = Object.entries(value);
  return entries.flatMap(([name, part]) => {
    const declared = Object.hasOwn(properties, name) ? properties[name] : undefined;
    const fieldSchema = declared ?? (typeof additionalProperties === 'object' ? additionalProperties : undefined);
    if (fieldSchema === undefined || part === null) return [];
    const replaced = (other: unknown): readonly (readonly [string, unknown])[] =>
      entries.flatMap((entry) => {
        if (entry[0] !== name) return [entry];
        return other === undefined ? [] : [[name, other] as const];
      });
    return placesOf(part, fieldSchema, definitions, {
      path: below(here.path, name),
      kind: below(here.kind, declared === undefined ? '*' : name),
      field: declared === undefined ? undefined : { of, name, required: required.includes(name), declared },
      with: (other) => here.with(Object.fromEntries(replaced(other))),
    });
  });
};

const below = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`);

/** Invalid values for a schema: other types, and numbers outside the safe range. */
export const invalidValuesFor = ({ type, properties }: Schema): readonly unknown[] => {
  switch (type) {
    case 'string':
      return [7, true, [], ['text'], {}];
    case 'integer':
      return ['7', true, 1.5, 2 ** 53, -(2 ** 53), [], {}];
    case 'number':
      return ['7', true, [], {}];
    case 'boolean':
      return ['true', 0, 1, [], {}];
    case 'array':
      return ['text', 7, true, {}, { 0: 'text', length: 1 }];
    default:
      // For a map, an empty list is valid: `/rest` writes empty maps so.
      return ['text', 7, true, ...(properties === undefined ? [] : [[], [{}]])];
  }
};
