/** What happens to an item's files, from one download session to the next. */

import { asyncScheduler, catchError, concatMap, defer, EMPTY, finalize, merge, of, tap, throwError, type Observable } from 'rxjs';
import { courseOf, type Course, type Known, type Task } from './course.ts';
import { isContentLibraryError, LeaseError } from '../errors.ts';
import type { DownloadEvent, Failed, Progress, Saved } from './events.ts';
import { fileDownload, type FileDownload } from './file-download.ts';
import { inLanes } from './lanes.ts';
import { knownByLinks, linkStory } from './link-story.ts';
import { storedFiles } from './opening.ts';
import { stallOf } from './options.ts';
import { partsOf, partsPlan, type Lane, type Parts } from '../transfer/parts.ts';
import { sessionStory } from './session-story.ts';
import { sessionsInTurn } from './sessions-in-turn.ts';

const { random } = Math;

/**
 * - Emits: what happens, but for `closed`. - Completes: when every file has come to its end, and the session is deleted.
 * - Errors and unsubscribing: as `download`.
 */
export const storyOf = (task: Task): Observable<DownloadEvent> =>
  defer(() => {
    const course = courseOf(task);
    const { vc, item, told$, ended$, known$ } = course;
    const onLost = (): void => told$.next({ type: 'lease', state: 'lost' });
    const sessions$ = sessionsInTurn({
      vc,
      itemId: item.id,
      use: (sessionId) => sessionStory(course, sessionId),
      reached: () => course.known?.tally.reached() ?? 0,
      onLost,
    });
    const ways$ = storedFiles(vc, item.id).pipe(
      concatMap((stored) => {
        course.stored = stored;
        return knownByLinks(course);
      }),
      concatMap((links) => {
        if (links === undefined) return sessions$;
        return linkStory(course, links).pipe(
          catchError((thrown: unknown) => {
            if (!(thrown instanceof LeaseError)) return throwError(() => thrown);
            onLost();
            return sessions$;
          }),
        );
      }),
      finalize(() => told$.complete()),
    );
    const files$ = known$.pipe(
      concatMap((known) => filesOf(course, known)),
      tap({ error: (thrown: unknown) => ended$.error(thrown), complete: () => ended$.next() }),
      // It is the way to the files that errors with it, once it is cleared.
      catchError(() => EMPTY),
    );
    return merge(ways$, files$, told$);
  });

const filesOf = (course: Course, known: Known): Observable<Progress | Saved | Failed> => {
  const { held, busy$, options } = course;
  const most = options.concurrency ?? 2;
  const plan = partsPlan(most);
  const run = (name: string, lane: Lane): Observable<Progress | Saved | Failed> =>
    oneFile(course, known, name, partsOf({ plan, lane, onBusy: () => busy$.next() }));
  return held.settled(known.names.length).pipe(
    inLanes(run, { most, busy$ }),
    tap((event) => {
      course.newsAt = asyncScheduler.now();
      known.tally.note(event);
    }),
  );
};

const oneFile = (course: Course, known: Known, name: string, parts: Parts): Observable<Progress | Saved | Failed> =>
  fileDownload(courseOfFile(course, known, name, parts)).pipe(
    catchError((error: unknown) =>
      course.options.continueOnError === true && isContentLibraryError(error)
        ? of<Failed>({ type: 'failed', file: name, error })
        : throwError(() => error),
    ),
    tap({ complete: () => course.finished.add(name) }),
  );

const courseOfFile = (course: Course, { lease }: Known, name: string, parts: Parts): FileDownload => {
  const { vc, item, sink, held, stored, options, told$, busy$, lost$ } = course;
  const { fileRetry = {} } = options;
  const { attempts = 5, delay = 500 } = fileRetry === false ? { attempts: 1 } : fileRetry;
  const file = stored.get(name);
  return {
    vc,
    name,
    sink,
    prepared: (lostSessionId) => held.prepared(name, lostSessionId),
    content:
      lease.contentVersion === undefined
        ? undefined
        : {
            itemId: item.id,
            contentVersion: lease.contentVersion,
            ...(file === undefined ? {} : { fileVersion: file.version }),
          },
    stated: file?.checksum_info,
    stall: stallOf(options),
    parts,
    persistence: { attempts, delay, random },
    onFlow: (change) => {
      course.flowing += change;
      course.newsAt = asyncScheduler.now();
    },
    onRetry: (retrying, busy) => {
      told$.next(retrying);
      if (busy) busy$.next();
    },
    onLost: (error) => lost$.next(error),
  };
};
