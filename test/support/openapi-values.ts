/** Values that a JSON schema allows, and values that it does not, for fast-check to choose from. */

import fc from 'fast-check';
import { resolved, type Schema, type Specification } from './openapi.ts';

type Definitions = Specification['definitions'];

/** What is asked of the values beyond the schema. */
interface ValueOptions {
  /** Fields that are there although the schema lets them be absent. */
  readonly needs: (field: Schema, name: string, fieldsBeside: readonly string[]) => boolean;
  /** Whether a field that may be absent is sometimes `null` instead. */
  readonly nulls: boolean;
}

/** Messages hold messages: beyond this, fields that may be absent are. */
const deepest = 6;

/** Whatever a schema allows. */
export const valuesOf = (schema: Schema, definitions: Definitions, wishes: ValueOptions, level = 0): fc.Arbitrary<unknown> => {
  const { type, format, enum: listed, items, properties, required, additionalProperties } = resolved(schema, definitions);
  const below = (part: Schema): fc.Arbitrary<unknown> => valuesOf(part, definitions, wishes, level + 1);
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
      return fc.array(below(items ?? {}), { maxLength: level < deepest ? 3 : 0 });
    default: {
      if (typeof additionalProperties === 'object')
        return fc.dictionary(names, below(additionalProperties), { maxKeys: level < deepest ? 3 : 0, noNullPrototype: true });
      const entries = Object.entries(properties ?? {}).flatMap(([name, field]) => {
        const needed = required?.includes(name) === true || wishes.needs(field, name, Object.keys(properties ?? {}));
        if (!needed && level > deepest) return [];
        const values = below(field);
        return [[name, needed ? values : fc.option(values, { nil: undefined }), needed] as const];
      });
      return fc
        .record(Object.fromEntries(entries.map(([name, values]) => [name, values])))
        .chain((whole) =>
          fc.record(
            Object.fromEntries(
              Object.entries(whole).map(([name, value]) => [
                name,
                value === undefined && wishes.nulls ? fc.constantFrom(undefined, null) : fc.constant(value),
              ]),
            ),
          ),
        )
        .map((whole) => Object.fromEntries(Object.entries(whole).filter(([, value]) => value !== undefined)));
    }
  }
};

/** Names that have led programs astray among those that have not. */
const names = fc.oneof(
  { weight: 4, arbitrary: fc.string({ minLength: 1, maxLength: 8 }) },
  { weight: 1, arbitrary: fc.constantFrom('__proto__', 'constructor', 'toString', '0') },
);

/** Texts of a format. Any text may stand where the schema says no more. */
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

/** A place in a value, and what the schema says of it. */
export interface Place {
  /** As decode errors write it: `[2].download_endpoint.uri`. */
  readonly path: string;
  /** The same for all items of a list, and all values of a map. */
  readonly kind: string;
  readonly schema: Schema;
  readonly value: unknown;
  /** The structure that has the field, by its name in the file, and the field; not set for items of lists and values of maps. */
  readonly field:
    { readonly of: string; readonly name: string; readonly required: boolean; readonly declared: Schema } | undefined;
  /** The whole value with something else in this place; `undefined` takes it out. */
  readonly with: (value: unknown) => unknown;
}

type Here = Pick<Place, 'path' | 'kind' | 'field' | 'with'>;

const top: Here = { path: '', kind: '', field: undefined, with: (other) => other };

/** All places of a value that a schema knows. */
export const placesOf = (value: unknown, schema: Schema, definitions: Definitions, here: Here = top): readonly Place[] => {
  const whole = resolved(schema, definitions);
  const place: Place = { ...here, schema: whole, value };
  if (Array.isArray(value)) return [place, ...placesOfItems(value, whole.items ?? {}, definitions, here)];
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
    const known = declared ?? (typeof additionalProperties === 'object' ? additionalProperties : undefined);
    if (known === undefined || part === null) return [];
    const replaced = (other: unknown): readonly (readonly [string, unknown])[] =>
      entries.flatMap((entry) => {
        if (entry[0] !== name) return [entry];
        return other === undefined ? [] : [[name, other] as const];
      });
    return placesOf(part, known, definitions, {
      path: below(here.path, name),
      kind: below(here.kind, declared === undefined ? '*' : name),
      field: declared === undefined ? undefined : { of, name, required: required.includes(name), declared },
      with: (other) => here.with(Object.fromEntries(replaced(other))),
    });
  });
};

const below = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`);

/** What a schema does not allow in a place: another type, or a number that JSON has rounded. */
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
      // An empty list is also how `/rest` writes an empty map.
      return ['text', 7, true, ...(properties === undefined ? [] : [[], [{}]])];
  }
};
