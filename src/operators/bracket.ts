/** Acquires a resource, uses it, and always releases it: like `using`, for resources on a server. */

import {
  asyncScheduler,
  catchError,
  concatMap,
  defer,
  EMPTY,
  NEVER,
  Observable,
  Subscription,
  take,
  takeUntil,
  throwError,
  timer,
} from 'rxjs';
import { TimeoutError } from '../errors/index.ts';

/** Why a resource is released. `unused`: it was acquired after the subscriber had left. */
export type ReleaseReason = 'complete' | 'error' | 'unsubscribe' | 'unused';

/** Options of {@link bracket}. */
export interface Bracket<R, A> {
  /** Emits the resource. Unsubscribing does not abort it before `releaseTimeout`: what the server has created must be released. */
  readonly acquire: Observable<R>;
  readonly use: (resource: R) => Observable<A>;
  /** Errors of the release are not emitted: the result of `use` wins. */
  readonly release: (resource: R, reason: ReleaseReason) => Observable<unknown>;
  /**
   * Called if the release errors or does not complete within `releaseTimeout`, before the stream ends. Called without a resource if an
   * acquisition that an unsubscribe has interrupted does not end in that time: it may exist, and is not released.
   */
  readonly onReleaseFailed?: (resource: R | undefined, failure: unknown) => void;
  /**
   * Maximum time for the release, in milliseconds. After an unsubscribe it includes the rest of the acquisition.
   * @default no limit
   */
  readonly releaseTimeout?: number;
  /** Called when an acquisition or a release starts; calls the returned function when it has ended. */
  readonly onPending?: () => () => void;
}

/**
 * Acquires a resource, uses it, and releases it when the use completes, errors, or is unsubscribed from.
 *
 * - Emits: what `use` emits.
 * - Completes: when `use` has completed and the resource is released.
 * - Errors: as `acquire` or `use` does, once the resource is released.
 * - Unsubscribing: unsubscribes from `use`, then releases the resource; if it is not acquired yet, as soon as it is.
 */
export const bracket = <R, A>({
  acquire,
  use,
  release,
  onReleaseFailed = () => undefined,
  releaseTimeout,
  onPending = () => () => undefined,
}: Bracket<R, A>): Observable<A> =>
  new Observable<A>((subscriber) => {
    let using: Subscription | undefined;
    let runRelease: ((reason: ReleaseReason, onReleased: () => void) => void) | undefined;

    let deadline: number | undefined;
    const startDeadline = (): void => {
      if (releaseTimeout !== undefined) deadline ??= asyncScheduler.now() + releaseTimeout;
    };
    const deadline$ = defer(() => (deadline === undefined ? NEVER : timer(Math.max(0, deadline - asyncScheduler.now()))));

    const acquiring = new Subscription();
    acquiring.add(onPending());
    acquiring.add(
      acquire.pipe(take(1)).subscribe({
        next: (resource) => {
          runRelease = (reason, onReleased) => {
            runRelease = undefined;
            startDeadline();
            const endPending = onPending();
            defer(() => release(resource, reason))
              .pipe(
                takeUntil(deadline$.pipe(concatMap(() => throwError(() => releaseTimeoutError(releaseTimeout))))),
                catchError((thrown: unknown) => {
                  onReleaseFailed(resource, thrown);
                  return EMPTY;
                }),
              )
              .subscribe({
                complete: () => {
                  endPending();
                  onReleased();
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
              // `use` is ended before its resource is released.
              using?.unsubscribe();
              runRelease?.('error', () => subscriber.error(error));
            },
            complete: () => runRelease?.('complete', () => subscriber.complete()),
          });
          // `use` may emit synchronously and cause an unsubscribe before `using` is assigned.
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
      if (acquiring.closed) return;
      const abandon = (): void => {
        acquiring.unsubscribe();
        if (using === undefined && runRelease === undefined) onReleaseFailed(undefined, releaseTimeoutError(releaseTimeout));
      };
      acquiring.add(deadline$.subscribe(abandon));
    };
  });

const releaseTimeoutError = (timeout = 0): TimeoutError => new TimeoutError({ operation: 'clean-up', timeout });
