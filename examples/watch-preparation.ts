import { createDownloadSession, deleteDownloadSession, preparation, withVCenter } from 'rx-content-library';
import { createSimulator } from 'rx-content-library/simulator';
import { concat, concatMap, ignoreElements, map } from 'rxjs';

const simulator = createSimulator({
  inventory: {
    libraries: [{ name: 'isos', items: [{ name: 'debian', id: 'item-1', files: [{ name: 'debian.iso', size: 700_000_000 }] }] }],
  },
});
const credentials = { username: 'administrator@vsphere.local', password: 'secret' };

withVCenter({ server: 'https://vcenter.example.com', credentials, fetch: simulator.fetch }, (vc) =>
  createDownloadSession(vc, 'item-1').pipe(
    concatMap((session) =>
      concat(
        // #region preparation
        preparation(vc, session, 'debian.iso', { period: 100, patience: 60_000 }).pipe(
          map(({ status, bytes_transferred }) => `${String(status)} ${bytes_transferred}`),
        ),
        // #endregion
        deleteDownloadSession(vc, session).pipe(ignoreElements()),
      ),
    ),
  ),
).subscribe((line) => console.log(line));
