/** An operation of vCenter as data: its route in both dialects, and what it answers. */

import type { Codec } from '../model/codec.ts';

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
  readonly response: Codec<A>;
  /**
   * When it may be sent again after a failure in passing.
   * @default 'always' for what `/api` reads with GET, otherwise 'refused'
   */
  readonly idempotency?: Idempotency;
}

/**
 * - `'always'`: twice is as good as once, so that it may follow an answer that was lost.
 * - `'token'`: as `'always'` if the input has a `client_token`, by which the server knows the repetition; otherwise as `'refused'`.
 * - `'refused'`: only after vCenter has said that it did not begin.
 * - `done`: as `'always'`; where the repetition is refused with this error type, the attempt before it, whose answer was lost, has done it.
 */
export type Idempotency = 'always' | 'token' | 'refused' | { readonly done: string };

/** When an operation may be sent again with this input. */
export const idempotencyOf = <I extends object>(
  { api, idempotency }: Pick<Operation<I, unknown>, 'api' | 'idempotency'>,
  input: I,
): Exclude<Idempotency, 'token'> => {
  if (idempotency === 'token') return 'client_token' in input && input.client_token !== undefined ? 'always' : 'refused';
  return idempotency ?? (api.route.startsWith('GET ') ? 'always' : 'refused');
};

/** A request that is ready but for the server's address and the session. */
export interface WireRequest {
  readonly method: string;
  /** Path and query, encoded once. */
  readonly path: string;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Fills a route. Query fields that the input does not set are left out.
 *
 * @throws TypeError if an identifier is missing, or cannot be sent.
 */
export const buildRequest = <I extends object>({ route, body, headers }: Route<I>, input: I): WireRequest => {
  const values = input as Readonly<Record<string, unknown>>;
  const { method, path, query } = parseRoute(route);
  const fields = query.filter(({ names }) => names.every((name) => values[name] !== undefined));
  const search = fields.map((field) => expand(field, (name) => encoded(name, values[name]))).join('&');
  return {
    method,
    path: expand(path, (name) => encodedSegment(name, values[name])) + (search === '' ? '' : `?${search}`),
    body: body?.(input),
    headers: headers?.(input) ?? {},
  };
};

/** A text with gaps: text, name, text, name … text. */
interface Template {
  readonly texts: readonly string[];
  readonly names: readonly string[];
}

interface RouteTemplate {
  readonly method: string;
  readonly path: Template;
  readonly query: readonly Template[];
}

/** Routes are few, and filled with every poll. */
const templates = new Map<string, RouteTemplate>();

const parseRoute = (route: string): RouteTemplate => {
  const known = templates.get(route);
  if (known !== undefined) return known;
  const [method = 'GET', target = '/'] = route.split(' ');
  const [path = '/', query] = target.split('?');
  const template = { method, path: findPlaceholders(path), query: query?.split('&').map(findPlaceholders) ?? [] };
  templates.set(route, template);
  return template;
};

const findPlaceholders = (text: string): Template => {
  const parts = text.split(/\{(\w+)\}/);
  return { texts: parts.filter((_, index) => index % 2 === 0), names: parts.filter((_, index) => index % 2 === 1) };
};

const expand = ({ texts, names }: Template, valueOf: (name: string) => string): string =>
  texts.map((text, index) => text + (index < names.length ? valueOf(names[index] ?? '') : '')).join('');

const encodedSegment = (name: string, value: unknown): string => {
  // These would make another path of it: a list in place of one object, or something further up.
  if (typeof value !== 'string' || value === '' || value === '.' || value === '..')
    throw new TypeError(`${name}: expected an identifier, got ${JSON.stringify(value)}`);
  return encoded(name, value);
};

/** Most identifiers: there is nothing to encode. */
const plain = /^[\w.~:-]+$/;

/** Ids such as `uuid:uuid` keep their colon: whether vCenter accepts `%3A` is not known, and `:` is legal. */
const encoded = (name: string, value: unknown): string => {
  const text = String(value);
  if (!text.isWellFormed())
    throw new TypeError(`${name}: ${JSON.stringify(text)} holds half a character, which no address can carry`);
  return plain.test(text) ? text : encodeURIComponent(text).replaceAll('%3A', ':');
};
