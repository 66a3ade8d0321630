import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decoder } from 'rx-content-library';
import { invalidValuesFor, placesOf, valuesOf, type Place } from '../support/openapi-values.ts';
import { resolved, type Schema, type Specification } from '../support/openapi.ts';
import { answerOf, exchange } from './exchange.ts';
import { inputsOf } from './inputs.ts';
import { corrected, isPromised } from './known-differences.ts';
import { covered, type Input } from './operations.ts';
import { rowOf } from './rows.ts';
import { cases, specificationsMissing, type Case } from './specifications.ts';
import { isDispensable, isUnread, leniencies, leniencyOf } from './tolerances.ts';

const seed = 20_260_801;

type Definitions = Specification['definitions'];

/** `/rest` writes a map as pairs; the files forget to say that a pair is whole. */
const isPair = (fields: readonly string[]): boolean => fields.toSorted().join() === 'key,value';

const wishes = {
  needs: (field: Schema, _: string, beside: readonly string[]) => isPromised(field) || isPair(beside),
  nulls: true,
};

/** The schema of what is answered, out of the envelope of `/rest`. */
const answerSchema = ({ declared: { dialect, response = {} }, specification: { definitions } }: Case): Schema =>
  dialect === 'api' ? response : (resolved(response, definitions).properties?.['value'] ?? {});

const isPairs = ({ items }: Schema, definitions: Definitions): boolean =>
  items !== undefined && isPair(Object.keys(resolved(items, definitions).properties ?? {}));

const structureOf = ({ $ref = '' }: Schema): string => $ref.replace('#/definitions/', '');

/** An answer as a user gets it: what is `null` is not set, and pairs are fields. */
const asRead = (value: unknown, schema: Schema, definitions: Definitions): unknown => {
  const whole = resolved(schema, definitions);
  const { items = {}, properties, additionalProperties } = whole;
  if (Array.isArray(value)) {
    const list = value.map((item: unknown) => asRead(item, items, definitions));
    return isPairs(whole, definitions)
      ? Object.fromEntries(list.map((pair) => [Reflect.get(Object(pair), 'key'), Reflect.get(Object(pair), 'value')]))
      : list;
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name, field]) => field !== null || isUnread(structureOf(schema), name))
      .map(([name, field]): [string, unknown] => {
        const known = properties?.[name] ?? (typeof additionalProperties === 'object' ? additionalProperties : {});
        return [name, asRead(field, known, definitions)];
      }),
  );
};

/** What a user gets of an answer. */
const read = ({ declared }: Case, input: Input, value: unknown) => {
  const body = JSON.stringify(declared.dialect === 'api' ? value : { value });
  return exchange(declared, input, () => answerOf(declared, body));
};

/** Any input will do: what is answered does not depend on it. */
const someInput = (each: Case): Input =>
  fc.sample(inputsOf(corrected(each), each.specification.definitions), { numRuns: 1, seed })[0] ?? {};

/** A place of every kind that an answer has: items of a list are of one kind, values of a map, too. */
const placesIn = (each: Case): readonly Place[] => {
  const { definitions } = each.specification;
  const schema = answerSchema(each);
  const values = fc.sample(valuesOf(schema, definitions, wishes), { numRuns: 60, seed });
  const places = values.flatMap((value) => placesOf(value, schema, definitions));
  return [...Map.groupBy(places, ({ kind }) => kind).values()].flatMap(([first]) => (first === undefined ? [] : [first]));
};

/** What a decoder says is wrong; nothing if all is well. */
const pathsRefused = (each: Case, value: unknown): readonly string[] => {
  const row = rowOf(each.declared.name);
  if (row === undefined) throw new Error('The operation has no row');
  // As it comes over the wire.
  const decoded = decoder(row.response, row.name)(value === undefined ? undefined : JSON.parse(JSON.stringify(value)));
  return decoded._tag === 'Left' ? decoded.left.issues.map(({ path }) => path) : [];
};

const isOurs = ({ declared: { name } }: Case): boolean => name in covered;
// What a login answers is no value of the contract's: a token, which is kept.
const answering = cases.filter(
  (each) => isOurs(each) && each.declared.response !== undefined && each.declared.name !== 'cis.Session.create',
);
const silent = cases.filter((each) => isOurs(each) && each.declared.response === undefined);

// Skipped where the files are missing, for all to see.
if (specificationsMissing !== undefined)
  test.skip(`answers are read as VMware declares: ${specificationsMissing}`, () => undefined);
else
  describe("answers, against VMware's OpenAPI files:", () => {
    describe.each(answering)('$title:', (each) => {
      const { definitions } = each.specification;
      const schema = answerSchema(each);

      test('whatever the schema allows is read, and nothing of it is lost', async () => {
        const input = someInput(each);
        await fc.assert(
          fc.asyncProperty(valuesOf(schema, definitions, wishes), async (value) => {
            const { values, error } = await read(each, input, value);
            expect(error).toBeUndefined();
            expect(values).toEqual([asRead(value, schema, definitions)]);
          }),
          { seed, numRuns: 15 },
        );
      });

      test('a field that has to be there is refused when it is not, and named', () => {
        const needed = placesIn(each).filter(
          ({ field }) => field !== undefined && (field.required || isPromised(field.declared)),
        );
        for (const { path, field, schema: part, with: put } of needed) {
          // Servers written in Go send `null` for an empty list.
          const absent = part.type === 'array' ? [undefined] : [undefined, null];
          for (const nothing of absent)
            expect([path, pathsRefused(each, put(nothing))]).toEqual([
              path,
              field !== undefined && isDispensable(field.of, field.name) ? [] : [path],
            ]);
        }
      });

      test('a field of the wrong type is refused, and named', () => {
        const places = placesIn(each);
        expect(places.length).toBeGreaterThan(0);
        for (const { path, field, schema: part, with: put } of places) {
          const isUnreadHere = field !== undefined && isUnread(field.of, field.name);
          // Either form of a map is read in either dialect.
          const wrong = isPairs(part, definitions) ? ['text', 7, true] : invalidValuesFor(part);
          for (const value of wrong)
            expect([path, value, pathsRefused(each, put(value))]).toEqual([path, value, isUnreadHere ? [] : [path]]);
        }
      });

      test('values that an enumeration has gained, and fields that a structure has, are read', () => {
        for (const { schema: part, with: put } of placesIn(each).filter((place) => place.schema.enum !== undefined))
          expect(pathsRefused(each, put(`NEW_${part.enum?.join('_')}`))).toEqual([]);
        for (const { schema: part, value, with: put } of placesIn(each).filter((place) => place.schema.properties !== undefined))
          expect([part.type, pathsRefused(each, put({ ...Object(value), added_later: { deep: [null] } }))]).toEqual([
            part.type,
            [],
          ]);
      });
    });

    test.each(silent)('$title answers nothing, which is undefined', async (each) => {
      const { values, error } = await exchange(each.declared, someInput(each), () => answerOf(each.declared, undefined));
      expect({ values, error }).toEqual({ values: [undefined], error: undefined });
    });

    test('every leniency is one: the files state the field', () => {
      const stated = answering.flatMap((each) =>
        placesIn(each).flatMap(({ field }) => (field === undefined ? [] : [leniencyOf(field.of, field.name)])),
      );
      expect(leniencies.filter((leniency) => !stated.includes(leniency))).toEqual([]);
    });
  });
