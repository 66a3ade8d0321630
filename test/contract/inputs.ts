/** Derives inputs of an operation, and the requests expected for them, from its declaration. */

import fc from 'fast-check';
import { valuesOf } from '../support/openapi-values.ts';
import { resolved, type Declared, type Schema, type Specification } from '../support/openapi.ts';
import { isForCreation, isNeededForCreation } from './known-differences.ts';
import type { Input } from './operations.ts';

type Definitions = Specification['definitions'];

/** Without empty identifiers, `.` and `..`, which would change the path: the client rejects them. */
const identifiers = fc
  .oneof(
    fc.uuid(),
    fc.tuple(fc.uuid(), fc.uuid()).map((pair) => pair.join(':')),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }),
    fc.constantFrom('a/b', 'a?b#c', 'a%2Fb', 'a b+c', 'id:a', 'ü', '&=', '%'),
  )
  .filter((text) => text !== '.' && text !== '..');

const anyValues = { needs: () => false, nulls: false };

/** Returns the fields of a body, including those of a nested structure (`spec`, `create_spec`). */
const bodyFields = (body: Schema | undefined, definitions: Definitions): readonly (readonly [string, Schema, boolean])[] => {
  const { properties = {}, required = [] } = resolved(body ?? {}, definitions);
  return Object.entries(properties)
    .filter(([, field]) => isForCreation(field))
    .flatMap(([name, field]) => {
      const inner = resolved(field, definitions);
      if (inner.properties !== undefined) return bodyFields(inner, definitions);
      return [[name, field, required.includes(name) || isNeededForCreation(field)] as const];
    });
};

/** Without an empty identifier or name where one is required: the client rejects it. */
const fieldValues = (field: Schema, definitions: Definitions, required: boolean): fc.Arbitrary<unknown> =>
  valuesOf(field, definitions, anyValues).filter((value) => !(required && value === ''));

/** Returns arbitrary inputs of an operation, by VMware's names. */
export const inputsOf = (declared: Declared, definitions: Definitions): fc.Arbitrary<Input> => {
  const fields: (readonly [string, fc.Arbitrary<unknown>, boolean])[] = [
    ...declared.pathParameters.map((name) => [name, identifiers, true] as const),
    ...declared.query.map(({ name, required }) => [name, identifiers, required] as const),
    ...Object.keys(declared.header).map((name) => [name, fc.uuid(), false] as const),
    ...bodyFields(declared.body, definitions).map(
      ([name, field, required]) =>
        [name, name === 'client_token' ? fc.uuid() : fieldValues(field, definitions, required), required] as const,
    ),
  ];
  return fc.record(Object.fromEntries(fields.map(([name, values]) => [name, values])), {
    requiredKeys: fields.filter(([, , required]) => required).map(([name]) => name),
  });
};

/** Returns the decoded path segments of the request. */
export const pathFor = ({ path }: Declared, input: Input): readonly string[] =>
  path.split('/').map((segment) => segment.replace(/\{(\w+)\}/, (_, name: string) => String(input[name])));

/** Returns the decoded query of the request, sorted by name. */
export const queryFor = ({ fixedQuery, query }: Declared, input: Input): readonly (readonly [string, string])[] =>
  [
    ...Object.entries(fixedQuery),
    ...query.flatMap(({ name }): [string, string][] => (name in input ? [[name, String(input[name])]] : [])),
  ].sort(([a], [b]) => (a < b ? -1 : 1));

/** Returns the body of the request; `undefined` if it has none. */
export const bodyFor = ({ body }: Declared, input: Input, definitions: Definitions): unknown => {
  if (body === undefined) return undefined;
  const { properties = {}, required = [] } = resolved(body, definitions);
  return Object.fromEntries(
    Object.entries(properties).flatMap(([name, field]): [string, unknown][] => {
      if (resolved(field, definitions).properties !== undefined)
        return required.includes(name) ? [[name, bodyFor({ body: field } as Declared, input, definitions)]] : [];
      return name in input ? [[name, input[name]]] : [];
    }),
  );
};
