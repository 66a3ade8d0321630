/** Refuses requests that no page of this server can have sent: DNS rebinding, other origins, a missing token. */

import { randomBytes, timingSafeEqual } from 'node:crypto';
import { isIP } from 'node:net';
import type { MiddlewareHandler } from 'hono';
import { refusal } from './refusal.ts';

/** Which requests the guard lets pass. */
export interface GuardOptions {
  /** The host and port of a request's `Host` header. */
  readonly isAllowedHost: (host: string) => boolean;
  /** The secret that every request must have; `undefined`: none. */
  readonly token: string | undefined;
  readonly cookies: CookieWriter;
}

/** Reads and writes cookies whose names differ by port, because browsers share cookies between the ports of a host. */
export interface CookieWriter {
  readonly read: (request: Request, name: string) => string | undefined;
  /** Returns the value of a `Set-Cookie` header. An empty value removes the cookie. */
  readonly write: (name: string, value: string) => string;
}

/** The cookie that replaces the token after the first request. */
const ACCESS_COOKIE = 'access';

/** Returns a secret of 256 bits that is valid in an URL and a cookie. */
export const createSecret = (): string => randomBytes(32).toString('base64url');

/** Creates the reader and writer of cookies; `port` returns the port, which is known after the server listens. */
export const createCookieWriter = (port: () => string, isSecure: boolean): CookieWriter => {
  const nameOf = (name: string): string => `content-library-${name}-${port()}`;
  return {
    read: (request, name) => {
      const pairs = (request.headers.get('cookie') ?? '').split(/;\s*/).map((pair) => pair.split('='));
      return pairs.find(([key]) => key === nameOf(name))?.[1];
    },
    write: (name, value) =>
      [
        `${nameOf(name)}=${value}`,
        'Path=/',
        'HttpOnly',
        'SameSite=Strict',
        ...(isSecure ? ['Secure'] : []),
        ...(value === '' ? ['Max-Age=0'] : []),
      ].join('; '),
  };
};

/** Compares in constant time. */
export const isSameSecret = (actual: string | undefined, expected: string): boolean => {
  const [left, right] = [Buffer.from(actual ?? ''), Buffer.from(expected)];
  return left.length === right.length && timingSafeEqual(left, right);
};

/** A page that opens the dashboard without the token in its address. Loaded by a page of this origin, the cookie is sent. */
const WELCOME = '<!doctype html><meta charset="utf-8"><title>Dashboard</title><meta http-equiv="refresh" content="0;url=./">';

/** Creates the guard, which runs before every route. */
export const createGuard = ({ isAllowedHost, token, cookies }: GuardOptions): MiddlewareHandler => {
  const access = createSecret();
  return async (context, next) => {
    const request = context.req.raw;
    const host = request.headers.get('host') ?? '';
    if (!isAllowedHost(host))
      return refusal(421, 'The host name of this request is not allowed. Start the dashboard with --allowed-host NAME.');
    if (!isOwnOrigin(request, host)) return refusal(403, 'This request came from a page of another origin.');
    if (token === undefined || isSameSecret(cookies.read(request, ACCESS_COOKIE), access)) return next();
    const { pathname, searchParams } = new URL(request.url);
    const isFirst = request.method === 'GET' && pathname === '/' && isSameSecret(searchParams.get('token') ?? '', token);
    if (!isFirst) return refusal(401, 'Missing token: open the address that the command has printed.');
    return new Response(WELCOME, {
      headers: {
        'content-type': 'text/html; charset=utf-8',
        // Without a sandbox, which would not open the next page.
        'content-security-policy': "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        'set-cookie': cookies.write(ACCESS_COOKIE, access),
      },
    });
  };
};

/**
 * Browsers state the origin of every request that changes something, and since 2023 (`Sec-Fetch-Site`) the relation of every request. A page
 * of another port of this machine is of the same site, but of another origin. Only the navigation to a page may come from elsewhere.
 */
const isOwnOrigin = (request: Request, host: string): boolean => {
  const origin = request.headers.get('origin');
  if (origin !== null && !(URL.canParse(origin) && new URL(origin).host === host)) return false;
  const isChange = !['GET', 'HEAD'].includes(request.method);
  if (isChange && origin === null) return false;
  const site = request.headers.get('sec-fetch-site') ?? 'none';
  const isNavigation = !isChange && request.headers.get('sec-fetch-mode') === 'navigate' && new URL(request.url).pathname === '/';
  return site === 'same-origin' || site === 'none' || isNavigation;
};

/** What decides on the `Host` header. */
export interface HostOptions {
  readonly host: string;
  readonly port: number;
  readonly isLoopback: boolean;
  readonly allowedHosts: readonly string[];
}

/** Returns the test of `Host` headers. DNS rebinding needs a name, so that an address is allowed where one is listened on. */
export const createHostTest = ({ host, port, isLoopback, allowedHosts }: HostOptions): ((header: string) => boolean) => {
  const own = [host, ...(isLoopback ? ['localhost', '127.0.0.1', '::1'] : [])];
  const names = new Set(own.map((name) => `${isIP(name) === 6 ? `[${name}]` : name}:${port}`.toLowerCase()));
  const others = new Set(allowedHosts.map((name) => name.toLowerCase()));
  return (header) => {
    const lower = header.toLowerCase();
    if (!/^[a-z0-9.\-_:[\]]+$/.test(lower) || !URL.canParse(`http://${lower}`)) return false;
    const name = lower.replace(/:\d+$/, '');
    if (names.has(lower) || others.has(lower) || others.has(name)) return true;
    return !isLoopback && isIP(name.replace(/^\[|\]$/g, '')) !== 0;
  };
};
