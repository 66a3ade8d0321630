/** Acquires, uses, and gives back whatever happens: `using` for resources that live on a server. */

import { catchError, defer, EMPTY, Observable, take, type Subscription } from 'rxjs';

/** Why a resource is given back. */
export type Ending = 'complete' | 'error' | 'unsubscribe';

/** How a resource is come by, used and given back. */
export interface Bracket<R, A> {
  /** Emits the resource. Never cut off: what the server has made must be given back, even if nobody waits for it any more. */
  readonly acquire: Observable<R>;
  readonly use: (resource: R) => Observable<A>;
  /** Its failures are not told: how the use ended matters more. */
  readonly release: (resource: R, ending: Ending) => Observable<unknown>;
  /** Called when something begins that has to come to its end; the function it answers is called at that end. */
  readonly hold?: () => () => void;
}

/**
 * - Emits: what `use` emits.
 * - Completes: when `use` has completed and the resource was given back.
 * - Errors: with what `acquire` or `use` errored with, after the resource was given back.
 * - Unsubscribing: unsubscribes from `use`, then gives back; if the resource is still to come, as soon as it is there.
 */
export const bracket = <R, A>({ acquire, use, release, hold = () => () => undefined }: Bracket<R, A>): Observable<A> =>
  new Observable<A>((subscriber) => {
    let using: Subscription | undefined;
    let giveBack: ((ending: Ending, then: () => void) => void) | undefined;

    const arrived = hold();
    acquire.pipe(take(1)).subscribe({
      next: (resource) => {
        giveBack = (ending, then) => {
          giveBack = undefined;
          const givenBack = hold();
          defer(() => release(resource, ending))
            .pipe(catchError(() => EMPTY))
            .subscribe({
              complete: () => {
                givenBack();
                then();
              },
            });
        };
        if (subscriber.closed) {
          giveBack('unsubscribe', () => undefined);
          return;
        }
        using = defer(() => use(resource)).subscribe({
          next: (value) => subscriber.next(value),
          error: (error: unknown) => {
            // Whatever else the use still does ends before its resource is taken away.
            using?.unsubscribe();
            giveBack?.('error', () => subscriber.error(error));
          },
          complete: () => giveBack?.('complete', () => subscriber.complete()),
        });
        // A use that answered at once may have been left at once, before there was a subscription to end.
        if (subscriber.closed) using.unsubscribe();
      },
      error: (error: unknown) => {
        arrived();
        subscriber.error(error);
      },
      complete: () => {
        arrived();
        if (giveBack === undefined && using === undefined) subscriber.complete();
      },
    });

    return () => {
      using?.unsubscribe();
      giveBack?.('unsubscribe', () => undefined);
    };
  });
