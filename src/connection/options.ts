/** What a connection is told, and what is wrong with it, said before anything is sent. */

import type { ApiClient } from '../http/call.ts';
import { checkedCredentials, type CredentialsSource } from './login.ts';
import type { RetryOptions, RetryPolicy } from '../http/retry.ts';
import type { Dialect } from '../http/operation.ts';

/** What a connection needs. */
export interface VCenterOptions {
  /** Address of the vCenter: `https://vcenter.example.com`, with a port if it is not 443. */
  readonly server: string | URL;
  /** Who logs in, or the API session to use. */
  readonly credentials: CredentialsSource;
  /**
   * `'api'` from 7.0U2 on, `'rest'` from 6.5 to 8.0; `'auto'` tries `'api'` first and looks at the answer.
   * @default 'auto'
   */
  readonly dialect?: Dialect | 'auto';
  /**
   * The host from which the links of files are fetched, in place of the one that they name: vCenter puts its own configured name into
   * them, which may not lead to it from here. `'vcenter.example.com'`, `'10.0.0.5'` or `'localhost:8443'`; without a port, that of the
   * link stays, as scheme and path do. Where it makes the link one of `server`, the session is sent along.
   * @default the host of the link
   */
  readonly downloadHost?: string;
  /**
   * The one seam for platforms and tests: `nodeFetch(…)` from `rx-content-library/node`, `simulator.fetch`, or your own.
   * @default globalThis.fetch
   */
  readonly fetch?: typeof globalThis.fetch;
  /**
   * Milliseconds until an answer must have begun; a file's bytes may take as long as they like after that.
   * @default 60_000
   */
  readonly timeout?: number;
  /**
   * How calls that failed in passing are tried again; `false`: not at all.
   * @default five attempts, pauses of up to 0.5, 1, 2 and 4 s, two minutes in all
   */
  readonly retry?: RetryOptions | false;
}

/**
 * The way to a server that the options describe.
 *
 * @throws TypeError if one of them cannot be.
 */
export const resolveOptions = (options: VCenterOptions): ApiClient => {
  const { dialect = 'auto', fetch, timeout = 60_000, retry = {} } = options;
  if (!['auto', 'api', 'rest'].includes(dialect))
    throw new TypeError(`dialect: expected 'auto', 'api' or 'rest', got ${describeValue(dialect)}`);
  if (fetch !== undefined && typeof fetch !== 'function')
    throw new TypeError(`fetch: expected a function such as globalThis.fetch, got ${describeValue(fetch)}`);
  if (typeof options.credentials !== 'function') checkedCredentials(options.credentials);
  return {
    server: originOf(options.server),
    fetch,
    timeout: duration('timeout', timeout, 1),
    retry: retry === false ? undefined : policyOf(retry),
  };
};

const originOf = (server: string | URL): string => {
  const address = URL.canParse(server) ? new URL(server) : undefined;
  if (address === undefined || !['https:', 'http:'].includes(address.protocol))
    throw new TypeError('server: expected an address such as https://vcenter.example.com');
  if (address.username !== '' || address.password !== '')
    throw new TypeError('server: the address holds a user name or password; give them as credentials instead');
  return address.origin;
};

const policyOf = (retry: RetryOptions): RetryPolicy => {
  if (typeof retry !== 'object' || retry === null)
    throw new TypeError(`retry: expected false, or an object such as { attempts: 3 }, got ${describeValue(retry)}`);
  const { attempts = 5, delay = 500, budget = 120_000, onRetry } = retry;
  if (attempts !== Infinity && !(Number.isSafeInteger(attempts) && attempts > 0))
    throw new TypeError(
      `retry.attempts: expected a whole number from 1, got ${describeValue(attempts)}; retry: false tries once, too`,
    );
  return {
    attempts,
    delay: duration('retry.delay', delay, 0),
    budget: duration('retry.budget', budget, 0),
    onRetry: toRetryCallback(onRetry),
    random: Math.random,
  };
};

const toRetryCallback = (onRetry: RetryOptions['onRetry']): RetryPolicy['onRetry'] => {
  if (typeof onRetry === 'function') return onRetry;
  if (onRetry !== undefined && typeof onRetry.next !== 'function')
    throw new TypeError(`retry.onRetry: expected a function, or an observer with next, got ${describeValue(onRetry)}`);
  return (retry) => onRetry?.next(retry);
};

/** Longer ones are turned into 1 ms by the platforms' timers; they are more than three weeks. */
const longest = 2 ** 31 - 1;

const duration = (name: string, value: unknown, least: number): number => {
  if (typeof value !== 'number' || !(value >= least))
    throw new TypeError(`${name}: expected milliseconds, ${least} or more (Infinity for no limit), got ${describeValue(value)}`);
  return Math.min(value, longest);
};

/** What a value is, without telling what is in it. */
const describeValue = (value: unknown): string => {
  if (typeof value === 'string') return JSON.stringify(value);
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : `a value of type ${typeof value}`;
};
