/** Polls again after each response. A slow poll delays the next tick instead of being cancelled by it. */

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
  /** Returns true if a response shows progress. */
  readonly hasProgressed?: (previous: A, current: A) => boolean;
}

/** The last response, and its times in milliseconds. */
interface LastResponse<A> {
  readonly response: A;
  /** When it was received, by the system's clock, which may jump. */
  readonly at: number;
  /** Since the first response. */
  readonly elapsed: number;
  /** Since the last progress. */
  readonly sinceProgress: number;
}

/** Milliseconds. A longer request means that the system's clock has jumped, and counts as this. */
const MAX_REQUEST_TIME = 120_000;

/**
 * Polls repeatedly; at most one poll is in flight.
 *
 * - Emits: every response, the first as soon as it is received.
 * - Completes: never.
 * - Errors: with the error of the poll.
 * - Unsubscribing: aborts the poll in flight.
 *
 * ```text
 * poll        --a|
 * polling     --a----a----a    (period 3)
 * ```
 */
export const poll = <A>({ poll$, first$ = poll$, delay$, pollNow$, hasProgressed = () => false }: PollConfig<A>): Observable<A> =>
  defer(() => {
    let last: LastResponse<A> | undefined;
    // The longest delay of the next tick, in milliseconds: when it fires, more time cannot have passed.
    let longestDelay = 0;
    // `undefined` while a poll is in flight, so that a changed delay does not cancel it.
    const idle$ = new BehaviorSubject<LastResponse<A> | undefined>(undefined);

    const request = (): Observable<A> => {
      const sentAt = asyncScheduler.now();
      const delayElapsed = last === undefined ? 0 : clamp(0, sentAt - last.at, longestDelay);
      idle$.next(undefined);
      return (last === undefined ? first$ : poll$).pipe(
        tap((response) => {
          const at = asyncScheduler.now();
          const passed = last === undefined ? 0 : delayElapsed + clamp(0, at - sentAt, MAX_REQUEST_TIME);
          const isUnchanged = last !== undefined && !hasProgressed(last.response, response);
          last = {
            response,
            at,
            elapsed: (last?.elapsed ?? 0) + passed,
            sinceProgress: isUnchanged ? (last?.sinceProgress ?? 0) + passed : 0,
          };
          longestDelay = 0;
          idle$.next(last);
        }),
      );
    };

    // The next tick is scheduled after a response, so ticks never overlap. `switchMap` cancels a poll only when a refresh is requested.
    const tick$ = combineLatest([idle$, delay$]).pipe(
      switchMap(([idle, delayAfter]) => {
        if (idle === undefined) return NEVER;
        const delay = delayAfter(idle.response, idle.elapsed, idle.sinceProgress);
        longestDelay = Math.max(longestDelay, delay);
        // No timer: a pending one keeps zone.js from rendering on a server.
        if (delay === Infinity) return NEVER;
        return timer(delay - clamp(0, asyncScheduler.now() - idle.at, delay));
      }),
    );
    return merge(of(0), tick$, pollNow$).pipe(switchMap(request));
  });

const clamp = (min: number, value: number, max: number): number => Math.min(Math.max(value, min), max);
