/** Shares one poll among subscribers with different poll options. */

import { asapScheduler, BehaviorSubject, Observable, ReplaySubject, share, Subject } from 'rxjs';
import { toRetryCallback, type RetryNotice } from '../http/retry.ts';
import { adaptivePeriod } from './adaptive-period.ts';
import { pollAttemptsOf, type PollRetryOptions } from './poll-retry.ts';
import { scheduleOf, type NextDelay, type PollOptions, type PollSchedule } from './poll-schedule.ts';

/** Poll options of one subscriber. */
export interface SharedPollOptions<A> extends PollOptions<A>, PollRetryOptions {}

/** A poll that subscribers share. */
export interface SharedPoll<A> {
  /** Returns the stream of one more subscriber. */
  subscribeWith(options: SharedPollOptions<A>): Observable<A>;
}

interface PollSubscriber<A> {
  delayAfter: NextDelay<A>;
  readonly pollAttempts: number;
  readonly applyJitter: PollSchedule<A>['applyJitter'];
}

/**
 * Shares a stream of polls. `subscribeWith` returns a stream:
 *
 * - Emits: the last response at once, if there is one, then every response.
 * - Completes: with the polls.
 * - Errors: with the error of the polls, for all subscribers; with the error of its own period, for that subscriber only.
 * - Unsubscribing: the last subscriber stops the polls.
 *
 * The shortest delay applies, and the largest `pollAttempts`. Each subscribe and unsubscribe reschedules the next poll, counted from the
 * last response: a new subscriber triggers a poll only if that response is older than its own period.
 *
 * @param createPolls - Returns the stream of polls for the combined schedule.
 * @param onEmpty - Called after the last subscriber has unsubscribed.
 */
export const sharePoll = <A>(
  createPolls: (schedule: PollSchedule<A>, retryOptions: PollRetryOptions) => Observable<A>,
  onEmpty: () => void,
): SharedPoll<A> => {
  const subscribers = new Set<PollSubscriber<A>>();
  const pollNow$ = new Subject<unknown>();
  const retry$ = new Subject<RetryNotice>();
  // A plain loop: it runs for each of maybe thousands of subscribers that subscribes or unsubscribes.
  const shortestDelay: NextDelay<A> = (response, elapsed, sinceProgress) => {
    let shortest = Infinity;
    for (const { delayAfter } of subscribers) {
      const delay = delayAfter(response, elapsed, sinceProgress);
      if (delay < shortest) shortest = delay;
    }
    return shortest;
  };
  const delay$ = new BehaviorSubject(shortestDelay);
  const retryOptions: PollRetryOptions = {
    get pollAttempts(): number {
      return Math.max(...[...subscribers].map(({ pollAttempts }) => pollAttempts));
    },
    onRetry: retry$,
  };
  const applyJitter = (delay: number): number => [...subscribers][0]?.applyJitter(delay) ?? delay;
  const responses$ = createPolls({ delay$, pollNow$, applyJitter }, retryOptions).pipe(
    share({ connector: () => new ReplaySubject<A>(1) }),
  );

  const subscribeWith = (options: SharedPollOptions<A>): Observable<A> =>
    new Observable<A>((subscriber) => {
      let added: PollSubscriber<A> | undefined;
      subscriber.add(() => {
        if (added !== undefined) subscribers.delete(added);
        if (subscribers.size === 0) onEmpty();
        else delay$.next(shortestDelay);
      });
      const schedule = scheduleOf(options);
      const entry: PollSubscriber<A> = (added = {
        delayAfter: adaptivePeriod,
        pollAttempts: pollAttemptsOf(options),
        applyJitter: schedule.applyJitter,
      });
      subscribers.add(entry);
      const fail = (thrown: unknown): void => subscriber.error(thrown);
      // Deferred, so as not to interrupt the loop over all subscribers.
      const failSoon = (thrown: unknown): void => void subscriber.add(asapScheduler.schedule(() => fail(thrown)));
      subscriber.add(
        schedule.delay$.subscribe({
          next: (delayAfter) => {
            entry.delayAfter = isolateErrors(delayAfter, failSoon);
            delay$.next(shortestDelay);
          },
          error: fail,
        }),
      );
      subscriber.add(schedule.pollNow$.subscribe({ next: (value) => pollNow$.next(value), error: fail }));
      subscriber.add(retry$.subscribe(toRetryCallback(options.onRetry, 'onRetry')));
      subscriber.add(responses$.subscribe(subscriber));
    });
  return { subscribeWith };
};

/** A period function that throws errors its own subscriber only; for the others it counts as never. */
const isolateErrors =
  <A>(delayAfter: NextDelay<A>, fail: (thrown: unknown) => void): NextDelay<A> =>
  (...args) => {
    try {
      return delayAfter(...args);
    } catch (thrown) {
      fail(thrown);
      return Infinity;
    }
  };
