/** How often a file that breaks is tried again: a budget that is refilled whenever it has come further than ever before. */

import { retryDelay, type RetryPolicy } from '../http/retry.ts';
import { ChecksumError, isTransient, TruncatedError } from '../errors/index.ts';

/** How to go on after a failure. */
export interface RetryDecision {
  /** Which attempt failed, from 1. */
  readonly attempt: number;
  /** Milliseconds to wait. */
  readonly delay: number;
  /** Whether the bytes that came are of no use. */
  readonly fromStart: boolean;
}

/** How often, and how long between. */
export interface FileRetryPolicy extends Pick<RetryPolicy, 'delay' | 'random'> {
  /** Attempts in a row that bring the file no further. */
  readonly attempts: number;
}

/**
 * Makes a function that decides whether a file is tried again; `undefined` means that the failure is final.
 *
 * Bytes that are not vCenter's are fetched once more, and only once: a disk or a proxy that damages them does so again.
 */
export const createFileRetry = ({
  attempts,
  ...pauses
}: FileRetryPolicy): ((thrown: unknown, received: number) => RetryDecision | undefined) => {
  let furthest = 0;
  let fruitlessAttempts = 0;
  let damaged = false;
  return (thrown, received) => {
    const anew = isCorrupt(thrown);
    if (anew && damaged) return undefined;
    damaged ||= anew;
    if (!anew && !(thrown instanceof TruncatedError) && !isTransient(thrown)) return undefined;
    if (received > furthest && !anew) {
      furthest = received;
      fruitlessAttempts = 0;
    }
    fruitlessAttempts += 1;
    if (fruitlessAttempts >= attempts) return undefined;
    return { attempt: fruitlessAttempts, delay: retryDelay(thrown, fruitlessAttempts, pauses), fromStart: anew };
  };
};

/** Whether the bytes that came are not those that vCenter has. */
export const isCorrupt = (thrown: unknown): boolean =>
  thrown instanceof ChecksumError || (thrown instanceof TruncatedError && thrown.received > thrown.expected);
