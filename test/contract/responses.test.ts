import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decoder } from 'rx-content-library';
import { invalidValuesFor, placesOf, valuesOf, type Place } from '../support/openapi-values.ts';
import { resolved, type Schema, type Specification } from '../support/openapi.ts';
import { callEndpoint, responseTo } from './call-endpoint.ts';
import { inputsOf } from './inputs.ts';
import { correctDeclaration, isAlwaysPresent } from './known-differences.ts';
import { endpoints, type Input } from './operations.ts';
import { rowOf } from './rows.ts';
import { cases, specificationsMissing, type Case } from './specifications.ts';
import { isIgnored, isOptional, toleranceOf, tolerances } from './tolerances.ts';

const seed = 20_260_801;

type Definitions = Specification['definitions'];

/** `/rest` represents a map as pairs; the files omit that both fields of a pair are required. */
const isPair = (fields: readonly string[]): boolean => fields.toSorted().join() === 'key,value';

const fullValues = {
  needs: (field: Schema, _: string, beside: readonly string[]) => isAlwaysPresent(field) || isPair(beside),
  nulls: true,
};

/** Returns the schema of a response, without the envelope of `/rest`. */
const responseSchema = ({ declared: { dialect, response = {} }, specification: { definitions } }: Case): Schema =>
  dialect === 'api' ? response : (resolved(response, definitions).properties?.['value'] ?? {});

const isPairs = ({ items }: Schema, definitions: Definitions): boolean =>
  items !== undefined && isPair(Object.keys(resolved(items, definitions).properties ?? {}));

const structureOf = ({ $ref = '' }: Schema): string => $ref.replace('#/definitions/', '');

/** Returns the decoded value of a response: without `null` fields, and with pairs as fields. */
const expectedValue = (value: unknown, schema: Schema, definitions: Definitions): unknown => {
  const resolvedSchema = resolved(schema, definitions);
  const { items = {}, properties, additionalProperties } = resolvedSchema;
  if (Array.isArray(value)) {
    const list = value.map((item: unknown) => expectedValue(item, items, definitions));
    return isPairs(resolvedSchema, definitions)
      ? Object.fromEntries(list.map((pair) => [Reflect.get(Object(pair), 'key'), Reflect.get(Object(pair), 'value')]))
      : list;
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name, field]) => field !== null || isIgnored(structureOf(schema), name))
      .map(([name, field]): [string, unknown] => {
        const fieldSchema = properties?.[name] ?? (typeof additionalProperties === 'object' ? additionalProperties : {});
        return [name, expectedValue(field, fieldSchema, definitions)];
      }),
  );
};

/** Calls the endpoint with a response body; returns what it emits. */
const callWithBody = ({ declared }: Case, input: Input, value: unknown) => {
  const body = JSON.stringify(declared.dialect === 'api' ? value : { value });
  return callEndpoint(declared, input, () => responseTo(declared, body));
};

/** Returns any input; the response does not depend on it. */
const someInput = (each: Case): Input =>
  fc.sample(inputsOf(correctDeclaration(each), each.specification.definitions), { numRuns: 1, seed })[0] ?? {};

/** Returns one place of every kind in a response: all items of a list, and all values of a map, are of one kind. */
const placesIn = (each: Case): readonly Place[] => {
  const { definitions } = each.specification;
  const schema = responseSchema(each);
  const values = fc.sample(valuesOf(schema, definitions, fullValues), { numRuns: 60, seed });
  const places = values.flatMap((value) => placesOf(value, schema, definitions));
  return [...Map.groupBy(places, ({ kind }) => kind).values()].flatMap(([first]) => (first === undefined ? [] : [first]));
};

/** Returns the paths of the issues of a decoder. */
const rejectedPaths = (each: Case, value: unknown): readonly string[] => {
  const row = rowOf(each.declared.name);
  if (row === undefined) throw new Error('The operation has no row');
  // As parsed from JSON.
  const decoded = decoder(row.response, row.name)(value === undefined ? undefined : JSON.parse(JSON.stringify(value)));
  return decoded._tag === 'Left' ? decoded.left.issues.map(({ path }) => path) : [];
};

