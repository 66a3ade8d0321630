import { download, snapshots, withVCenter } from 'rx-content-library';
import { toDirectory } from 'rx-content-library/node';
import { createSimulator } from 'rx-content-library/simulator';

const simulator = createSimulator({
  inventory: {
    libraries: [{ name: 'isos', items: [{ name: 'debian', id: 'item-1', files: [{ name: 'debian.iso', size: 20_000_000 }] }] }],
  },
});
const credentials = { username: 'administrator@vsphere.local', password: 'secret' };

withVCenter(
  { server: 'https://vcenter.example.com', credentials, fetch: simulator.fetch },
  (vc) =>
    // #region snapshots
    download(vc, 'item-1', toDirectory('downloads', { force: true })).pipe(snapshots({ period: 50 })),
  // #endregion
).subscribe(({ files, percent, speed }) => {
  console.log(
    `${percent?.toFixed(0) ?? '?'} %, ${(speed / 1e6).toFixed(0)} MB/s: ${files.map(({ name, phase }) => `${name} ${phase}`).join(', ')}`,
  );
});
