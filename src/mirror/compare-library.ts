/** Compares a library with a target: one comparison, which downloads nothing. */

import { concatMap, defer, from, map, type Observable } from 'rxjs';
import { internalsOf, type VCenter } from '../connection/vcenter.ts';
import { assertKnownOptions, type OptionNames } from '../options/index.ts';
import { readLibrary, type LibraryContents } from './library-contents.ts';
import type { MirrorOptions, ResolvedMirrorOptions } from './options.ts';
import { planMirror, type MirrorPlan } from './plan.ts';
import type { MirrorTarget } from './target.ts';

/** Options of {@link compareLibrary}. */
export type CompareLibraryOptions = Pick<MirrorOptions, 'include'>;

const COMPARE_LIBRARY_OPTIONS: OptionNames<CompareLibraryOptions> = { include: true };

/** A library, and what differs from it in a target. */
export interface LibraryComparison {
  readonly contents: LibraryContents;
  readonly plan: MirrorPlan;
}

/**
 * Compares the content versions of a library with a target. Nothing is downloaded, moved or removed: that is for `mirror`, or, item by item,
 * for `mirrorItem`.
 *
 * - Emits: once.
 * - Completes: after it.
 * - Errors: if the library or the target cannot be listed, or the login is rejected. An item that cannot be read is in `unreadable`.
 * - Unsubscribing: aborts the requests.
 *
 * @throws TypeError (the stream) if an option is unknown.
 */
export const compareLibrary = (
  vc: VCenter,
  libraryId: string,
  target: MirrorTarget,
  options: CompareLibraryOptions = {},
): Observable<LibraryComparison> =>
  defer(() => {
    assertKnownOptions(options, COMPARE_LIBRARY_OPTIONS);
    const { include = () => true } = options;
    const { untilClosed } = internalsOf(vc);
    return comparison(vc, libraryId, target, { include, isDeleting: false }).pipe(untilClosed('compareLibrary'));
  });

/** Returns true if items that are gone are removed: never when an item could not be read, because it may be one of them. */
export const removesGone = ({ isDeleting }: Pick<ResolvedMirrorOptions, 'isDeleting'>, contents: LibraryContents): boolean =>
  isDeleting && contents.unreadable.length === 0;

/** The same for resolved options. The places of items that are removed count as free. */
export const comparison = (
  vc: VCenter,
  libraryId: string,
  target: MirrorTarget,
  options: Pick<ResolvedMirrorOptions, 'include' | 'isDeleting'>,
): Observable<LibraryComparison> =>
  readLibrary(vc, libraryId).pipe(
    concatMap((contents) =>
      defer(() => from(target.list(contents))).pipe(
        map((mirrored) => ({
          contents,
          plan: planMirror({
            contents,
            mirrored,
            isSelected: options.include,
            isDeleting: removesGone(options, contents),
          }),
        })),
      ),
    ),
  );
