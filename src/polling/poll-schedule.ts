/** What a subscriber wishes of a clock: how long it waits, and when it does not. */

import { combineLatest, filter, isObservable, map, merge, NEVER, of, skip, startWith, type Observable } from 'rxjs';
import { toTimerDelay } from '../operators/timer-delay.ts';
import { adaptivePeriod, type Period } from './adaptive-period.ts';
import { pageHidden } from './page-visibility.ts';

/** How often to ask. */
export interface PollOptions<A> {
  /**
   * Milliseconds from an answer to the next poll: a number, a function of the last answer, the time waited and the time since the last
   * news, or an Observable of either, which changes the period while the stream runs. What waits for its tick then is counted anew from
   * the last answer.
   * @default `patientPeriod`: 240 ms for two seconds, then growing by half up to a limit between two and five seconds
   */
  readonly period?: Period<A> | Observable<Period<A>>;
  /** Polls at once whenever this emits; a poll in flight or a tick to come is dropped for it. */
  readonly refresh$?: Observable<unknown>;
  /**
   * Between 0 and 1: by how much of itself a delay is shortened at the most, as chance will have it. For many processes that watch one
   * server, and start together.
   * @default 0
   */
  readonly jitter?: number;
  /**
   * A whole number that fixes what chance will have: each subscription then sees the same delays.
   * @default chance
   */
  readonly seed?: number;
  /**
   * Milliseconds that a delay has at least while the page is hidden; when it is shown again it polls at once. `0`: as if it were shown.
   * @default 30_000
   */
  readonly whileHidden?: number;
}

/** The delay after an answer, in milliseconds. */
export type DelayAfter<A> = (answer: A, waited: number, quiet: number) => number;

/** A subscriber's wishes. */
export interface PollSchedule<A> {
  /** Emits at once, and whenever the delays change. */
  readonly delay$: Observable<DelayAfter<A>>;
  /** Emits whenever to poll at once. */
  readonly pollNow$: Observable<unknown>;
  /** Takes from a delay what chance will have. */
  readonly applyJitter: (delay: number) => number;
}

/**
 * Reads the options, for one subscription.
 *
 * @throws TypeError if one of them cannot be.
 */
export const scheduleOf = <A>({
  period = adaptivePeriod,
  refresh$ = NEVER,
  jitter = 0,
  seed,
  whileHidden = 30_000,
}: PollOptions<A>): PollSchedule<A> => {
  if (typeof period === 'number') validDelay(period, 'period');
  if (!(jitter >= 0 && jitter <= 1)) throw new TypeError(`jitter: expected a number from 0 to 1, got ${jitter}`);
  if (seed !== undefined && !Number.isInteger(seed)) throw new TypeError(`seed: expected a whole number, got ${seed}`);
  if (!(whileHidden >= 0)) throw new TypeError(`whileHidden: expected milliseconds from 0, got ${whileHidden}`);
  const random = seed === undefined ? Math.random : seededRandom(seed);
  const shorten = jitter === 0 ? (delay: number) => delay : (delay: number) => delay * (1 - jitter * random());
  const hidden$ = whileHidden === 0 ? of(false) : pageHidden();
  const period$ = isObservable(period) ? period.pipe(startWith<Period<A>>(adaptivePeriod)) : of(period);
  return {
    delay$: combineLatest([period$, hidden$]).pipe(
      map(([wanted, hidden]) => (answer: A, waited: number, quiet: number): number => {
        const delay = shorten(typeof wanted === 'number' ? wanted : wanted(answer, waited, quiet));
        return validDelay(hidden ? Math.max(delay, whileHidden) : delay, 'period');
      }),
    ),
    pollNow$: merge(
      refresh$,
      hidden$.pipe(
        skip(1),
        filter((hidden) => !hidden),
      ),
    ),
    applyJitter: shorten,
  };
};

/**
 * Returns a delay that every platform's timers can keep, of at least 1 ms.
 *
 * @param option - Where the delay comes from, for the error.
 * @throws TypeError if it is NaN.
 */
export const validDelay = (delay: number, option: string): number => {
  if (Number.isNaN(delay)) throw new TypeError(`${option}: expected milliseconds, got NaN`);
  return toTimerDelay(delay, 1);
};

/** Numbers from 0 to 1 that look like chance, and are the same for the same seed (Marsaglia's xorshift). */
const seededRandom = (seed: number): (() => number) => {
  // A state of zero would stay zero.
  let state = (seed ^ 0x9e3779b9) | 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
};
