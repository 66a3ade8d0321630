/** An operation of vCenter as data: its routes in both dialects, and the codec of its response. */

import type { Codec } from '../model/codec.ts';

/** `api`: since 7.0U2; `rest`: from 6.5 to 8.0. */
export type Dialect = 'api' | 'rest';

/** The request of an operation in one dialect. */
export interface Route<I> {
  /** As in VMware's documentation, with `{name}` for fields of the input: `GET /api/content/library/{library_id}`. */
  readonly route: string;
  /** Returns the JSON to send. */
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
   * When it may be sent again after a transient failure.
   * @default 'always' if its `/api` route is a GET, otherwise 'never'
   */
  readonly idempotency?: Idempotency;
}

/**
 * - `'always'`: idempotent, may be sent again after a lost response.
 * - `'with-token'`: as `'always'` if the input has a `client_token`, by which the server recognizes a repetition; otherwise as `'never'`.
 * - `'never'`: not idempotent, sent again only after vCenter rejected it before it started.
 * - `doneIf`: as `'always'`. If a repetition is rejected with this error type, an earlier attempt, whose response was lost, succeeded.
 */
export type Idempotency = 'always' | 'with-token' | 'never' | { readonly doneIf: string };

/** Returns when an operation may be sent again with this input. */
export const idempotencyOf = <I extends object>(
  { api, idempotency }: Pick<Operation<I, unknown>, 'api' | 'idempotency'>,
  input: I,
): Exclude<Idempotency, 'with-token'> => {
  if (idempotency === 'with-token') return 'client_token' in input && input.client_token !== undefined ? 'always' : 'never';
  return idempotency ?? (api.route.startsWith('GET ') ? 'always' : 'never');
};

/** A request without the server's address and the session. */
export interface WireRequest {
  readonly method: string;
  /** Encoded path and query. */
  readonly path: string;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Fills a route. Query parameters that the input does not set are omitted.
 *
 * @throws TypeError if an identifier or a name is missing or invalid.
 */
export const buildRequest = <I extends object>({ route, body, headers }: Route<I>, input: I): WireRequest => {
  const values = input as Readonly<Record<string, unknown>>;
  for (const [name, value] of Object.entries(values)) assertIdentified(name, value);
  const { method, path, query } = parseRoute(route);
  const parameters = query.filter(({ names }) => names.every((name) => values[name] !== undefined));
  const search = parameters.map((parameter) => expand(parameter, (name) => encode(name, values[name]))).join('&');
  return {
    method,
    path: expand(path, (name) => encodeSegment(name, values[name])) + (search === '' ? '' : `?${search}`),
    body: body?.(input),
    headers: headers?.(input) ?? {},
  };
};

/** A text with placeholders: text, name, text, name … text. */
interface Template {
  readonly texts: readonly string[];
  readonly names: readonly string[];
}

interface RouteTemplate {
  readonly method: string;
  readonly path: Template;
  readonly query: readonly Template[];
}

/** Cache: routes are few, and filled with every poll. */
const templates = new Map<string, RouteTemplate>();

const parseRoute = (route: string): RouteTemplate => {
  const cached = templates.get(route);
  if (cached !== undefined) return cached;
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

/** Without this check, JSON and the query would omit what is `undefined`, and another operation would be called, such as a list. */
const assertIdentified = (name: string, value: unknown): void => {
  if (IDENTIFIER.test(name) && (typeof value !== 'string' || value === '')) throw identifierError(name, value);
};

const IDENTIFIER = /^(?:library_id|library_item|library_item_id|download_session_id|file_name|name|version)$/;

const identifierError = (name: string, value: unknown): TypeError =>
  new TypeError(`${name}: expected ${name.endsWith('name') ? 'a name' : 'an identifier'}, got ${JSON.stringify(value)}`);

const encodeSegment = (name: string, value: unknown): string => {
  // These would change the path: to a list instead of one object, or to a parent.
  if (typeof value !== 'string' || value === '' || value === '.' || value === '..') throw identifierError(name, value);
  return encode(name, value);
};

/** Fast path: most identifiers need no encoding. */
const needsNoEncoding = /^[\w.~:-]+$/;

/** Ids such as `uuid:uuid` keep their colon: `:` is legal, and it is unknown whether vCenter accepts `%3A`. */
const encode = (name: string, value: unknown): string => {
  const text = String(value);
  if (!text.isWellFormed())
    throw new TypeError(`${name}: ${JSON.stringify(text)} contains an unpaired surrogate, which a URL cannot contain`);
  return needsNoEncoding.test(text) ? text : encodeURIComponent(text).replaceAll('%3A', ':');
};
