/** Mirrors a library to a target. */

import {
  asyncScheduler,
  catchError,
  concat,
  concatMap,
  defer,
  EMPTY,
  from,
  ignoreElements,
  map,
  merge,
  mergeMap,
  of,
  repeat,
  tap,
  throwError,
  timer,
  type Observable,
} from 'rxjs';
import { internalsOf, type VCenter } from '../connection/vcenter.ts';
import { isContentLibraryError, isTransient } from '../errors/index.ts';
import { invalidOptionError } from '../errors/invalid-option-error.ts';
import { toTimerDelay } from '../operators/timer-delay.ts';
import { comparison, removesGone } from './compare-library.ts';
import type { MirrorEvent, MirrorFinished, MirrorGone } from './events.ts';
import type { LibraryContents } from './library-contents.ts';
import { mirrorItem } from './mirror-item.ts';
import { resolveMirrorOptions, type MirrorOptions, type ResolvedMirrorOptions } from './options.ts';
import type { MirrorPlan } from './plan.ts';
import type { MirroredItem, MirrorTarget } from './target.ts';

/**
 * Mirrors the items of a library: those whose content version differs from the target's are downloaded, those that are current are skipped,
 * and those that are gone from the library are reported, or removed with `delete`. The target is the only memory: a mirror that was
 * interrupted continues with what it finds there.
 *
 * An item changes in the target when all its files are verified: the target has the complete earlier version until then. A failed item
 * does not fail the others.
 *
 * - Emits: {@link MirrorEvent}s: `planned` first; `current`, `download`, `mirrored`, `superseded`, `gone` and `failed` interleaved;
 *   `finished` last. With `every`, all of these for each comparison, and `retrying` if one fails transiently.
 * - Completes: after `finished`; with `every`, never.
 * - Errors: if the library or the target cannot be listed, or the login is rejected.
 * - Unsubscribing: aborts the downloads; their download sessions are cancelled and deleted, and the target keeps what can be resumed.
 *
 * @throws TypeError (the stream) if an option is unknown or invalid.
 */
export const mirror = (
  vc: VCenter,
  libraryId: string,
  target: MirrorTarget,
  options: MirrorOptions = {},
): Observable<MirrorEvent> =>
  defer(() => {
    const { untilClosed } = internalsOf(vc);
    const resolved = resolveMirrorOptions(options);
    assertArguments(libraryId, target);
    const once$ = mirrorOnce(vc, libraryId, target, resolved);
    const { every } = resolved;
    if (every === undefined) return once$.pipe(untilClosed('mirror'));
    const delay = toTimerDelay(every, 1);
    return once$.pipe(
      catchError((thrown: unknown) =>
        isContentLibraryError(thrown) && isTransient(thrown)
          ? of<MirrorEvent>({ type: 'retrying', delay, error: thrown })
          : throwError(() => thrown),
      ),
      repeat({ delay: () => timer(delay) }),
      untilClosed('mirror'),
    );
  });

const assertArguments = (libraryId: unknown, target: unknown): void => {
  if (typeof libraryId !== 'string') throw invalidOptionError('libraryId', 'an identifier', libraryId);
  if (typeof target !== 'object' || target === null || !('list' in target))
    throw invalidOptionError('target', "a target, such as toTree('mirror')", target);
};

const mirrorOnce = (
  vc: VCenter,
  libraryId: string,
  target: MirrorTarget,
  options: ResolvedMirrorOptions,
): Observable<MirrorEvent> =>
  defer(() => {
    const startedAt = asyncScheduler.now();
    return comparison(vc, libraryId, target, options).pipe(
      concatMap(({ contents, plan }) => {
        const isDeleting = removesGone(options, contents);
        return runPlan({ vc, target, contents, plan, isDeleting, options, startedAt });
      }),
    );
  });

interface Run {
  readonly vc: VCenter;
  readonly target: MirrorTarget;
  readonly contents: LibraryContents;
  readonly plan: MirrorPlan;
  readonly isDeleting: boolean;
  readonly options: ResolvedMirrorOptions;
  readonly startedAt: number;
}

const runPlan = (run: Run): Observable<MirrorEvent> => {
  const { vc, target, contents, plan, options, startedAt } = run;
  const counts = { current: plan.current.length, mirrored: 0, failed: 0, gone: plan.gone.length, removed: 0, transferred: 0 };
  const count = (event: MirrorEvent): void => {
    if (event.type === 'failed') counts.failed += 1;
    if (event.type === 'gone' && event.removed) counts.removed += 1;
    if (event.type !== 'mirrored') return;
    counts.mirrored += 1;
    counts.transferred += event.transferred;
  };
  const events$ = concat(
    of(plannedEvent(contents, plan)),
    // Removed first, so that their places and their space are free.
    from(plan.gone).pipe(concatMap((item) => removeGone(run, item))),
    from(plan.moves).pipe(concatMap(({ item, place }) => move(run, item, place))),
    merge(
      from(plan.current).pipe(
        map((item): MirrorEvent => ({
          type: 'current',
          itemId: item.id,
          itemName: item.name,
          contentVersion: item.content_version ?? '',
        })),
      ),
      from(contents.unreadable).pipe(map(({ itemId, error }): MirrorEvent => ({ type: 'failed', itemId, error }))),
      from(plan.downloads).pipe(mergeMap((version) => mirrorItem(vc, target, version, options.download), options.concurrency)),
    ),
  ).pipe(tap(count));
  const finished$ = defer(() => of<MirrorFinished>({ type: 'finished', ...counts, duration: asyncScheduler.now() - startedAt }));
  return concat(events$, finished$);
};

const plannedEvent = ({ libraryId, libraryName, unreadable }: LibraryContents, plan: MirrorPlan): MirrorEvent => ({
  type: 'planned',
  libraryId,
  libraryName,
  items: plan.current.length + plan.downloads.length,
  current: plan.current.length,
  toDownload: plan.downloads.length,
  gone: plan.gone.length,
  unreadable: unreadable.length,
});

const removeGone = ({ target, contents, isDeleting }: Run, item: MirroredItem): Observable<MirrorEvent> => {
  const { itemId, itemName } = item.manifest;
  const event: MirrorGone = { type: 'gone', itemId, itemName, removed: isDeleting };
  if (!isDeleting) return of(event);
  return defer(() => from(target.remove(contents, item))).pipe(
    map(() => event),
    catchError((thrown: unknown) => failWith(item, thrown)),
  );
};

const move = ({ target, contents }: Run, item: MirroredItem, place: string): Observable<MirrorEvent> => {
  if (target.move === undefined) return EMPTY;
  return defer(async () => target.move?.(contents, item, place)).pipe(
    ignoreElements(),
    catchError((thrown: unknown) => failWith(item, thrown)),
  );
};

const failWith = ({ manifest: { itemId, itemName } }: MirroredItem, thrown: unknown): Observable<MirrorEvent> =>
  isContentLibraryError(thrown) ? of({ type: 'failed', itemId, itemName, error: thrown }) : throwError(() => thrown);
