/** Ticks that are re-armed by an answer: a poll that takes its time is waited for, never cut off by the next tick. */

import { asyncScheduler, BehaviorSubject, defer, map, merge, NEVER, of, switchMap, tap, timer, type Observable } from 'rxjs';

/**
 * Milliseconds until the next poll: always the same, or worked out.
 *
 * @param answer - The last answer. @param waited - Milliseconds since the polling began, or since the last news.
 */
export type Period<A> = number | ((answer: A, waited: number) => number);

/** How often to ask. */
export interface PollOptions<A> {
  /**
   * Milliseconds from an answer to the next poll.
   * @default every 250 ms for two seconds, then growing by half up to a tenth of the time waited, that limit being between 2 s and 5 s
   */
  readonly period?: Period<A>;
  /** Polls at once whenever this emits; a poll in flight or a tick to come is dropped for it. */
  readonly refresh$?: Observable<unknown>;
}

/** What {@link polling} needs besides. */
export interface Polling<A> extends PollOptions<A> {
  readonly poll: Observable<A>;
  /** Asked instead of `poll` until it has answered once. */
  readonly first?: Observable<A>;
  /** Whether an answer is news: the period then starts to grow anew. */
  readonly isNews?: (previous: A, current: A) => boolean;
}

/** Larger delays are turned into 1 ms by the platforms. */
const longestDelay = 2 ** 31 - 1;

/** The default {@link Period}: the delay grows by half each time because the slope over the time waited is one half. */
export const patientPeriod = (_answer: unknown, waited: number): number =>
  waited < 2000 ? 250 : Math.min(375 + (waited - 2000) / 2, Math.max(2000, waited / 10), 5000);

/**
 * Asks again and again, one question at a time.
 *
 * - Emits: every answer, the first as soon as it is there.
 * - Completes: never.
 * - Errors: with whatever the poll errors with.
 * - Unsubscribing: aborts the poll in flight.
 *
 * ```text
 * poll        --a|
 * polling     --a----a----a    (period 3)
 * ```
 */
export const polling = <A>({
  poll,
  first = poll,
  period = patientPeriod,
  refresh$ = NEVER,
  isNews = () => false,
}: Polling<A>): Observable<A> =>
  defer(() => {
    // The next tick is set by the answer, so `switchMap` drops a poll only for something newer: a refresh.
    const delay$ = new BehaviorSubject(0);
    let next = first;
    let newsAt = asyncScheduler.now();
    let previous: { readonly answer: A } | undefined;

    const delayAfter = (answer: A): number => {
      const now = asyncScheduler.now();
      if (previous !== undefined && isNews(previous.answer, answer)) newsAt = now;
      previous = { answer };
      next = poll;
      const wanted = typeof period === 'number' ? period : period(answer, now - newsAt);
      return Math.min(Math.max(wanted, 1), longestDelay);
    };

    const ticks$ = merge(delay$, refresh$.pipe(map(() => 0))).pipe(switchMap((delay) => (delay === 0 ? of(0) : timer(delay))));
    return ticks$.pipe(switchMap(() => next.pipe(tap((answer) => delay$.next(delayAfter(answer))))));
  });
