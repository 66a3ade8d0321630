import { download, findItems, withVCenter } from 'rx-content-library';
import { toDirectory } from 'rx-content-library/node';
import { createSimulator } from 'rx-content-library/simulator';
import { concatMap } from 'rxjs';

const { fetch } = createSimulator(); // a vCenter in memory: leave `fetch` out for a real one
const credentials = { username: 'administrator@vsphere.local', password: 'secret' };

withVCenter({ server: 'https://vcenter.example.com', credentials, fetch }, (vc) =>
  findItems(vc, { name: 'debian-12' }).pipe(
    concatMap((ids) => ids),
    concatMap((id) => download(vc, id, toDirectory('downloads', { force: true }))),
  ),
).subscribe({
  next: (event) => console.log(event),
  error: (error: Error) => console.error(error.message),
});
