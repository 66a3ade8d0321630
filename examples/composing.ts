import {
  attempt,
  createDownloadSession,
  deleteDownloadSession,
  isTransient,
  preparations,
  TimeoutError,
  watchDownloadSession,
  withVCenter,
  type RetryNotice,
} from 'rx-content-library';
import { createSimulator } from 'rx-content-library/simulator';
import {
  combineLatest,
  concat,
  concatMap,
  forkJoin,
  ignoreElements,
  map,
  merge,
  of,
  retry,
  Subject,
  takeUntil,
  throwError,
  timeout,
  timer,
} from 'rxjs';

const files = [{ name: 'disk.vmdk', size: 1_000_000 }];
const simulator = createSimulator({
  inventory: {
    libraries: [
      {
        name: 'isos',
        items: [
          { name: 'a', id: 'item-a', files },
          { name: 'b', id: 'item-b', files },
        ],
      },
    ],
  },
});
const credentials = { username: 'administrator@vsphere.local', password: 'secret' };

withVCenter({ server: 'https://vcenter.example.com', credentials, fetch: simulator.fetch }, (vc) =>
  forkJoin([createDownloadSession(vc, 'item-a'), createDownloadSession(vc, 'item-b')]).pipe(
    concatMap((sessions) => {
      const [session] = sessions;

      // #region retry
      const retryNotices$ = new Subject<RetryNotice>();
      const withRetry$ = preparations(vc, session, undefined, { pollAttempts: 21, onRetry: retryNotices$ }).pipe(
        retry({ count: 3, delay: (error: unknown) => (isTransient(error) ? timer(30_000) : throwError(() => error)) }),
      );
      // #endregion

      // #region timeout
      const withTimeout$ = preparations(vc, session).pipe(
        timeout({
          each: 120_000,
          with: () => throwError(() => new TimeoutError({ operation: 'preparations', timeout: 120_000 })),
        }),
      );
      // #endregion

      // #region combine
      const all$ = combineLatest(sessions.map((id) => watchDownloadSession(vc, id))).pipe(
        map((watched) => watched.flatMap(({ files }) => files)),
        map((files) => `${files.filter(({ status }) => status === 'PREPARED').length} of ${files.length} prepared`),
      );
      // #endregion

      // #region either
      const results$ = watchDownloadSession(vc, session).pipe(
        attempt(),
        map((either) => (either._tag === 'Left' ? either.left.message : `${either.right.files.length} files`)),
      );
      // #endregion
      const settled$ = merge(withRetry$, withTimeout$).pipe(ignoreElements());
      return concat(
        merge(settled$, all$.pipe(takeUntil(concat(settled$, of('done'))))),
        deleteDownloadSession(vc, session).pipe(ignoreElements()),
        results$,
      );
    }),
  ),
).subscribe((line) => console.log(line));
