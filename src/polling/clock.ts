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
import type { Wishes } from './pace.ts';

/** What {@link polling} needs. */
export interface Polling<A> extends Pick<Wishes<A>, 'pace$' | 'now$'> {
  readonly poll: Observable<A>;
  /** Asked instead of `poll` until it has answered once. */
  readonly first?: Observable<A>;
  /** Whether an answer is news. */
  readonly isNews?: (previous: A, current: A) => boolean;
}

/** An answer, and when it came. */
interface Answered<A> {
  readonly answer: A;
  /** Milliseconds by the system's clock, which may jump. */
  readonly at: number;
  /** Milliseconds since the first answer. */
  readonly waited: number;
  /** Milliseconds since the last news. */
  readonly quiet: number;
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
export const polling = <A>({ poll, first = poll, pace$, now$, isNews = () => false }: Polling<A>): Observable<A> =>
  defer(() => {
    let last: Answered<A> | undefined;
    // The longest that the next tick was set to, in milliseconds: more cannot have passed when it comes.
    let set = 0;
    // While a poll is in flight there is nothing to time: a pace that changes must not cut it off.
    const idle$ = new BehaviorSubject<Answered<A> | undefined>(undefined);

    const ask = (): Observable<A> => {
      const asked = asyncScheduler.now();
      const pause = last === undefined ? 0 : between(0, asked - last.at, set);
      idle$.next(undefined);
      return (last === undefined ? first : poll).pipe(
        tap((answer) => {
          const at = asyncScheduler.now();
          const passed = last === undefined ? 0 : pause + between(0, at - asked, longestAnswer);
          const isOld = last !== undefined && !isNews(last.answer, answer);
          last = {
            answer,
            at,
            waited: (last?.waited ?? 0) + passed,
            quiet: isOld ? (last?.quiet ?? 0) + passed : 0,
          };
          set = 0;
          idle$.next(last);
        }),
      );
    };

    // The next tick is set by the answer, so `switchMap` drops a poll only for something newer: a refresh.
    const tick$ = combineLatest([idle$, pace$]).pipe(
      switchMap(([idle, pace]) => {
        if (idle === undefined) return NEVER;
        const delay = pace(idle.answer, idle.waited, idle.quiet);
        set = Math.max(set, delay);
        return timer(delay - between(0, asyncScheduler.now() - idle.at, delay));
      }),
    );
    return merge(of(0), tick$, now$).pipe(switchMap(ask));
  });

const between = (least: number, value: number, most: number): number => Math.min(Math.max(value, least), most);
