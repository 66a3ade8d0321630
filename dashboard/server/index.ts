/**
 * The server of the dashboard: the page, the requests to one vCenter, and exports into a directory.
 *
 * @packageDocumentation
 */

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { nodeFetch, serve } from 'rx-content-library/node';
import { createApp } from './app.ts';
import { createExportsOfUsers } from './export-routes.ts';
import { createCookieWriter, createHostTest, createSecret } from './guard.ts';
import { assertValidOptions, isLoopback, type DashboardOptions } from './options.ts';
import { createStaticPage } from './static-page.ts';
import { createUsers, type User } from './users.ts';
import type { Target } from './vcenter-login.ts';

export type { DashboardOptions } from './options.ts';
export type { DashboardInfo } from '../shared/dashboard-info.ts';

/** A dashboard that is listening. */
export interface RunningDashboard {
  /** The address to open, with the token if there is one. */
  readonly url: string;
  /** Stops listening, ends exports, deletes their download sessions, and logs out. */
  close(): Promise<void>;
}

const isBuilt = import.meta.url.endsWith('.js');
const inPackage = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const { version } = JSON.parse(readFileSync(inPackage(isBuilt ? '../../package.json' : '../package.json'), 'utf8')) as {
  version: string;
};

/**
 * Starts the dashboard. With `credentials`, it logs in first.
 *
 * @throws TypeError if an option is invalid. Rejects with the errors of `login`, and if the port is in use.
 */
export const startDashboard = async (options: DashboardOptions = {}): Promise<RunningDashboard> => {
  assertValidOptions(options);
  const { server, trust, credentials, directory, host = '127.0.0.1', tls, allowedHosts = [], log = () => undefined } = options;
  const target = server === undefined ? undefined : createTarget(server, trust);
  const page = createStaticPage(options.page ?? inPackage(isBuilt ? '../page' : '../dist/page'));
  const exportsOfUsers =
    directory === undefined ? undefined : createExportsOfUsers({ directory, concurrency: options.concurrency, log });
  const idle = async (user: User): Promise<void> => exportsOfUsers?.idle(user);
  const users = target && (await createUsers({ target, credentials, idle }));
  // With a login of its own, the server continues the exports of its last run at once; otherwise with the login of their user.
  const ownUser = users?.find(undefined);
  if (ownUser !== undefined) exportsOfUsers?.of(ownUser);
  // Other users of this machine can connect to loopback: they must not get the login of the server.
  const token = isLoopback(host) && credentials === undefined ? undefined : createSecret();
  let port = 0;
  const cookies = createCookieWriter(() => String(port), tls !== undefined);
  const app = createApp({
    page,
    guard: {
      isAllowedHost: (header) => createHostTest({ host, port, isLoopback: isLoopback(host), allowedHosts })(header),
      token,
      cookies,
    },
    cookies,
    target,
    users,
    credentials,
    directory,
    exportsOfUsers,
    version,
    log,
  });
  const running = await serve(async (request) => app.fetch(request), { host, port: options.port ?? 0, tls }).catch(
    async (thrown: unknown) => {
      await users?.close();
      throw thrown;
    },
  );
  port = Number(new URL(running.url).port || (tls === undefined ? 80 : 443));
  return {
    url: `${running.url}/${token === undefined ? '' : `?token=${token}`}`,
    close: async () => {
      await running.close();
      await exportsOfUsers?.close();
      await users?.close();
    },
  };
};

const createTarget = (server: string, trust: DashboardOptions['trust']): Target => {
  const url = URL.canParse(server) ? new URL(server) : undefined;
  if (
    url === undefined ||
    !['http:', 'https:'].includes(url.protocol) ||
    url.username + url.password + url.search + url.hash !== ''
  )
    throw new TypeError('server: expected an address such as https://vcenter.example.com');
  return { server: url.origin + url.pathname.replace(/\/+$/, ''), fetch: nodeFetch(trust) };
};
