/** Finds the operation that a request asks for. */

import type { Dialect } from '../options/scenario.ts';
import { decodePercent } from './decode.ts';
import { type Route, routes } from './routes.ts';

/** A route that fits a request. */
export interface Match {
  readonly route: Route;
  readonly dialect: Dialect;
  /** The parameters that are part of the path, decoded. */
  readonly path: Readonly<Record<string, string>>;
}

/** A route taken apart. */
interface RoutePattern {
  readonly route: Route;
  readonly dialect: Dialect;
  readonly method: string;
  /** Of the path: a word, a parameter in braces, or a parameter behind `id:`. */
  readonly segments: readonly string[];
  /** The value of the parameter `action`. */
  readonly action: string | null;
  /** A query parameter that tells this route from another one with the same path. */
  readonly discriminator: string | undefined;
}

/** The query parameter that tells operations with the same path apart. */
export const ACTION_PARAMETER: Readonly<Record<Dialect, string>> = { api: 'action', rest: '~action' };

const parsePattern = (route: Route, dialect: Dialect): RoutePattern => {
  const [method = '', target = ''] = route[dialect].split(' ');
  const [path = '', query = ''] = target.split('?');
  const action = new URLSearchParams(query).get(ACTION_PARAMETER[dialect]);
  const discriminator = query === '' || action !== null ? undefined : query;
  return { route, dialect, method, segments: path.split('/'), action, discriminator };
};

const parameterCount = ({ segments, discriminator }: RoutePattern): number =>
  segments.filter((segment) => segment.includes('{')).length - (discriminator === undefined ? 0 : 0.5);

/** The exact ones first: `/library/item` is the items, never the library called `item`. */
const patterns: readonly RoutePattern[] = routes
  .flatMap((route) => [parsePattern(route, 'api'), parsePattern(route, 'rest')])
  .sort((one, other) => parameterCount(one) - parameterCount(other));

const patternsByLength = Map.groupBy(patterns, ({ segments }) => segments.length);

/** Finds the operation; nothing if method, path and action are not those of any. */
export const findRoute = (method: string, url: URL): Match | undefined => {
  const segments = url.pathname.split('/').map(decodePercent);
  for (const { route, dialect, ...wanted } of patternsByLength.get(segments.length) ?? []) {
    if (wanted.method !== method || wanted.action !== url.searchParams.get(ACTION_PARAMETER[dialect])) continue;
    if (wanted.discriminator !== undefined && !url.searchParams.has(wanted.discriminator)) continue;
    const path = matchSegments(wanted.segments, segments);
    if (path !== undefined) return { route, dialect, path };
  }
  return undefined;
};

/** The operations that a path is good for, whatever the method and the query. */
export const routesAt = (url: URL): readonly (Omit<Match, 'path'> & { readonly method: string })[] => {
  const segments = url.pathname.split('/').map(decodePercent);
  return (patternsByLength.get(segments.length) ?? [])
    .filter((wanted) => matchSegments(wanted.segments, segments) !== undefined)
    .map(({ route, dialect, method }) => ({ route, dialect, method }));
};

const matchSegments = (wanted: readonly string[], found: readonly string[]): Record<string, string> | undefined => {
  if (wanted.length !== found.length) return undefined;
  const parameters: Record<string, string> = {};
  for (const [at, segment] of wanted.entries()) {
    const value = found[at] ?? '';
    const [, prefix, name] = /^(id:)?\{(\w+)\}$/.exec(segment) ?? [];
    if (name === undefined) {
      if (segment !== value) return undefined;
    } else {
      if (!value.startsWith(prefix ?? '') || value === (prefix ?? '')) return undefined;
      parameters[name] = value.slice(prefix?.length ?? 0);
    }
  }
  return parameters;
};
