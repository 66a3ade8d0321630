/** Watches the items of a library and their content versions. */

import { defer, distinctUntilChanged, scan, type Observable, type OperatorFunction } from 'rxjs';
import { internalsOf, type VCenter } from '../connection/vcenter.ts';
import { assertKnownOptions, type OptionNames } from '../options/index.ts';
import { POLL_RETRY_OPTIONS, retryTransientPolls, type PollRetryOptions } from '../polling/poll-retry.ts';
import { POLL_OPTIONS, scheduleOf, type PollOptions } from '../polling/poll-schedule.ts';
import { poll } from '../polling/poll.ts';
import { pollOptionsFor } from '../watching/single-poll.ts';
import { readLibrary, type LibraryContents, type LibraryItem } from './library-contents.ts';

/** Options of {@link watchLibrary}. */
export interface WatchLibraryOptions extends PollOptions<LibraryContents>, PollRetryOptions {}

const WATCH_LIBRARY_OPTIONS: OptionNames<WatchLibraryOptions> = { ...POLL_OPTIONS, ...POLL_RETRY_OPTIONS };

/** Milliseconds. Each poll reads every item of the library. */
const DEFAULT_PERIOD = 300_000;

/**
 * Watches a library: its items with their content versions. The period is five minutes by default, because each poll reads every item.
 *
 * - Emits: the items of the library: the first time at once, then whenever one was added, changed or removed.
 * - Completes: never.
 * - Errors: with the error of a request after `pollAttempts`: `ApiError` NOT_FOUND (404) if there is no such library.
 * - Unsubscribing: aborts the poll in flight and stops polling.
 *
 * ```text
 * polls         -(a|)   -(a|)   -(b|)
 * watchLibrary  -a---------------b      (period 7)
 * ```
 */
export const watchLibrary = (vc: VCenter, libraryId: string, options: WatchLibraryOptions = {}): Observable<LibraryContents> =>
  defer(() => {
    assertKnownOptions(options, WATCH_LIBRARY_OPTIONS);
    const { untilClosed } = internalsOf(vc);
    const { period = DEFAULT_PERIOD, ...others } = options;
    const { applyJitter, ...schedule } = scheduleOf(pollOptionsFor(vc, { ...others, period }));
    const poll$ = readLibrary(vc, libraryId).pipe(retryTransientPolls(others, applyJitter)());
    return poll({ poll$, ...schedule }).pipe(reuseUnchanged, untilClosed('watchLibrary'));
  });

/** Emits changed contents only, and reuses the objects of unchanged items. */
const reuseUnchanged: OperatorFunction<LibraryContents, LibraryContents> = (contents$) =>
  contents$.pipe(
    scan((previous, current) => {
      const byId = new Map(previous.items.map((item) => [item.id, item]));
      const items = current.items.map((item) => {
        const last = byId.get(item.id);
        return last !== undefined && isSameItem(last, item) ? last : item;
      });
      const isSame =
        items.length === previous.items.length &&
        items.every((item, index) => item === previous.items[index]) &&
        current.libraryName === previous.libraryName &&
        unreadableIds(current) === unreadableIds(previous);
      return isSame ? previous : { ...current, items };
    }),
    distinctUntilChanged(),
  );

/** The server sends the fields of an item in the same order each time; in another order, it counts as changed. */
const isSameItem = (previous: LibraryItem, current: LibraryItem): boolean => JSON.stringify(previous) === JSON.stringify(current);

const unreadableIds = ({ unreadable }: LibraryContents): string => unreadable.map(({ itemId }) => itemId).join();
