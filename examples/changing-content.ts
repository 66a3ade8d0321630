import { download, findItems, isContentLibraryError, toBlob, vcenter } from 'rx-content-library';
import { createSimulator } from 'rx-content-library/simulator';
import { concatMap } from 'rxjs';

// #region changes
const simulator = createSimulator({
  scenario: {
    contentChanges: [{ item: 'debian-12', file: 'debian-12-1.vmdk', afterBytes: 1_000_000 }],
    data: { etag: 'weak', bytesPerSecond: 4_000_000 },
    faults: [{ operation: 'data', kind: 'truncate', shape: 'length-reset', at: 1_500_000, times: 1 }],
  },
});
// #endregion

const credentials = { username: 'administrator@vsphere.local', password: 'secret' };
const vc = vcenter({ server: 'https://vcenter.example.com', credentials, fetch: simulator.fetch });
findItems(vc, { name: 'debian-12' })
  .pipe(concatMap(([id = '']) => download(vc, id, toBlob(), { files: ['debian-12-1.vmdk'] })))
  .subscribe({
    next: (event) => {
      if (event.type === 'retrying' || event.type === 'saved') console.log(event);
    },
    error: (error: unknown) => console.log(isContentLibraryError(error) ? error.message : error),
  });
