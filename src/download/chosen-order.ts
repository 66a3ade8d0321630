/** Emits the files of a download one after the other, in an order that its caller chooses. */

import { concatMap, first, startWith, take, type Observable } from 'rxjs';
import { invalidOptionError } from '../errors/invalid-option-error.ts';

/** What the order depends on. */
export interface ChosenOrderOptions {
  /** Returns one of the names. */
  readonly nextFile: (names: readonly string[]) => string;
  /** Returns the names of the files whose transfer has not ended. */
  readonly pending: () => readonly string[];
  /** Emits when the transfer of a file has ended. */
  readonly ended$: Observable<unknown>;
  /** Emits the name of each file once it is prepared or has failed. */
  readonly settled$: Observable<string>;
}

/**
 * Emits the name of one file at a time: the next one is chosen when the previous one has ended, and emitted when it is prepared.
 *
 * - Emits: each name once. Their number is that of the pending files when this is called.
 * - Completes: after the last one.
 * - Errors: `TypeError` if `nextFile` returns another name; and as `nextFile` throws.
 * - Unsubscribing: ends the wait.
 *
 * ```text
 * settled$  -c-a---b
 * ended$    ---------x-----x
 * output    ---a-----b-----(c|)   (nextFile chooses a, b, c)
 * ```
 */
export const chosenOrder = ({ nextFile, pending, ended$, settled$ }: ChosenOrderOptions): Observable<string> =>
  ended$.pipe(
    startWith(undefined),
    take(pending().length),
    concatMap(() => {
      const names = pending();
      const next = nextFile(names);
      if (!names.includes(next)) throw invalidOptionError('nextFile', 'a function that returns one of the names', next);
      return settled$.pipe(first((name) => name === next));
    }),
  );
