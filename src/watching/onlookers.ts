/** One stream of polls for any number of onlookers, each with wishes of its own. */

import { asapScheduler, BehaviorSubject, Observable, ReplaySubject, share, Subject } from 'rxjs';
import { retriesOf, tellerOf, type BudgetOptions } from '../polling/budget.ts';
import { wishesOf, type Pace, type PollOptions, type Wishes } from '../polling/pace.ts';
import { clamped, patientPeriod } from '../polling/period.ts';
import type { Retry } from '../connection/retrying.ts';

/** How an onlooker wishes to be served. */
export interface LookOptions<A> extends PollOptions<A>, BudgetOptions {}

/** The polls that onlookers share. */
export interface Shared<A> {
  /** The stream for one more of them. */
  look(options: LookOptions<A>): Observable<A>;
}

/** What is known of one of them. */
interface Onlooker<A> {
  pace: Pace<A>;
  readonly retries: number;
  readonly shorten: Wishes<A>['shorten'];
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
export const shared = <A>(poll: (wishes: Wishes<A>, budget: BudgetOptions) => Observable<A>, onEmpty: () => void): Shared<A> => {
  const onlookers = new Set<Onlooker<A>>();
  const now$ = new Subject<unknown>();
  const retry$ = new Subject<Retry>();
  // A plain loop, for there may be thousands, and each that comes or leaves goes through it.
  const quickest: Pace<A> = (answer, waited, quiet) => {
    let least = Infinity;
    for (const { pace } of onlookers) {
      const delay = pace(answer, waited, quiet);
      if (delay < least) least = delay;
    }
    return clamped(least);
  };
  const pace$ = new BehaviorSubject(quickest);
  const budget: BudgetOptions = {
    get retries(): number {
      return Math.max(...[...onlookers].map(({ retries }) => retries));
    },
    onRetry: retry$,
  };
  const shorten = (delay: number): number => [...onlookers][0]?.shorten(delay) ?? delay;
  const answers$ = poll({ pace$, now$, shorten }, budget).pipe(share({ connector: () => new ReplaySubject<A>(1) }));

  const look = (options: LookOptions<A>): Observable<A> =>
    new Observable<A>((subscriber) => {
      let onlooker: Onlooker<A> | undefined;
      subscriber.add(() => {
        if (onlooker !== undefined) onlookers.delete(onlooker);
        if (onlookers.size === 0) onEmpty();
        else pace$.next(quickest);
      });
      const wishes = wishesOf(options);
      const me: Onlooker<A> = (onlooker = { pace: patientPeriod, retries: retriesOf(options), shorten: wishes.shorten });
      onlookers.add(me);
      const fail = (thrown: unknown): void => subscriber.error(thrown);
      // Not in the middle of the others' poll, but right after.
      const failSoon = (thrown: unknown): void => void subscriber.add(asapScheduler.schedule(() => fail(thrown)));
      subscriber.add(
        wishes.pace$.subscribe({
          next: (pace) => {
            me.pace = harmless(pace, failSoon);
            pace$.next(quickest);
          },
          error: fail,
        }),
      );
      subscriber.add(wishes.now$.subscribe({ next: (value) => now$.next(value), error: fail }));
      subscriber.add(retry$.subscribe(tellerOf(options.onRetry)));
      subscriber.add(answers$.subscribe(subscriber));
    });
  return { look };
};

/** A period that throws must not end the polls of the others: it counts as never. */
const harmless =
  <A>(pace: Pace<A>, fail: (thrown: unknown) => void): Pace<A> =>
  (...asked) => {
    try {
      return pace(...asked);
    } catch (thrown) {
      fail(thrown);
      return Infinity;
    }
  };
