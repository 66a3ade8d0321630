/** Moves failures from the error channel into `Either` values, and back. */

import type { Either } from 'fp-ts/lib/Either.js';
import { catchError, concatMap, map, of, throwError, type OperatorFunction } from 'rxjs';
import { isContentLibraryError, type ContentLibraryError } from '../errors/index.ts';

/**
 * Turns a failure into a value, so that the stream does not error with it.
 *
 * - Emits: a `Right` for every value; a `Left` for a {@link ContentLibraryError}.
 * - Completes: with its source, or after the `Left`.
 * - Errors: with any other error of its source, which is a defect and not an outcome.
 * - Unsubscribing: unsubscribes from its source.
 *
 * ```text
 * source   -a-b-#
 * attempt  -r-s-(l|)
 * ```
 */
export const attempt =
  <A>(): OperatorFunction<A, Either<ContentLibraryError, A>> =>
  (source) =>
    source.pipe(
      map((right): Either<ContentLibraryError, A> => ({ _tag: 'Right', right })),
      catchError((thrown: unknown) =>
        isContentLibraryError(thrown)
          ? of<Either<ContentLibraryError, A>>({ _tag: 'Left', left: thrown })
          : throwError(() => thrown),
      ),
    );

/**
 * The inverse of {@link attempt}: turns a `Left` into an error.
 *
 * - Emits: the value of every `Right`.
 * - Completes: with its source.
 * - Errors: with the value of the first `Left`, and as its source does.
 * - Unsubscribing: unsubscribes from its source.
 *
 * ```text
 * source  -r-s-(l|)
 * orFail  -a-b-#
 * ```
 */
export const orFail =
  <E, A>(): OperatorFunction<Either<E, A>, A> =>
  (source) =>
    source.pipe(concatMap((either) => (either._tag === 'Left' ? throwError(() => either.left) : of(either.right))));
