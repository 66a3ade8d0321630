/** Redacts the secrets of a request from causes and server messages before they become errors. */

/**
 * Returns the failure of a request as the `cause` of an error, unless it contains the URL: the URL of a file is a secret, and some
 * platforms put it into their messages.
 */
export const safeCause = (cause: unknown, url: string): ErrorOptions => {
  const values: readonly unknown[] = [cause, ...Object.values<unknown>(Object(cause) as Record<string, unknown>)];
  return values.some((value) => String(value).includes(url)) ? {} : { cause };
};

/** Replaces every secret in a text by `…`. */
export type Redactor = (text: string) => string;

/**
 * Returns a redactor for server messages, which may repeat what the server received. JSON may escape slashes as `\/`.
 *
 * @param headers - The headers of the request, whose values are secrets.
 * @param url - The URL of the request, if that is a secret.
 */
export const createRedactor = (headers: Readonly<Record<string, string>>, url?: string): Redactor => {
  const values = Object.values(headers).flatMap((value) => [value, value.replace(/^\w+ /, '')]);
  const secrets = [...values, ...(url === undefined ? [] : [url, new URL(url).pathname])];
  const patterns = secrets.filter((secret) => secret.length > 1).flatMap((secret) => [secret, secret.replaceAll('/', '\\/')]);
  return (text) => patterns.reduce((redacted, pattern) => redacted.replaceAll(pattern, '…'), text);
};
