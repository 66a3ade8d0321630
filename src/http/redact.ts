/** Keeps the secrets of a request out of what is told of its failure. */

/** What a request failed with, as an error's cause: not where it names the address, as some platforms do, for that of a file is a secret. */
export const safeCause = (cause: unknown, address: string): ErrorOptions => {
  const parts: readonly unknown[] = [cause, ...Object.values<unknown>(Object(cause) as Record<string, unknown>)];
  return parts.some((part) => String(part).includes(address)) ? {} : { cause };
};

/** Puts dots in the place of every secret. */
export type Redactor = (said: string) => string;

/**
 * For what a server says, which is shown: it may repeat what it was sent. Knows the values of the headers that the request was sent with,
 * and its address where that is a secret, too. JSON may write a slash with a backslash before it.
 */
export const createRedactor = (headers: Readonly<Record<string, string>>, address?: string): Redactor => {
  const values = Object.values(headers).flatMap((value) => [value, value.replace(/^\w+ /, '')]);
  const secrets = [...values, ...(address === undefined ? [] : [address, new URL(address).pathname])];
  const written = secrets.filter((secret) => secret.length > 1).flatMap((secret) => [secret, secret.replaceAll('/', '\\/')]);
  return (said) => written.reduce((left, secret) => left.replaceAll(secret, '…'), said);
};
