/** `preparation` and `preparations` of this library, run in virtual time against the virtual server. */

import { preparation, preparations, type DownloadFileInfo } from 'rx-content-library';
import { asyncScheduler, concatMap, defer, map, timer, type Observable } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { scriptedVCenter } from '../../test/support/scripted-vcenter.ts';
import { FETCH_CONCURRENCY, OPENED_AT, type Outcome } from './policies.ts';
import { computeEnd, computePreparations, ROUND_TRIP, statusAt, type Preparations } from './virtual-server.ts';

/** What one download with this library costs. */
export interface LibraryOutcome extends Outcome {
  readonly wall: number;
  readonly prepareRequests: number;
  /** For each file: milliseconds of its preparation, and from its end until the stream emits it. */
  readonly files: readonly { readonly duration: number; readonly delay: number }[];
}

/** Waits for one file with `preparation`, for several with `preparations`. */
export const library = (durations: readonly number[], concurrency: number): LibraryOutcome => {
  const names = durations.map((_, index) => `file-${index}`);
  const requestedAt: number[] = [];
  const noticedAt: number[] = [];
  let statusReads = 0;
  // Prepare requests arrive in the order of the files, so that a new one does not change the preparations before it.
  let server: Preparations = computePreparations([], durations, concurrency);
  const readInfo = (index: number): DownloadFileInfo => {
    if (server.readyAt.length < requestedAt.length) server = computePreparations(requestedAt, durations, concurrency);
    const status = index < requestedAt.length ? statusAt(server, index, asyncScheduler.now()) : 'UNPREPARED';
    return { name: names[index] ?? '', bytes_transferred: 0, status };
  };
  const respond = <A>(createBody: () => A): Observable<A> =>
    timer(ROUND_TRIP / 2).pipe(
      map(createBody),
      concatMap((body) => timer(ROUND_TRIP / 2).pipe(map(() => body))),
    );
  const respondToRead = <A>(createBody: () => A): Observable<A> => defer(() => ((statusReads += 1), respond(createBody)));
  const vc = scriptedVCenter({
    'content.library.item.downloadsession.File.prepare': ({ file_name }) =>
      respond(() => {
        const index = Number(String(file_name).replace('file-', ''));
        requestedAt[index] = asyncScheduler.now();
        return readInfo(index);
      }),
    'content.library.item.downloadsession.File.list': () => respondToRead(() => names.map((_, index) => readInfo(index))),
    'content.library.item.downloadsession.File.get': () => respondToRead(() => readInfo(0)),
    'content.library.item.DownloadSession.get': () => respondToRead(() => ({ library_item_id: 'item', state: 'ACTIVE' })),
  });
  new TestScheduler(() => undefined).run(({ flush }) => {
    const infos$ =
      names.length === 1
        ? preparation(vc, 'session', 'file-0').pipe(map((info): readonly DownloadFileInfo[] => [info]))
        : preparations(vc, 'session', names);
    timer(OPENED_AT)
      .pipe(concatMap(() => infos$))
      .subscribe((infos) => {
        infos.forEach(({ status }, index) => {
          if (status === 'PREPARED') noticedAt[index] ??= asyncScheduler.now();
        });
      });
    flush();
  });
  const { readyAt } = computePreparations(requestedAt, durations, concurrency);
  return {
    wall: computeEnd(noticedAt, FETCH_CONCURRENCY),
    statusReads,
    prepareRequests: requestedAt.length,
    files: readyAt.map((at, index) => ({
      duration: at - (requestedAt[index] ?? 0),
      delay: (noticedAt[index] ?? Infinity) - at,
    })),
  };
};
