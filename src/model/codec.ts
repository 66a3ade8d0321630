/** Codecs for VMware's structures, and decoders that report every issue. */

import type { Either } from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { DecodeError, type DecodeIssue } from '../errors/index.ts';
import { applyChanges, isFields, validateParts, type Fields } from './structure.ts';

/** An io-ts codec whose wire format equals its type. */
export type Codec<A> = t.Type<A, A, unknown>;

/** A function that returns the decoded value, or a {@link DecodeError} with every issue. */
export type Decoder<A> = (value: unknown) => Either<DecodeError, A>;

declare const unlisted: unique symbol;

/**
 * A value of an enumeration that this version of the library does not list: at run time the string that the server sent.
 * Display it with `String(value)`. Its type prevents comparisons with misspelled values.
 */
export interface UnknownEnumValue {
  readonly [unlisted]: true;
  toString(): string;
}

type Structure<R extends t.Props, O extends t.Props> = { readonly [K in keyof R]: t.TypeOf<R[K]> } & {
  readonly [K in keyof O]?: t.TypeOf<O[K]>;
};

/** Maximum nesting of structures: more than any response has, and far less than the stack allows. */
const MAX_DEPTH = 32;

let depth = 0;

/** Calls a function one level deeper. */
const nested = <A>(visit: () => A): A => {
  depth += 1;
  try {
    return visit();
  } finally {
    depth -= 1;
  }
};

/** A codec for an optional field; `null` becomes `undefined`. */
const optionalOf = (codec: t.Mixed): t.Mixed =>
  new t.Type(
    codec.name,
    (value): value is unknown => value === undefined || codec.is(value),
    (value, context) => (value === null || value === undefined ? t.success(undefined) : codec.validate(value, context)),
    t.identity,
  );

/**
 * Returns the codec of a structure. Additional fields are kept.
 *
 * @param optional - Fields that may be absent or `null`.
 */
export const struct = <R extends t.Props, O extends t.Props>(name: string, required: R, optional: O): Codec<Structure<R, O>> => {
  const optionalFields = Object.entries(optional).map(([key, codec]): [string, t.Mixed] => [key, optionalOf(codec)]);
  const fields = [...Object.entries(required), ...optionalFields].map(([key, codec]) => ({ key, codec, is: codec.is }));

  const hasValidFields = (value: Fields): boolean => {
    for (const { key, is } of fields) if (!is(value[key])) return false;
    return true;
  };

  const validate = (value: Fields, context: t.Context): t.Validation<Structure<R, O>> => {
    const changes = validateParts(fields, ({ key }) => value[key], context);
    return changes._tag === 'Left' ? changes : t.success(applyChanges(value, changes.right) as Structure<R, O>);
  };

  return new t.Type<Structure<R, O>, Structure<R, O>, unknown>(
    name,
    (value): value is Structure<R, O> => isFields(value) && depth < MAX_DEPTH && nested(() => hasValidFields(value)),
    (value, context) => {
      if (!isFields(value)) return t.failure(value, context);
      if (depth === MAX_DEPTH) return t.failure(value, context, `at most ${MAX_DEPTH} nested structures`);
      return nested(() => validate(value, context));
    },
    t.identity,
  );
};

/** Returns the codec of an enumeration. Values of later versions are decoded too, as {@link UnknownEnumValue}. */
export const enumeration = <const V extends string>(name: string): Codec<V | UnknownEnumValue> =>
  new t.Type(
    name,
    (value): value is V | UnknownEnumValue => typeof value === 'string',
    (value, context) => (typeof value === 'string' ? t.success(value as V) : t.failure(value, context)),
    t.identity,
  );