const isSupported = ({ declared: { name } }: Case): boolean => name in endpoints;
// A login returns a token, which is not a value of the contract.
const withResponse = cases.filter(
  (each) => isSupported(each) && each.declared.response !== undefined && each.declared.name !== 'cis.Session.create',
);
const withoutResponse = cases.filter((each) => isSupported(each) && each.declared.response === undefined);

// A skipped test reports that the files are missing.
if (specificationsMissing !== undefined)
  test.skip(`responses are decoded as VMware declares: ${specificationsMissing}`, () => undefined);
else
  describe("responses, against VMware's OpenAPI files:", () => {
    describe.each(withResponse)('$title:', (each) => {
      const { definitions } = each.specification;
      const schema = responseSchema(each);

      test('every value that the schema allows is decoded completely', async () => {
        const input = someInput(each);
        await fc.assert(
          fc.asyncProperty(valuesOf(schema, definitions, fullValues), async (value) => {
            const { values, error } = await callWithBody(each, input, value);
            expect(error).toBeUndefined();
            expect(values).toEqual([expectedValue(value, schema, definitions)]);
          }),
          { seed, numRuns: 15 },
        );
      });

      test('a missing required field is an issue with its path', () => {
        const requiredPlaces = placesIn(each).filter(
          ({ field }) => field !== undefined && (field.required || isAlwaysPresent(field.declared)),
        );
        for (const { path, field, schema: placeSchema, with: put } of requiredPlaces) {
          // Servers written in Go send `null` for an empty list.
          const absent = placeSchema.type === 'array' ? [undefined] : [undefined, null];
          for (const value of absent)
            expect([path, rejectedPaths(each, put(value))]).toEqual([
              path,
              field !== undefined && isOptional(field.of, field.name) ? [] : [path],
            ]);
        }
      });

      test('a field of the wrong type is an issue with its path', () => {
        const places = placesIn(each);
        expect(places.length).toBeGreaterThan(0);
        for (const { path, field, schema: placeSchema, with: put } of places) {
          const isIgnoredHere = field !== undefined && isIgnored(field.of, field.name);
          // Both forms of a map are decoded in both dialects.
          const wrong = isPairs(placeSchema, definitions) ? ['text', 7, true] : invalidValuesFor(placeSchema);
          for (const value of wrong)
            expect([path, value, rejectedPaths(each, put(value))]).toEqual([path, value, isIgnoredHere ? [] : [path]]);
        }
      });

      test('new values of enumerations and new fields of structures are decoded', () => {
        for (const { schema: placeSchema, with: put } of placesIn(each).filter((place) => place.schema.enum !== undefined))
          expect(rejectedPaths(each, put(`NEW_${placeSchema.enum?.join('_')}`))).toEqual([]);
        for (const { schema: placeSchema, value, with: put } of placesIn(each).filter(
          (place) => place.schema.properties !== undefined,
        ))
          expect([placeSchema.type, rejectedPaths(each, put({ ...Object(value), added_later: { deep: [null] } }))]).toEqual([
            placeSchema.type,
            [],
          ]);
      });
    });

    test.each(withoutResponse)('$title returns undefined', async (each) => {
      const { values, error } = await callEndpoint(each.declared, someInput(each), () => responseTo(each.declared, undefined));
      expect({ values, error }).toEqual({ values: [undefined], error: undefined });
    });

    test('every tolerance is for a field of the files', () => {
      const fields = withResponse.flatMap((each) =>
        placesIn(each).flatMap(({ field }) => (field === undefined ? [] : [toleranceOf(field.of, field.name)])),
      );
      expect(tolerances.filter((tolerance) => !fields.includes(tolerance))).toEqual([]);
    });
  });
