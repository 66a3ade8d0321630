/** The limits of the transfers of one download, or of several downloads together. */

import { invalidOptionError } from '../errors/invalid-option-error.ts';
import { createSlotPool, type SlotPool } from '../operators/slot-pool.ts';
import { createRangePlan, rangeLimitsWithin, type RangePlan } from '../transfer/ranges/range-plan.ts';
import { createRateLimiter, type RateLimiter } from '../transfer/rate-limiter.ts';
import type { DownloadOptions } from './options.ts';

/** What the transfers share. */
export interface TransferLimits {
  /** Maximum number of connections that transfer bytes at the same time. */
  readonly maxConcurrency: number;
  /** The slots of these connections. */
  readonly pool: SlotPool;
  /** The byte ranges, and their buffer. */
  readonly plan: RangePlan;
  /** `undefined` if the speed is not limited. */
  readonly rateLimiter: RateLimiter | undefined;
}

/**
 * Creates the limits.
 *
 * @throws TypeError if one is invalid.
 */
export const createTransferLimits = ({
  concurrency = 8,
  limitRate = Infinity,
}: Pick<DownloadOptions, 'concurrency' | 'limitRate'>): TransferLimits => {
  if (typeof limitRate !== 'number' || !(limitRate >= 1000))
    throw invalidOptionError('limitRate', 'bytes per second, 1000 or more', limitRate);
  return {
    maxConcurrency: concurrency,
    pool: createSlotPool(concurrency),
    plan: createRangePlan(concurrency, rangeLimitsWithin(limitRate)),
    rateLimiter: limitRate === Infinity ? undefined : createRateLimiter(limitRate),
  };
};
