/** Options of a connection, and their validation. */

import { invalidOptionError } from '../errors/invalid-option-error.ts';
import type { Dialect } from '../http/operation.ts';
import { RETRY_OPTIONS, toRetryCallback, type RetryOptions, type RetryPolicy } from '../http/retry.ts';
import type { ApiClient } from '../http/send.ts';
import { toTimerDelay } from '../operators/timer-delay.ts';
import { assertKnownOptions, type OptionNames } from '../options/index.ts';
import { validCredentials, type CredentialsSource } from './login.ts';

/** Options of {@link vcenter}. */
export interface VCenterOptions {
  /**
   * Address of the vCenter: `https://vcenter.example.com`, with a port if it is not 443. A path, such as that of a reverse proxy
   * (`https://proxy.example.com/vcenter`), is a prefix of the path of every request.
   */
  readonly server: string | URL;
  /**
   * The user to log in, the id of an open API session, or a function that returns one of the two at each login.
   *
   * @example
   * ```ts
   * vcenter({ server, credentials: { username: 'user@vsphere.local', password } });
   * vcenter({ server, credentials: { sessionId } });
   * vcenter({ server, credentials: () => readFromVault('vcenter') });
   * ```
   */
  readonly credentials: CredentialsSource;
  /**
   * `'api'` since 7.0U2, `'rest'` from 6.5 to 8.0; `'auto'` tries `'api'` first.
   * @default 'auto'
   */
  readonly dialect?: Dialect | 'auto' | undefined;
  /**
   * The host or origin that files are fetched from, instead of the one in their links: vCenter puts its own configured name into them,
   * which this machine may be unable to resolve or reach.
   *
   * - A host, `'vcenter.example.com'`, `'10.0.0.5'` or `'localhost:8443'`: scheme and path of the link stay, and so does its port if the
   *   host has none. A certificate that vCenter states for the link is required of that host.
   * - An origin, `'https://proxy.example.com:8443'` or `'http://localhost:4200'`: only path and query of the link stay. It is another
   *   server, so `fetch` alone decides on its certificate.
   *
   * If the result has the address of `server`, the API session is sent with it.
   * @default the host of the link
   */
  readonly downloadHost?: string | undefined;
  /**
   * Sends all requests: `nodeFetch(…)` from `rx-content-library/node` for pinned certificates and proxies, `simulator.fetch` for tests,
   * or a custom function.
   * @default globalThis.fetch
   *
   * @example
   * ```ts
   * vcenter({ server, credentials, fetch: nodeFetch({ thumbprint: 'AB:CD:…' }) });
   * vcenter({ server, credentials, fetch: createSimulator({ inventory }).fetch });
   * ```
   */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /**
   * Milliseconds until a request must have a response, the login included. The bytes of a file may take longer.
   * @default 60_000
   */
  readonly timeout?: number | undefined;
  /**
   * How transient failures of calls are retried; `false`: not at all.
   * @default five attempts, delays of up to 0.5, 1, 2 and 4 s, two minutes in total
   */
  readonly retry?: RetryOptions | false | undefined;
  /**
   * Closes the connection when it aborts: its streams and requests error with a `TransportError` whose code is `CLOSED`, and no new login is
   * made. Download sessions are still cancelled and deleted; `logout` waits for that.
   * @default never closed
   */
  readonly signal?: AbortSignal | undefined;
  /**
   * False for server-side rendering: `preparation`, `preparations` and `watchDownloadSession` emit the first response and then, without a
   * timer, nothing until a `refresh$`; the downloads of a queue wait. A poll would keep the page from being rendered.
   * @default true; with `rx-content-library/angular`, false while Angular renders on a server
   */
  readonly polling?: boolean | undefined;
}

const VCENTER_OPTIONS: OptionNames<VCenterOptions> = {
  server: true,
  credentials: true,
  dialect: true,
  downloadHost: true,
  fetch: true,
  timeout: true,
  retry: true,
  signal: true,
  polling: true,
};

/**
 * Validates the options and applies defaults.
 *
 * @throws TypeError if an option is invalid.
 */
export const resolveOptions = (options: VCenterOptions): ApiClient => {
  assertKnownOptions(options, VCENTER_OPTIONS);
  const { dialect = 'auto', fetch, timeout = 60_000, retry = {} } = options;
  if (!['auto', 'api', 'rest'].includes(dialect)) throw invalidOptionError('dialect', "'auto', 'api' or 'rest'", dialect);
  if (fetch !== undefined && typeof fetch !== 'function')
    throw invalidOptionError('fetch', 'a function such as globalThis.fetch', fetch);
  const signal: unknown = options.signal;
  if (signal !== undefined && !(typeof signal === 'object' && signal !== null && 'aborted' in signal))
    throw invalidOptionError('signal', 'an AbortSignal', signal);
  if (typeof options.credentials !== 'function') validCredentials(options.credentials);
  return {
    server: addressOf(options.server),
    fetch,
    timeout: validDuration('timeout', timeout, 1),
    retry: retry === false ? undefined : toRetryPolicy(retry),
  };
};

/** Returns origin and path, without a slash at the end. */
const addressOf = (server: string | URL): string => {
  const url = URL.canParse(server) ? new URL(server) : undefined;
  if (url === undefined || !['https:', 'http:'].includes(url.protocol))
    throw new TypeError('server: expected an address such as https://vcenter.example.com');
  if (url.username !== '' || url.password !== '')
    throw new TypeError('server: the address contains a user name or password; pass them as credentials instead');
  if (url.search !== '' || url.hash !== '')
    throw new TypeError('server: the address contains a query or a fragment; expected one such as https://vcenter.example.com');
  return url.origin + url.pathname.replace(/\/+$/, '');
};

const toRetryPolicy = (retry: RetryOptions): RetryPolicy => {
  if (typeof retry !== 'object' || retry === null)
    throw invalidOptionError('retry', 'false, or an object such as { attempts: 3 }', retry);
  assertKnownOptions(retry, RETRY_OPTIONS, 'retry');
  const { attempts = 5, delay = 500, budget = 120_000, onRetry } = retry;
  if (attempts !== Infinity && !(Number.isSafeInteger(attempts) && attempts > 0))
    throw invalidOptionError('retry.attempts', 'a whole number from 1', attempts, 'for a single attempt, use retry: false');
  return {
    attempts,
    delay: validDuration('retry.delay', delay, 0),
    budget: validDuration('retry.budget', budget, 0),
    onRetry: toRetryCallback(onRetry, 'retry.onRetry'),
    random: Math.random,
  };
};

const validDuration = (option: string, value: unknown, min: number): number => {
  if (typeof value !== 'number' || !(value >= min))
    throw invalidOptionError(option, `milliseconds, ${min} or more (Infinity for no limit)`, value);
  return toTimerDelay(value);
};
