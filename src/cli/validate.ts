/** Says what is wrong with data that was read from a file, and where. */

/** Says what is wrong with a value, and where; nothing if all is well. */
export type Validator = (value: unknown, path: string) => string | undefined;

/** A check for every field of a type: what the simulator learns has to be added here before it compiles. */
export type Fields<T> = Readonly<Record<T extends unknown ? keyof T : never, Validator>>;

/** Everything is well. */
export const anything: Validator = () => undefined;

const words = { number: 'number', string: 'text', boolean: 'truth value: true or false' };

const of =
  (type: 'number' | 'string' | 'boolean'): Validator =>
  (value, path) =>
    typeof value === type ? undefined : `${path} is no ${words[type]}`;

/** One of these values. */
export const oneOf =
  (...values: readonly unknown[]): Validator =>
  (value, path) =>
    values.includes(value) ? undefined : `${path} is none of ${values.join(', ')}`;

/** A list, of which every entry is well. */
export const list =
  (check: Validator): Validator =>
  (value, path) =>
    Array.isArray(value) ? first(value.map((item, index) => check(item, `${path}[${index}]`))) : `${path} is no list`;

/** Whether a value has fields. */
export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** An object, of which every field is well, whatever it is called. */
export const map =
  (check: Validator): Validator =>
  (value, path) =>
    isObject(value) ? first(Object.entries(value).map(([key, item]) => check(item, `${path}.${key}`))) : `${path} is no object`;

/** An object that has no other fields than these, and of these at least the ones named. */
export const object =
  (fields: Readonly<Record<string, Validator>>, ...required: readonly string[]): Validator =>
  (value, path) => {
    if (!isObject(value)) return `${path} is no object`;
    const missing = required.find((name) => !Object.hasOwn(value, name));
    if (missing !== undefined) return `${path}.${missing} is missing`;
    return first(
      Object.entries(value).map(([name, item]) => {
        const check = Object.hasOwn(fields, name) ? fields[name] : undefined;
        return check === undefined
          ? `${path}.${name} is not known; there is ${Object.keys(fields).join(', ')}`
          : check(item, `${path}.${name}`);
      }),
    );
  };

const first = (issues: readonly (string | undefined)[]): string | undefined => issues.find((issue) => issue !== undefined);

/** A number. */
export const number = of('number');

/** A text. */
export const text = of('string');

/** True or false. */
export const boolean = of('boolean');
