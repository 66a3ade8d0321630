/** The same connection, with the same login, whose calls are sent in another way. */

import { throwError, timeout } from 'rxjs';
import { TimeoutError } from '../errors/index.ts';
import { authorityOf } from '../http/authority.ts';
import type { RetryNotice } from '../http/retry.ts';
import { toTimerDelay } from '../operators/timer-delay.ts';
import { internals, internalsOf, type VCenter } from './vcenter.ts';

/**
 * @internal Returns the same connection, with the same login, whose calls wait for a response no longer than a limit, the login included.
 *
 * @param limit - Milliseconds.
 */
export const withLimit = (vc: VCenter, limit: number): VCenter => {
  const { apiSession$ } = vc[internals];
  const loginTimeoutError = (): TimeoutError =>
    new TimeoutError({ operation: 'cis.Session.create', timeout: limit, host: authorityOf(vc.server) });
  return {
    ...vc,
    [internals]: {
      ...vc[internals],
      apiSession$: apiSession$.pipe(timeout({ first: toTimerDelay(limit), with: () => throwError(loginTimeoutError) })),
      call: (operation, input, options) => vc[internals].call(operation, input, { ...options, limit }),
    },
  } satisfies VCenter;
};

/** @internal Returns the same connection, with the same login, that also reports its retries to `onRetry`. */
export const withRetryListener = (vc: VCenter, onRetry: (retry: RetryNotice) => void): VCenter =>
  ({
    ...vc,
    [internals]: {
      ...internalsOf(vc),
      call: (operation, input, options) => vc[internals].call(operation, input, { ...options, onRetry }),
    },
  }) satisfies VCenter;

/**
 * @internal Returns the same connection, with the same login, that reports the work that `logout` waits for.
 *
 * @param onWork - Called with 1 when such work begins, and with -1 when it ends.
 */
export const withWorkListener = (vc: VCenter, onWork: (change: 1 | -1) => void): VCenter =>
  ({
    ...vc,
    [internals]: {
      ...internalsOf(vc),
      beginWork: () => {
        const endWork = vc[internals].beginWork();
        onWork(1);
        return () => {
          endWork();
          onWork(-1);
        };
      },
    },
  }) satisfies VCenter;

/** @internal Returns the same connection, with the same login, whose calls are sent even after it was closed: for clean-up. */
export const forCleanup = (vc: VCenter): VCenter =>
  ({
    ...vc,
    [internals]: {
      ...internalsOf(vc),
      call: (operation, input, options) => vc[internals].call(operation, input, { ...options, isCleanup: true }),
    },
  }) satisfies VCenter;

/** @internal Returns the same connection, with the same login, whose calls are completed although the page is closed meanwhile. */
export const forClosedPage = (vc: VCenter): VCenter =>
  ({
    ...vc,
    [internals]: {
      ...internalsOf(vc),
      call: (operation, input) => vc[internals].call(operation, input, { retried: false, isCleanup: true, keepalive: true }),
    },
  }) satisfies VCenter;

/** @internal Returns the same connection, with the same login, that does not retry: for polls, which have their own retries. */
export const withoutRetry = (vc: VCenter): VCenter =>
  ({
    ...vc,
    [internals]: { ...internalsOf(vc), call: (operation, input) => vc[internals].call(operation, input, { retried: false }) },
  }) satisfies VCenter;
