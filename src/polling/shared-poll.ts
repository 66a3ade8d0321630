/** One stream of polls for any number of onlookers, each with wishes of its own. */

import { asapScheduler, BehaviorSubject, Observable, ReplaySubject, share, Subject } from 'rxjs';
import { maxRetriesOf, type PollRetryOptions } from './poll-retry.ts';
import { scheduleOf, type DelayAfter, type PollOptions, type PollSchedule } from './poll-schedule.ts';
import { adaptivePeriod } from './adaptive-period.ts';
import { toRetryCallback, type RetryNotice } from '../http/retry.ts';
import { toTimerDelay } from '../operators/timer-delay.ts';

/** How an onlooker wishes to be served. */
export interface SharedPollOptions<A> extends PollOptions<A>, PollRetryOptions {}

/** The polls that onlookers share. */
export interface SharedPoll<A> {
  /** The stream for one more of them. */
  subscribeWith(options: SharedPollOptions<A>): Observable<A>;
}

/** What is known of one of them. */
interface PollSubscriber<A> {
  pace: DelayAfter<A>;
  readonly retries: number;
  readonly shorten: PollSchedule<A>['applyJitter'];
}

/**
 * Shares a stream of polls. `look` answers a stream that
 *
 * - Emits: the last answer at once, if there is one, then every answer.
 * - Completes: never, unless the polls do. - Errors: as the polls do, for all; as an onlooker's own period does, for that one alone.
 * - Unsubscribing: leaves; the last to leave stops the polls.
 *
 * The quickest delay wins, and the most patient number of retries. Whoever comes or leaves makes the delay be worked out anew, counted
 * from the last answer: one who comes polls at once only if that answer is older than the period he wishes.
 *
 * @param poll - Makes the stream, of the wishes of all. @param onEmpty - Called when the last has left.
 */
export const sharePoll = <A>(
  poll: (wishes: PollSchedule<A>, budget: PollRetryOptions) => Observable<A>,
  onEmpty: () => void,
): SharedPoll<A> => {
  const subscribers = new Set<PollSubscriber<A>>();
  const now$ = new Subject<unknown>();
  const retry$ = new Subject<RetryNotice>();
  // A plain loop, for there may be thousands, and each that comes or leaves goes through it.
  const shortestDelay: DelayAfter<A> = (answer, waited, quiet) => {
    let least = Infinity;
    for (const { pace } of subscribers) {
      const delay = pace(answer, waited, quiet);
      if (delay < least) least = delay;
    }
    return toTimerDelay(least, 1);
  };
  const delay$ = new BehaviorSubject(shortestDelay);
  const pollRetry: PollRetryOptions = {
    get retries(): number {
      return Math.max(...[...subscribers].map(({ retries }) => retries));
    },
    onRetry: retry$,
  };
  const shorten = (delay: number): number => [...subscribers][0]?.shorten(delay) ?? delay;
  const answers$ = poll({ delay$: delay$, pollNow$: now$, applyJitter: shorten }, pollRetry).pipe(
    share({ connector: () => new ReplaySubject<A>(1) }),
  );

  const look = (options: SharedPollOptions<A>): Observable<A> =>
    new Observable<A>((subscriber) => {
      let added: PollSubscriber<A> | undefined;
      subscriber.add(() => {
        if (added !== undefined) subscribers.delete(added);
        if (subscribers.size === 0) onEmpty();
        else delay$.next(shortestDelay);
      });
      const schedule = scheduleOf(options);
      const entry: PollSubscriber<A> = (added = {
        pace: adaptivePeriod,
        retries: maxRetriesOf(options),
        shorten: schedule.applyJitter,
      });
      subscribers.add(entry);
      const fail = (thrown: unknown): void => subscriber.error(thrown);
      // Not in the middle of the others' poll, but right after.
      const failSoon = (thrown: unknown): void => void subscriber.add(asapScheduler.schedule(() => fail(thrown)));
      subscriber.add(
        schedule.delay$.subscribe({
          next: (pace) => {
            entry.pace = isolateErrors(pace, failSoon);
            delay$.next(shortestDelay);
          },
          error: fail,
        }),
      );
      subscriber.add(schedule.pollNow$.subscribe({ next: (value) => now$.next(value), error: fail }));
      subscriber.add(retry$.subscribe(toRetryCallback(options.onRetry, 'onRetry')));
      subscriber.add(answers$.subscribe(subscriber));
    });
  return { subscribeWith: look };
};

/** A period that throws must not end the polls of the others: it counts as never. */
const isolateErrors =
  <A>(pace: DelayAfter<A>, fail: (thrown: unknown) => void): DelayAfter<A> =>
  (...asked) => {
    try {
      return pace(...asked);
    } catch (thrown) {
      fail(thrown);
      return Infinity;
    }
  };
