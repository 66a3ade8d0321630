/** Compiles only where every case was dealt with. */
export const assertNever = (value: never): never => {
  throw new TypeError(`Nobody dealt with ${JSON.stringify(value)}`);
};
