/** Turns poll options into a schedule: the delay after each response, and when to poll at once. */

import { combineLatest, filter, isObservable, map, merge, NEVER, of, skip, startWith, type Observable } from 'rxjs';
import { invalidOptionError } from '../errors/invalid-option-error.ts';
import { toTimerDelay } from '../operators/timer-delay.ts';
import type { OptionNames } from '../options/index.ts';
import { adaptivePeriod, type Period } from './adaptive-period.ts';
import { pageHidden } from './page-visibility.ts';

/** When to poll. */
export interface PollOptions<A> {
  /**
   * Milliseconds from a response to the next poll: a number; a function of the last response, the elapsed time and the time since the
   * last progress; or an Observable of either, which changes the period while the stream runs. A change reschedules the next poll,
   * counted from the last response.
   * @default `adaptivePeriod`: 240 ms for two seconds, then growing by half up to a limit between two and five seconds
   *
   * @example
   * ```ts
   * preparation(vc, session, file, { period: 500 });
   * preparation(vc, session, file, { period: (_info, elapsed) => (elapsed < 10_000 ? 250 : 2000) });
   * preparation(vc, session, file, { period: isExpanded$.pipe(map((isExpanded) => (isExpanded ? 250 : adaptivePeriod))) });
   * ```
   */
  readonly period?: Period<A> | Observable<Period<A>> | undefined;
  /** Polls at once whenever this emits, instead of the poll in flight or the next scheduled one. */
  readonly refresh$?: Observable<unknown> | undefined;
  /**
   * Fraction, from 0 to 1, by which each delay is randomly shortened at most. For many processes that start together and poll one server.
   * @default 0
   */
  readonly jitter?: number | undefined;
  /**
   * Integer seed for `jitter`: each subscription then has the same delays.
   * @default a random seed
   */
  readonly seed?: number | undefined;
  /**
   * Minimum delay in milliseconds while the page is hidden; when it becomes visible, the stream polls at once. `0` ignores visibility.
   * @default 30_000
   */
  readonly whileHidden?: number | undefined;
}

/** The names of {@link PollOptions}. */
export const POLL_OPTIONS: OptionNames<PollOptions<unknown>> = {
  period: true,
  refresh$: true,
  jitter: true,
  seed: true,
  whileHidden: true,
};

/** Returns the milliseconds from a response to the next poll. */
export type NextDelay<A> = (response: A, elapsed: number, sinceProgress: number) => number;

/** When to poll, as the streams need it. */
export interface PollSchedule<A> {
  /** Emits at once, and whenever the delays change. */
  readonly delay$: Observable<NextDelay<A>>;
  /** Emits when to poll at once. */
  readonly pollNow$: Observable<unknown>;
  /** Shortens a delay at random. */
  readonly applyJitter: (delay: number) => number;
}

/**
 * Returns the schedule of one subscription.
 *
 * @throws TypeError if an option is invalid.
 */
export const scheduleOf = <A>({
  period = adaptivePeriod,
  refresh$ = NEVER,
  jitter = 0,
  seed,
  whileHidden = 30_000,
}: PollOptions<A>): PollSchedule<A> => {
  if (typeof period === 'number') validDelay(period, 'period');
  if (!(jitter >= 0 && jitter <= 1)) throw invalidOptionError('jitter', 'a number from 0 to 1', jitter);
  if (seed !== undefined && !Number.isInteger(seed)) throw invalidOptionError('seed', 'a whole number', seed);
  if (!(whileHidden >= 0)) throw invalidOptionError('whileHidden', 'milliseconds from 0', whileHidden);
  const random = seed === undefined ? Math.random : seededRandom(seed);
  const applyJitter = jitter === 0 ? (delay: number) => delay : (delay: number) => delay * (1 - jitter * random());
  const hidden$ = whileHidden === 0 ? of(false) : pageHidden();
  const period$ = isObservable(period) ? period.pipe(startWith<Period<A>>(adaptivePeriod)) : of(period);
  return {
    delay$: combineLatest([period$, hidden$]).pipe(
      map(([current, hidden]) => (response: A, elapsed: number, sinceProgress: number): number => {
        const delay = applyJitter(typeof current === 'number' ? current : current(response, elapsed, sinceProgress));
        const longer = hidden ? Math.max(delay, whileHidden) : delay;
        // An infinite delay has no timer: only `pollNow$` polls again.
        return longer === Infinity ? Infinity : validDelay(longer, 'period');
      }),
    ),
    pollNow$: merge(
      refresh$,
      hidden$.pipe(
        skip(1),
        filter((hidden) => !hidden),
      ),
    ),
    applyJitter,
  };
};

/**
 * Returns a delay that every platform's timers can keep, of at least 1 ms.
 *
 * @param option - The option's name, for the error.
 * @throws TypeError if the delay is NaN.
 */
export const validDelay = (delay: number, option: string): number => {
  if (Number.isNaN(delay)) throw invalidOptionError(option, 'milliseconds', delay);
  return toTimerDelay(delay, 1);
};

/** Returns a generator of pseudorandom numbers from 0 to 1 (Marsaglia's xorshift). */
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
