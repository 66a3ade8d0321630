/** Carries failures from the error channel into `Either`, and back. */

import type { Either } from 'fp-ts/lib/Either.js';
import { catchError, concatMap, map, of, throwError, type OperatorFunction } from 'rxjs';
import { isContentLibraryError, type ContentLibraryError } from '../errors/index.ts';

/**
 * Turns a stream that may error into a stream of `Either`s that does not.
 *
 * - Emits: a `Right` for every value; a `Left` for the failure.
 * - Completes: with its source, or after the `Left`.
 * - Errors: only with what is not a {@link ContentLibraryError}: a defect, not an outcome.
 * - Unsubscribing: unsubscribes from the source.
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
 * The way back: values go on, a `Left` becomes the stream's error.
 *
 * - Emits: the value of every `Right`.
 * - Completes: with its source.
 * - Errors: with the first `Left`, and whatever the source errors with.
 * - Unsubscribing: unsubscribes from the source.
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
