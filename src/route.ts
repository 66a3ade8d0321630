/** An operation of vCenter as data: its route in both dialects, and what it answers. */

import type { Codec } from './model/codec.ts';

/** `api`: since 7.0U2; `rest`: from 6.5 to 8.0. */
export type Dialect = 'api' | 'rest';

/** How one dialect asks for an operation. */
export interface Route<I> {
  /** As VMware's pages print it, with `{name}` for fields of the input: `GET /api/content/library/{library_id}`. */
  readonly route: string;
  /** The JSON to send, if any. */
  readonly body?: (input: I) => unknown;
  readonly headers?: (input: I) => Readonly<Record<string, string>>;
}

/** One operation. */
export interface Operation<I, A> {
  /** VMware's name, such as `content.library.item.DownloadSession.create`. */
  readonly name: string;
  readonly api: Route<I>;
  readonly rest: Route<I>;
  readonly answer: Codec<A>;
}

/** A request that is ready but for the server's address and the session. */
export interface Request {
  readonly method: string;
  /** Path and query, encoded once. */
  readonly path: string;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Fills a route. Query fields that the input does not set are left out.
 *
 * @throws TypeError if an identifier is missing.
 */
export const requestFor = <I extends object>({ route, body, headers }: Route<I>, input: I): Request => {
  const values = new Map<string, unknown>(Object.entries(input));
  const fill = (template: string): string => template.replaceAll(/\{(\w+)\}/g, (_, name: string) => encoded(values.get(name)));
  const segment = (template: string): string =>
    template.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
      const value = values.get(name);
      // These would make another path of it: a list in place of one object, or something further up.
      if (value === undefined || value === '' || value === '.' || value === '..')
        throw new TypeError(`${name}: expected an identifier, got ${JSON.stringify(value)}`);
      return encoded(value);
    });
  const [method = 'GET', target = '/'] = route.split(' ');
  const [path = '/', query = ''] = target.split('?');
  const fields = query.split('&').filter((field) => {
    const name = /\{(\w+)\}/.exec(field)?.[1];
    return field !== '' && (name === undefined || values.get(name) !== undefined);
  });
  return {
    method,
    path: [segment(path), ...(fields.length > 0 ? [fields.map(fill).join('&')] : [])].join('?'),
    body: body?.(input),
    headers: headers?.(input) ?? {},
  };
};

/** Ids such as `uuid:uuid` keep their colon: whether vCenter accepts `%3A` is not known, and `:` is legal. */
const encoded = (value: unknown): string => encodeURIComponent(String(value)).replaceAll('%3A', ':');
