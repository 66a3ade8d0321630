import { download, toBlob, withVCenter } from 'rx-content-library';
import { createSimulator } from 'rx-content-library/simulator';
import { filter, map } from 'rxjs';

const simulator = createSimulator({
  inventory: {
    libraries: [{ name: 'notes', items: [{ name: 'hello', id: 'item-1', files: [{ name: 'hello.txt', content: 'Hello.' }] }] }],
  },
});
const credentials = { username: 'administrator@vsphere.local', password: 'secret' };

withVCenter({ server: 'https://vcenter.example.com', credentials, fetch: simulator.fetch }, (vc) => {
  // #region blob
  const sink = toBlob();
  const links$ = download(vc, 'item-1', sink).pipe(
    filter((event) => event.type === 'saved'),
    map(({ file }) => URL.createObjectURL(sink.blob(file) ?? new Blob())),
  );
  // #endregion
  return links$;
}).subscribe((link) => console.log(link));
