import { createDownloadSession, prepareDownloadFile, watchDownloadSession, withVCenter } from 'rx-content-library';
import { createSimulator } from 'rx-content-library/simulator';
import { concatMap, distinctUntilChanged, ignoreElements, map, merge, Subject, takeWhile } from 'rxjs';

const simulator = createSimulator({
  inventory: {
    libraries: [
      {
        name: 'templates',
        items: [
          {
            name: 'debian',
            id: 'item-1',
            files: [
              { name: 'debian.ovf', content: '<Envelope/>' },
              { name: 'debian.vmdk', size: 4_000_000 },
            ],
          },
        ],
      },
    ],
  },
  scenario: { files: { 'debian.vmdk': { preparing: 1200 } } },
});
const credentials = { username: 'administrator@vsphere.local', password: 'secret' };
const refresh$ = new Subject<void>();

withVCenter({ server: 'https://vcenter.example.com', credentials, fetch: simulator.fetch }, (vc) =>
  createDownloadSession(vc, 'item-1').pipe(
    concatMap((session) => {
      const prepared$ = merge(...['debian.ovf', 'debian.vmdk'].map((name) => prepareDownloadFile(vc, session, name))).pipe(
        ignoreElements(),
      );

      // #region widgets
      const header$ = watchDownloadSession(vc, session, { refresh$ }).pipe(
        map(({ session: { state }, files }) => `${String(state)}, ${files.length} files`),
        distinctUntilChanged(),
      );
      const row$ = watchDownloadSession(vc, session, { period: 200 }).pipe(
        map(({ files }) => files.find(({ name }) => name === 'debian.vmdk')),
        distinctUntilChanged(),
      );
      // #endregion
      return merge(
        prepared$,
        header$.pipe(map((text) => ({ text, isLast: false }))),
        row$.pipe(map((file) => ({ text: `debian.vmdk: ${String(file?.status)}`, isLast: file?.status === 'PREPARED' }))),
      ).pipe(
        takeWhile(({ isLast }) => !isLast, true),
        map(({ text }) => text),
      );
    }),
  ),
).subscribe((line) => console.log(line));
