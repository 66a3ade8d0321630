/** Acquires, uses, and gives back whatever happens: `using` for resources that live on a server. */

import { asyncScheduler, catchError, defer, EMPTY, NEVER, Observable, Subscription, take, takeUntil, timer } from 'rxjs';

/** Why a resource is given back; `unused`: it came after everybody had left. */
export type ReleaseReason = 'complete' | 'error' | 'unsubscribe' | 'unused';

/** How a resource is come by, used and given back. */
export interface Bracket<R, A> {
  /** Emits the resource. Not cut off: what the server has made must be given back, even if nobody waits for it any more. */
  readonly acquire: Observable<R>;
  readonly use: (resource: R) => Observable<A>;
  /** Its failures are not told: how the use ended matters more. */
  readonly release: (resource: R, ending: ReleaseReason) => Observable<unknown>;
  /**
   * Milliseconds that giving it back may take. Whoever has left waits no longer than that, be it for the resource to come or to go.
   * @default no limit
   */
  readonly releaseTimeout?: number;
  /** Called when something begins that has to come to its end; the function it answers is called at that end. */
  readonly onPending?: () => () => void;
}

/**
 * - Emits: what `use` emits.
 * - Completes: when `use` has completed and the resource was given back.
 * - Errors: with what `acquire` or `use` errored with, after the resource was given back.
 * - Unsubscribing: unsubscribes from `use`, then gives back; if the resource is still to come, as soon as it is there.
 */
export const bracket = <R, A>({
  acquire,
  use,
  release,
  releaseTimeout,
  onPending = () => () => undefined,
}: Bracket<R, A>): Observable<A> =>
  new Observable<A>((subscriber) => {
    let using: Subscription | undefined;
    let runRelease: ((ending: ReleaseReason, then: () => void) => void) | undefined;

    let deadline: number | undefined;
    const startDeadline = (): void => {
      if (releaseTimeout !== undefined) deadline ??= asyncScheduler.now() + releaseTimeout;
    };
    const deadline$ = defer(() => (deadline === undefined ? NEVER : timer(Math.max(0, deadline - asyncScheduler.now()))));

    const arrived = onPending();
    const acquiring = new Subscription();
    acquiring.add(arrived);
    acquiring.add(
      acquire.pipe(take(1)).subscribe({
        next: (resource) => {
          runRelease = (ending, then) => {
            runRelease = undefined;
            startDeadline();
            const released = onPending();
            defer(() => release(resource, ending))
              .pipe(
                catchError(() => EMPTY),
                takeUntil(deadline$),
              )
              .subscribe({
                complete: () => {
                  released();
                  then();
                },
              });
          };
          if (subscriber.closed) {
            runRelease('unused', () => undefined);
            return;
          }
          using = defer(() => use(resource)).subscribe({
            next: (value) => subscriber.next(value),
            error: (error: unknown) => {
              // Whatever else the use still does ends before its resource is taken away.
              using?.unsubscribe();
              runRelease?.('error', () => subscriber.error(error));
            },
            complete: () => runRelease?.('complete', () => subscriber.complete()),
          });
          // A use that answered at once may have been left at once, before there was a subscription to end.
          if (subscriber.closed) using.unsubscribe();
        },
        error: (error: unknown) => {
          acquiring.unsubscribe();
          subscriber.error(error);
        },
        complete: () => {
          acquiring.unsubscribe();
          if (runRelease === undefined && using === undefined) subscriber.complete();
        },
      }),
    );

    return () => {
      startDeadline();
      using?.unsubscribe();
      runRelease?.('unsubscribe', () => undefined);
      if (!acquiring.closed) acquiring.add(deadline$.subscribe(() => acquiring.unsubscribe()));
    };
  });