/** Returns the codec of a list. `null` is decoded as an empty list: servers written in Go send it. */
export const list = <A>(item: Codec<A>): Codec<readonly A[]> => {
  const name = `Array<${item.name}>`;
  return new t.Type<readonly A[], readonly A[], unknown>(
    name,
    (value): value is readonly A[] => Array.isArray(value) && value.every((element) => item.is(element)),
    (value: unknown, context) => {
      if (value === null) return t.success([]);
      if (!Array.isArray(value)) return t.failure(value, context);
      const parts = value.map((_, key) => ({ key, codec: item }));
      const changes = validateParts(parts, ({ key }) => value[key], context);
      if (changes._tag === 'Left') return changes;
      return t.success(value.map((element, key) => (changes.right.has(key) ? changes.right.get(key) : element) as A));
    },
    t.identity,
  );
};

/** Returns the codec of a map. `/rest` sends it as a list of `{ key, value }`, which is decoded to the same record. */
export const map = <A>(value: Codec<A>): Codec<Readonly<Record<string, A>>> => {
  type Values = Readonly<Record<string, A>>;
  const pairs = list(struct('{ key, value }', { key: t.string, value }, {}));
  return new t.Type<Values, Values, unknown>(
    `Record<${value.name}>`,
    (input): input is Values => isFields(input) && Object.keys(input).every((key) => value.is(input[key])),
    (input, context) => {
      if (Array.isArray(input)) {
        const entries = pairs.validate(input, context);
        return entries._tag === 'Left'
          ? entries
          : t.success(Object.fromEntries(entries.right.map((pair) => [pair.key, pair.value])));
      }
      if (!isFields(input)) return t.failure(input, context);
      const parts = Object.keys(input).map((key) => ({ key, codec: value }));
      const changes = validateParts(parts, ({ key }) => input[key], context);
      return changes._tag === 'Left' ? changes : t.success(applyChanges(input, changes.right) as Values);
    },
    t.identity,
  );
};

const { isSafeInteger } = Number;

/** A 64-bit integer. Numbers beyond 2^53 are invalid: JSON parsers round them. */
export const int64: Codec<number> = new t.Type(
  'an integer below 2^53',
  (value): value is number => isSafeInteger(value),
  (value, context) => (isSafeInteger(value) ? t.success(value as number) : t.failure(value, context)),
  t.identity,
);

/** The empty response of operations without a result. */
export const nothing: Codec<void> = new t.Type('nothing', t.void.is, () => t.success(undefined), t.identity);

/**
 * Returns the decoder of a codec. It never throws: an invalid value is a `Left` with every issue and its path.
 *
 * `null` means "not set", as in VMware's API. Additional fields are kept.
 *
 * @param operation - Names the source of the value in the error; by default the codec's name.
 */
export const decoder =
  <A>(codec: Codec<A>, operation: string = codec.name): Decoder<A> =>
  (value) => {
    // Fast path: most responses are already valid, so no copy is needed.
    if (codec.is(value)) return { _tag: 'Right', right: value };
    const decoded = codec.decode(value);
    if (decoded._tag === 'Right') return decoded;
    // `struct` handles `null` itself; a plain io-ts codec does not.
    const stripped = withoutNulls(value, MAX_DEPTH);
    const retried = stripped === value ? decoded : codec.decode(stripped);
    if (retried._tag === 'Right') return retried;
    return { _tag: 'Left', left: new DecodeError({ operation, issues: decoded.left.map(toIssue) }) };
  };

/** Removes fields that are `null`; returns the value itself if there are none. */
const withoutNulls = (value: unknown, maxDepth: number): unknown => {
  if (maxDepth === 0 || typeof value !== 'object' || value === null) return value;
  const changes = new Map<string, unknown>();
  for (const [key, part] of Object.entries(value)) {
    const stripped: unknown = part === null && !Array.isArray(value) ? undefined : withoutNulls(part, maxDepth - 1);
    if (stripped !== part) changes.set(key, stripped);
  }
  if (changes.size === 0) return value;
  return Array.isArray(value)
    ? value.map((part: unknown, key) => changes.get(String(key)) ?? part)
    : applyChanges(value as Fields, changes);
};

/** Reports the path and the kind of a value, never the value: it may be a secret. */
const toIssue = ({ context, value, message }: t.ValidationError): DecodeIssue => {
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
