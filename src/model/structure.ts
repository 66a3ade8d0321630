/** How the parts of a value are read one by one: fields of a structure, items of a list. */

import * as t from 'io-ts';

/** A part of a value, and what it should be. */
export interface Part<K extends string | number> {
  readonly key: K;
  readonly codec: t.Mixed;
}

/** An object that is no list. */
export type Fields = Readonly<Record<string, unknown>>;

/** Whether a value has fields. */
export const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

/** More issues than anybody reads; a long list that is something else altogether has millions. */
const enoughIssues = 100;

/** What parts became that do not fit as they are; or what is wrong with them. */
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
    // `is` builds no context, which is most of what `validate` costs.
    if (codec.is(value)) continue;
    const read = codec.validate(value, t.appendContext(context, String(key), codec, value));
    if (read._tag === 'Right') changes.set(key, read.right);
    else errors.push(...read.left);
    if (errors.length >= enoughIssues) break;
  }
  return errors.length > 0 ? t.failures(errors) : t.success(changes);
};

/** The same fields, but for those that have changed; what has become `undefined` is left out. */
export const applyChanges = (fields: Fields, changes: ReadonlyMap<string, unknown>): Fields => {
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(fields)) {
    const value = changes.has(key) ? changes.get(key) : fields[key];
    if (value === undefined) continue;
    // Assigned, it would be no field but what the object inherits from.
    if (key === '__proto__') Object.defineProperty(copy, key, { value, configurable: true, enumerable: true, writable: true });
    else copy[key] = value;
  }
  return copy;
};
