/** Options of the dashboard's server, and their validation. */

import type { NodeFetchOptions } from 'rx-content-library/node';

/** Options of `startDashboard`. */
export interface DashboardOptions {
  /** Address of the vCenter, such as `https://vcenter.example.com`. @default not set: the page simulates a vCenter */
  readonly server?: string | undefined;
  /** Which certificate of the vCenter is accepted, and the proxy. @default Node's own authorities */
  readonly trust?: NodeFetchOptions | undefined;
  /** The login of the server. With it, no user logs in, and every request needs the token. @default each user logs in */
  readonly credentials?: { readonly username: string; readonly password: string } | undefined;
  /** Directory that exports are saved to. @default exports are saved by the browser only */
  readonly directory?: string | undefined;
  /** Exports of a user that run at the same time. @default 2 */
  readonly concurrency?: number | undefined;
  /** Name or address to listen on. On another one than loopback every request needs the token. @default '127.0.0.1' */
  readonly host?: string | undefined;
  /** TCP port; 0 selects a free one. @default 0 */
  readonly port?: number | undefined;
  /** Serve HTTPS with this certificate and key, in PEM. @default plain HTTP */
  readonly tls?: { readonly cert: string; readonly key: string } | undefined;
  /** More names by which browsers may address the server, each with any port if it has none. @default none */
  readonly allowedHosts?: readonly string[] | undefined;
  /** Directory of the built page. @default that of this package */
  readonly page?: string | undefined;
  /** Called with a line of text about what the server did. No line has a secret. @default not logged */
  readonly log?: ((line: string) => void) | undefined;
}

const OPTION_NAMES: Readonly<Record<keyof DashboardOptions, true>> = {
  server: true,
  trust: true,
  credentials: true,
  directory: true,
  concurrency: true,
  host: true,
  port: true,
  tls: true,
  allowedHosts: true,
  page: true,
  log: true,
};

/** @throws TypeError if an option is unknown or contradicts another one. */
export const assertValidOptions = (options: DashboardOptions): void => {
  for (const name of Object.keys(options))
    if (!(name in OPTION_NAMES))
      throw new TypeError(`Unknown option ${name}: expected one of ${Object.keys(OPTION_NAMES).join(', ')}`);
  const { server, credentials, directory, concurrency = 1 } = options;
  if (!Number.isInteger(concurrency) || concurrency < 1)
    throw new TypeError(`concurrency: expected a whole number from 1, got ${concurrency}`);
  if (server === undefined && (credentials !== undefined || directory !== undefined))
    throw new TypeError(
      `${credentials === undefined ? 'directory' : 'credentials'}: requires the option server, the address of a vCenter`,
    );
};

/** Returns true if only this machine can connect. */
export const isLoopback = (host: string): boolean => host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host);
