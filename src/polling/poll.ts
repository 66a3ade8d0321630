/** Ticks that are re-armed by an answer: a poll that takes its time is waited for, never cut off by the next tick. */

import {
  asyncScheduler,
  BehaviorSubject,
  combineLatest,
  defer,
  merge,
  NEVER,
  of,
  switchMap,
  tap,
  timer,
  type Observable,
} from 'rxjs';
import type { PollSchedule } from './poll-schedule.ts';

/** What {@link poll} needs. */
export interface PollConfig<A> extends Pick<PollSchedule<A>, 'delay$' | 'pollNow$'> {
  readonly poll$: Observable<A>;
  /** Subscribed to instead of `poll$` until it has emitted once. */
  readonly first$?: Observable<A>;
  /** Whether an answer is news. */
  readonly hasProgressed?: (previous: A, current: A) => boolean;
}

/** An answer, and when it came. */
interface LastAnswer<A> {
  readonly answer: A;
  /** Milliseconds by the system's clock, which may jump. */
  readonly at: number;
  /** Milliseconds since the first answer. */
  readonly elapsed: number;
  /** Milliseconds since the last news. */
  readonly sinceProgress: number;
}

/** Milliseconds. More than that is not believed to have passed while an answer was waited for: the system's clock has jumped. */
const longestAnswer = 120_000;

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
export const poll = <A>({ poll$, first$ = poll$, delay$, pollNow$, hasProgressed = () => false }: PollConfig<A>): Observable<A> =>
  defer(() => {
    let last: LastAnswer<A> | undefined;
    // The longest that the next tick was set to, in milliseconds: more cannot have passed when it comes.
    let longestDelaySet = 0;
    // While a poll is in flight there is nothing to time: a pace that changes must not cut it off.
    const idle$ = new BehaviorSubject<LastAnswer<A> | undefined>(undefined);

    const request = (): Observable<A> => {
      const asked = asyncScheduler.now();
      const delayElapsed = last === undefined ? 0 : clamp(0, asked - last.at, longestDelaySet);
      idle$.next(undefined);
      return (last === undefined ? first$ : poll$).pipe(
        tap((answer) => {
          const at = asyncScheduler.now();
          const passed = last === undefined ? 0 : delayElapsed + clamp(0, at - asked, longestAnswer);
          const isOld = last !== undefined && !hasProgressed(last.answer, answer);
          last = {
            answer,
            at,
            elapsed: (last?.elapsed ?? 0) + passed,
            sinceProgress: isOld ? (last?.sinceProgress ?? 0) + passed : 0,
          };
          longestDelaySet = 0;
          idle$.next(last);
        }),
      );
    };

    // The next tick is set by the answer, so `switchMap` drops a poll only for something newer: a refresh.
    const tick$ = combineLatest([idle$, delay$]).pipe(
      switchMap(([idle, pace]) => {
        if (idle === undefined) return NEVER;
        const delay = pace(idle.answer, idle.elapsed, idle.sinceProgress);
        longestDelaySet = Math.max(longestDelaySet, delay);
        return timer(delay - clamp(0, asyncScheduler.now() - idle.at, delay));
      }),
    );
    return merge(of(0), tick$, pollNow$).pipe(switchMap(request));
  });

const clamp = (least: number, value: number, most: number): number => Math.min(Math.max(value, least), most);
