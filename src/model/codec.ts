/** How a structure of VMware's is described, and how an unknown value becomes one. */

import type { Either } from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { DecodeError, type DecodeIssue } from '../errors/index.ts';
import { applyChanges, validateParts, isFields, type Fields } from './structure.ts';

/** An io-ts codec of a structure that is sent as it is typed. */
export type Codec<A> = t.Type<A, A, unknown>;

/** A function from anything to a value or the reasons why it is none. */
export type Decoder<A> = (value: unknown) => Either<DecodeError, A>;

declare const unlisted: unique symbol;

/**
 * A value of an enumeration that this version of the library does not know: at run time the string that the server sent.
 * Show it with `String(value)`; its type keeps a misspelt comparison from compiling.
 */
export interface UnknownEnumValue {
  readonly [unlisted]: true;
  toString(): string;
}

type Structure<R extends t.Props, O extends t.Props> = { readonly [K in keyof R]: t.TypeOf<R[K]> } & {
  readonly [K in keyof O]?: t.TypeOf<O[K]>;
};

/** Structures in one another. No message has as many, and the stack holds far more. */
const deepest = 32;

let depth = 0;

/** Looks into a structure, unless it is too deep. */
const nested = <A>(look: () => A): A => {
  depth += 1;
  try {
    return look();
  } finally {
    depth -= 1;
  }
};

/** What may be absent; `null` becomes that. */
const unsetOr = (codec: t.Mixed): t.Mixed =>
  new t.Type(
    codec.name,
    (value): value is unknown => value === undefined || codec.is(value),
    (value, context) => (value === null || value === undefined ? t.success(undefined) : codec.validate(value, context)),
    t.identity,
  );

/** A structure with fields that are required and fields that may be absent or `null`. Fields it does not name are kept. */
export const struct = <R extends t.Props, O extends t.Props>(name: string, required: R, optional: O): Codec<Structure<R, O>> => {
  const absentAllowed = Object.entries(optional).map(([key, codec]): [string, t.Mixed] => [key, unsetOr(codec)]);
  const fields = [...Object.entries(required), ...absentAllowed].map(([key, codec]) => ({ key, codec, is: codec.is }));

  const fits = (value: Fields): boolean => {
    for (const { key, is } of fields) if (!is(value[key])) return false;
    return true;
  };

  const read = (value: Fields, context: t.Context): t.Validation<Structure<R, O>> => {
    const changes = validateParts(fields, ({ key }) => value[key], context);
    return changes._tag === 'Left' ? changes : t.success(applyChanges(value, changes.right) as Structure<R, O>);
  };

  return new t.Type<Structure<R, O>, Structure<R, O>, unknown>(
    name,
    (value): value is Structure<R, O> => isFields(value) && depth < deepest && nested(() => fits(value)),
    (value, context) => {
      if (!isFields(value)) return t.failure(value, context);
      if (depth === deepest) return t.failure(value, context, `at most ${deepest} structures in one another`);
      return nested(() => read(value, context));
    },
    t.identity,
  );
};

/** An enumeration of VMware's. Values it has gained since decode too, typed {@link UnknownEnumValue}. */
export const enumeration = <const V extends string>(name: string): Codec<V | UnknownEnumValue> =>
  new t.Type(
    name,
    (value): value is V | UnknownEnumValue => typeof value === 'string',
    (value, context) => (typeof value === 'string' ? t.success(value as V) : t.failure(value, context)),
    t.identity,
  );

/** Any number of the same. `null` is read as none of them: servers written in Go send it for an empty list. */
export const list = <A>(item: Codec<A>): Codec<readonly A[]> => {
  const name = `Array<${item.name}>`;
  return new t.Type<readonly A[], readonly A[], unknown>(
    name,
    (value): value is readonly A[] => Array.isArray(value) && value.every((each) => item.is(each)),
    (value: unknown, context) => {
      if (value === null) return t.success([]);
      if (!Array.isArray(value)) return t.failure(value, context);
      const items = value.map((_, key) => ({ key, codec: item }));
      const changes = validateParts(items, ({ key }) => value[key], context);
      if (changes._tag === 'Left') return changes;
      return t.success(value.map((each, key) => (changes.right.has(key) ? changes.right.get(key) : each) as A));
    },
    t.identity,
  );
};

