/** Finds the route of a request. */

import type { Dialect } from '../options/scenario.ts';
import { decodePercent } from './decode.ts';
import { routes, type Route } from './routes.ts';

/** A route that matches a request. */
export interface Match {
  readonly route: Route;
  readonly dialect: Dialect;
  /** Decoded path parameters. */
  readonly path: Readonly<Record<string, string>>;
}

/** A parsed route of one dialect. */
interface RoutePattern {
  readonly route: Route;
  readonly dialect: Dialect;
  readonly method: string;
  /** Segments of the path: a literal, `{parameter}`, or `id:{parameter}`. */
  readonly segments: readonly string[];
  /** Value of the query parameter `action`. */
  readonly action: string | null;
  /** Query parameter that distinguishes this route from another one with the same path. */
  readonly discriminator: string | undefined;
}

/** Query parameter that distinguishes operations with the same path. */
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

/** The most specific ones first: `/library/item` lists items, and is never the library with the id `item`. */
const patterns: readonly RoutePattern[] = routes
  .flatMap((route) => [parsePattern(route, 'api'), parsePattern(route, 'rest')])
  .sort((a, b) => parameterCount(a) - parameterCount(b));

const patternsByLength = Map.groupBy(patterns, ({ segments }) => segments.length);

/** Returns the route, or `undefined` if no route has the method, path and action. */
export const findRoute = (method: string, url: URL): Match | undefined => {
  const segments = url.pathname.split('/').map(decodePercent);
  for (const { route, dialect, ...pattern } of patternsByLength.get(segments.length) ?? []) {
    if (pattern.method !== method || pattern.action !== url.searchParams.get(ACTION_PARAMETER[dialect])) continue;
    if (pattern.discriminator !== undefined && !url.searchParams.has(pattern.discriminator)) continue;
    const path = matchSegments(pattern.segments, segments);
    if (path !== undefined) return { route, dialect, path };
  }
  return undefined;
};

/** Returns the routes that have the path, with any method and query. */
export const routesAt = (url: URL): readonly (Omit<Match, 'path'> & { readonly method: string })[] => {
  const segments = url.pathname.split('/').map(decodePercent);
  return (patternsByLength.get(segments.length) ?? [])
    .filter((pattern) => matchSegments(pattern.segments, segments) !== undefined)
    .map(({ route, dialect, method }) => ({ route, dialect, method }));
};

const matchSegments = (pattern: readonly string[], segments: readonly string[]): Record<string, string> | undefined => {
  if (pattern.length !== segments.length) return undefined;
  const parameters: Record<string, string> = {};
  for (const [at, segment] of pattern.entries()) {
    const value = segments[at] ?? '';
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
