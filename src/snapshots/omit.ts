/** Copies an object without some of its fields. */
export const omit = <A extends object, K extends keyof A & string>(object: A, ...fields: readonly K[]): Omit<A, K> =>
  Object.fromEntries(Object.entries(object).filter(([field]) => !fields.some((each) => each === field))) as Omit<A, K>;