/** Values by name. `/rest` sends them as a list of `{ key, value }`, which is read as the same. */
export const map = <A>(value: Codec<A>): Codec<Readonly<Record<string, A>>> => {
  type Values = Readonly<Record<string, A>>;
  const pairs = list(struct('{ key, value }', { key: t.string, value }, {}));
  return new t.Type<Values, Values, unknown>(
    `Record<${value.name}>`,
    (input): input is Values => isFields(input) && Object.keys(input).every((key) => value.is(input[key])),
    (input, context) => {
      if (Array.isArray(input)) {
        const listed = pairs.validate(input, context);
        return listed._tag === 'Left'
          ? listed
          : t.success(Object.fromEntries(listed.right.map((pair) => [pair.key, pair.value])));
      }
      if (!isFields(input)) return t.failure(input, context);
      const entries = Object.keys(input).map((key) => ({ key, codec: value }));
      const changes = validateParts(entries, ({ key }) => input[key], context);
      return changes._tag === 'Left' ? changes : t.success(applyChanges(input, changes.right) as Values);
    },
    t.identity,
  );
};

const { isSafeInteger } = Number;

/** A whole number that JSON's numbers can hold: beyond 2^53 they are rounded, which is refused here. */
export const int64: Codec<number> = new t.Type(
  'an integer below 2^53',
  (value): value is number => isSafeInteger(value),
  (value, context) => (isSafeInteger(value) ? t.success(value as number) : t.failure(value, context)),
  t.identity,
);

/** The answer of operations that answer nothing. */
export const nothing: Codec<void> = new t.Type('nothing', t.void.is, () => t.success(undefined), t.identity);

/**
 * Makes a decoder of a codec. It never throws: what does not fit is a `Left` with every issue and its path.
 *
 * `null` is read as "not set", as VMware's API means it; fields that the codec does not name are kept and never fail.
 *
 * @param codec - The structure expected.
 * @param operation - What answered, for the error's message; the codec's own name by default.
 */
export const decoder =
  <A>(codec: Codec<A>, operation: string = codec.name): Decoder<A> =>
  (value) => {
    // Nearly every answer fits as it is, and then nothing has to be copied.
    if (codec.is(value)) return { _tag: 'Right', right: value };
    const decoded = codec.decode(value);
    if (decoded._tag === 'Right') return decoded;
    // Structures read `null` themselves; a codec that was not made here may not know what it means.
    const bare = withoutNulls(value, deepest);
    const again = bare === value ? decoded : codec.decode(bare);
    if (again._tag === 'Right') return again;
    return { _tag: 'Left', left: new DecodeError({ operation, issues: decoded.left.map(issue) }) };
  };

/** The value itself where there are none. */
const withoutNulls = (value: unknown, levels: number): unknown => {
  if (levels === 0 || typeof value !== 'object' || value === null) return value;
  const changes = new Map<string, unknown>();
  for (const [key, part] of Object.entries(value)) {
    const bare: unknown = part === null && !Array.isArray(value) ? undefined : withoutNulls(part, levels - 1);
    if (bare !== part) changes.set(key, bare);
  }
  if (changes.size === 0) return value;
  return Array.isArray(value)
    ? value.map((part: unknown, key) => changes.get(String(key)) ?? part)
    : applyChanges(value as Fields, changes);
};

/** Says where and what kind, never the value itself: it may be a secret. */
const issue = ({ context, value, message }: t.ValidationError): DecodeIssue => {
  const path = context
    .map(({ key }, index) => {
      const parent = context[index - 1];
      if (parent === undefined || isCombinator(parent.type)) return '';
      return Array.isArray(parent.actual) ? `[${key}]` : `.${key}`;
    })
    .join('');
  const expected = message ?? context.at(-1)?.type.name ?? 'something else';
  return { path: path.replace(/^\./, ''), expected, found: kindOf(value) };
};

const isCombinator = (type: unknown): boolean => type instanceof t.IntersectionType || type instanceof t.UnionType;

const kindOf = (value: unknown): string => {
  if (value === undefined || value === null) return 'nothing';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'number') return Math.abs(value) > Number.MAX_SAFE_INTEGER ? 'a number out of range' : 'a number';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
};
