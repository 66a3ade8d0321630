/** The visibility of the page. */

import { defer, distinctUntilChanged, fromEvent, map, of, startWith, type Observable } from 'rxjs';

/**
 * - Emits: true if the page is hidden, at once and whenever that changes. Without a page, as in Node and in workers: `false`.
 * - Completes: without a page.
 * - Errors: never.
 * - Unsubscribing: stops listening.
 */
export const pageHidden = (): Observable<boolean> =>
  defer(() => {
    if (typeof document === 'undefined') return of(false);
    const page = document;
    return fromEvent(page, 'visibilitychange').pipe(
      startWith(undefined),
      map(() => page.visibilityState === 'hidden'),
      distinctUntilChanged(),
    );
  });
