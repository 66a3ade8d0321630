/** How a structure of VMware's is described, and how an unknown value becomes one. */

import type { Either } from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { DecodeError, type DecodeIssue } from '../errors.ts';

/** An io-ts codec of a structure that is sent as it is typed. */
export type Codec<A> = t.Type<A, A, unknown>;

/** A function from anything to a value or the reasons why it is none. */
export type Decoder<A> = (value: unknown) => Either<DecodeError, A>;

declare const unlisted: unique symbol;

/**
 * A value of an enumeration that this version of the library does not know: at run time the string that the server sent.
 * Show it with `String(value)`; its type keeps a misspelt comparison from compiling.
 */
export interface Unlisted {
  readonly [unlisted]: true;
  toString(): string;
}

/** A structure with fields that are required and fields that may be absent. */
export const struct = <R extends t.Props, O extends t.Props>(name: string, required: R, optional: O) =>
  t.intersection([t.type(required), t.partial(optional)], name);

/** An enumeration of VMware's. Values it has gained since decode too, typed {@link Unlisted}. */
export const enumeration = <const V extends string>(name: string): Codec<V | Unlisted> =>
  new t.Type(
    name,
    (value): value is V | Unlisted => typeof value === 'string',
    (value, context) => (typeof value === 'string' ? t.success(value as V) : t.failure(value, context)),
    t.identity,
  );

/** Any number of the same. `null` is read as none of them: servers written in Go send it for an empty list. */
export const list = <A>(item: Codec<A>): Codec<readonly A[]> => {
  const array = t.array(item);
  return new t.Type<readonly A[], readonly A[], unknown>(
    array.name,
    (value): value is readonly A[] => array.is(value),
    (value, context) => (value === null ? t.success([]) : array.validate(value, context)),
    t.identity,
  );
};

/** Values by name. `/rest` sends them as a list of `{ key, value }`, which is read as the same. */
export const map = <A>(value: Codec<A>): Codec<Readonly<Record<string, A>>> => {
  const record = t.record(t.string, value);
  const pairs = t.array(t.type({ key: t.string, value }));
  return new t.Type<Readonly<Record<string, A>>, Readonly<Record<string, A>>, unknown>(
    record.name,
    (input): input is Readonly<Record<string, A>> => record.is(input),
    (input, context) => {
      if (!Array.isArray(input)) return record.validate(input, context);
      const listed = pairs.validate(input, context);
      return listed._tag === 'Left' ? listed : t.success(Object.fromEntries(listed.right.map((pair) => [pair.key, pair.value])));
    },
    t.identity,
  );
};

/** A whole number that JSON's numbers can hold: beyond 2^53 they are rounded, which is refused here. */
export const int64: Codec<number> = new t.Type(
  'an integer below 2^53',
  (value): value is number => Number.isSafeInteger(value),
  (value, context) => (Number.isSafeInteger(value) ? t.success(value as number) : t.failure(value, context)),
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
    // `is` costs a sixth of `validate`, which builds a context for every field; good answers need no context.
    if (codec.is(value)) return { _tag: 'Right', right: value };
    const decoded = codec.decode(withoutNulls(value));
    if (decoded._tag === 'Right') return decoded;
    return { _tag: 'Left', left: new DecodeError({ operation, issues: decoded.left.map(issue) }) };
  };

const withoutNulls = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, field]) => field !== null)
      .map(([name, field]) => [name, withoutNulls(field)]),
  );
};

/** Says where and what kind, never the value itself: it may be a secret. */
const issue = ({ context, value }: t.ValidationError): DecodeIssue => {
  const path = context
    .filter((_, index) => index > 0 && !isCombinator(context[index - 1]?.type))
    .map(({ key }) => (/^\d+$/.test(key) ? `[${key}]` : `.${key}`))
    .join('');
  return { path: path.replace(/^\./, ''), expected: context.at(-1)?.type.name ?? 'something else', found: kindOf(value) };
};

const isCombinator = (type: unknown): boolean =>
  type instanceof t.RecursiveType ? isCombinator(type.type) : type instanceof t.IntersectionType || type instanceof t.UnionType;

const kindOf = (value: unknown): string => {
  if (value === undefined || value === null) return 'nothing';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'number')
    return Number.isInteger(value) && !Number.isSafeInteger(value) ? 'a number out of range' : 'a number';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
};
