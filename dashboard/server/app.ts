/** The routes of the dashboard's server, with the guard and the security headers before them. */

import { Hono } from 'hono';
import type { DashboardInfo } from '../shared/dashboard-info.ts';
import { createExportRoutes, type ExportsOfUsers } from './export-routes.ts';
import { createGuard, type CookieWriter, type GuardOptions } from './guard.ts';
import { createLoginRoutes, LOGIN_COOKIE } from './login-routes.ts';
import type { DashboardOptions } from './options.ts';
import { API_PREFIX, createProxy } from './proxy.ts';
import { refusal } from './refusal.ts';
import { securityHeaders } from './security-headers.ts';
import type { StaticPage } from './static-page.ts';
import type { User, Users } from './users.ts';
import type { Target } from './vcenter-login.ts';

/** What the routes depend on. */
export interface AppOptions {
  readonly page: StaticPage;
  readonly guard: GuardOptions;
  readonly cookies: CookieWriter;
  /** `undefined`: the page simulates a vCenter. */
  readonly target: Target | undefined;
  readonly users: Users | undefined;
  readonly credentials: DashboardOptions['credentials'];
  readonly directory: string | undefined;
  /** `undefined`: no directory is configured. */
  readonly exportsOfUsers: ExportsOfUsers | undefined;
  readonly version: string;
  readonly log: (line: string) => void;
}

/** Creates the routes. */
export const createApp = (options: AppOptions): Hono => {
  const { page, guard, cookies, target, users, credentials, log } = options;
  const userOf = (request: Request): User | undefined => users?.find(cookies.read(request, LOGIN_COOKIE));
  const app = new Hono();
  app.use(securityHeaders, createGuard(guard));
  app.onError((error, { req }) => {
    // A client that has disconnected receives no response.
    if (!req.raw.signal.aborted) log(`Unexpected error: ${error.name}.`);
    return refusal(500, 'Unexpected error.');
  });
  app.notFound(async ({ req }) => (await page(req.raw, new URL(req.url).pathname)) ?? refusal(404, 'There is no such page.'));
  app.get('/dashboard.json', ({ req }) => Response.json(describe(options, userOf(req.raw))));
  app.route('/', createLoginRoutes({ users, cookies, hasCredentials: credentials !== undefined, log }));
  if (options.exportsOfUsers !== undefined) app.route('/', createExportRoutes(options.exportsOfUsers, userOf));
  if (target !== undefined) {
    const proxy = createProxy(target, log);
    for (const path of [`${API_PREFIX}/*`, '/cls/*', '/rest/com/vmware/cis/data/*'])
      app.all(path, ({ req }) => proxy(req.raw, userOf(req.raw)));
  }
  return app;
};

const describe = ({ target, directory, version }: AppOptions, user: User | undefined): DashboardInfo => {
  const session = user?.session();
  return {
    mode: target === undefined ? 'simulator' : 'vcenter',
    ...(target === undefined ? {} : { server: new URL(target.server).origin }),
    ...(directory === undefined ? {} : { directory }),
    loggedIn: session !== undefined,
    ...(session === undefined ? {} : { username: user?.username ?? '', dialect: session.dialect }),
    version,
  };
};
