/** Validates the parts of a value: the fields of a structure, the items of a list. */

import * as t from 'io-ts';

/** A part of a value, and its codec. */
export interface Part<K extends string | number> {
  readonly key: K;
  readonly codec: t.Mixed;
}

/** An object that is not an array. */
export type Fields = Readonly<Record<string, unknown>>;

/** Returns true if a value has fields. */
export const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Validation stops after this many issues: a long list of other items would have millions. */
const MAX_ISSUES = 100;

/** Returns the parts that decoding changed, by key, or the errors of the invalid ones. */
export const validateParts = <K extends string | number>(
  parts: readonly Part<K>[],
  valueOf: (part: Part<K>) => unknown,
  context: t.Context,
): t.Validation<ReadonlyMap<K, unknown>> => {
  const changes = new Map<K, unknown>();
  const errors: t.ValidationError[] = [];
  for (const part of parts) {
    const { key, codec } = part;
    const value = valueOf(part);
    // `is` is cheaper than `validate`, which spends most of its time building contexts.
    if (codec.is(value)) continue;
    const decoded = codec.validate(value, t.appendContext(context, String(key), codec, value));
    if (decoded._tag === 'Right') changes.set(key, decoded.right);
    else errors.push(...decoded.left);
    if (errors.length >= MAX_ISSUES) break;
  }
  return errors.length > 0 ? t.failures(errors) : t.success(changes);
};

/** Returns a copy of the fields with the changes applied; fields that became `undefined` are omitted. */
export const applyChanges = (fields: Fields, changes: ReadonlyMap<string, unknown>): Fields => {
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(fields)) {
    const value = changes.has(key) ? changes.get(key) : fields[key];
    if (value === undefined) continue;
    // An assignment would set the prototype instead of a field.
    if (key === '__proto__') Object.defineProperty(copy, key, { value, configurable: true, enumerable: true, writable: true });
    else copy[key] = value;
  }
  return copy;
};
