/** Our own `preparation` and `preparations`, as they are, in virtual time against the server of the simulation. */

import { asyncScheduler, concatMap, defer, map, timer, type Observable } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { preparation, preparations, type DownloadFileInfo } from 'rx-content-library';
import { scriptedVCenter } from '../../test/support/scripted-vcenter.ts';
import { lanes, opened, type Outcome } from './policies.ts';
import { fetched, prepared, roundTrip, statusAt, type Preparations } from './server.ts';

/** What the simulation tells of ours besides. */
export interface OwnOutcome extends Outcome {
  readonly wall: number;
  /** Requests for preparation. */
  readonly asking: number;
  /** For each file: milliseconds from the arrival of its request to PREPARED, and from there until it was seen. */
  readonly noticed: readonly { readonly took: number; readonly late: number }[];
}

/** Waits for files as the library does. One file alone is waited for with `preparation`, several with `preparations`. */
export const ours = (times: readonly number[], atOnce: number): OwnOutcome => {
  const names = times.map((_, index) => `file-${index}`);
  const asked: number[] = [];
  const seen: number[] = [];
  let waiting = 0;
  // Requests for preparation arrive in the order of the files, so that one more leaves the preparations of those before it as they were.
  let server: Preparations = prepared([], times, atOnce);
  const info = (index: number): DownloadFileInfo => {
    if (server.ready.length < asked.length) server = prepared(asked, times, atOnce);
    const status = index < asked.length ? statusAt(server, index, asyncScheduler.now()) : 'UNPREPARED';
    return { name: names[index] ?? '', bytes_transferred: 0, status };
  };
  const answered = <A>(answer: () => A): Observable<A> =>
    timer(roundTrip / 2).pipe(
      map(answer),
      concatMap((value) => timer(roundTrip / 2).pipe(map(() => value))),
    );
  const looking = <A>(answer: () => A): Observable<A> => defer(() => ((waiting += 1), answered(answer)));
  const vc = scriptedVCenter({
    'content.library.item.downloadsession.File.prepare': ({ file_name }) =>
      answered(() => {
        const index = Number(String(file_name).replace('file-', ''));
        asked[index] = asyncScheduler.now();
        return info(index);
      }),
    'content.library.item.downloadsession.File.list': () => looking(() => names.map((_, index) => info(index))),
    'content.library.item.downloadsession.File.get': () => looking(() => info(0)),
    'content.library.item.DownloadSession.get': () => looking(() => ({ library_item_id: 'item', state: 'ACTIVE' })),
  });
  new TestScheduler(() => undefined).run(({ flush }) => {
    const infos$ =
      names.length === 1
        ? preparation(vc, 'session', 'file-0').pipe(map((only): readonly DownloadFileInfo[] => [only]))
        : preparations(vc, 'session', names);
    timer(opened)
      .pipe(concatMap(() => infos$))
      .subscribe((infos) => {
        infos.forEach(({ status }, index) => {
          if (status === 'PREPARED') seen[index] ??= asyncScheduler.now();
        });
      });
    flush();
  });
  const { ready } = prepared(asked, times, atOnce);
  return {
    wall: fetched(seen, lanes),
    waiting,
    asking: asked.length,
    noticed: ready.map((at, index) => ({ took: at - (asked[index] ?? 0), late: (seen[index] ?? Infinity) - at })),
  };
};
