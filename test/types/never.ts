/** Compiles only if every case is handled. */
export const assertNever = (value: never): never => {
  throw new TypeError(`Unhandled case: ${JSON.stringify(value)}`);
};
