/** Mirrors a library to a directory, twice: the second run moves no byte. */

import { mirror, vcenter } from 'rx-content-library';
import { toTree } from 'rx-content-library/node';
import { createSimulator } from 'rx-content-library/simulator';
import { concat, filter } from 'rxjs';

const simulator = createSimulator({
  inventory: {
    libraries: [
      {
        name: 'templates',
        id: 'library-1',
        items: [{ name: 'debian-12', files: [{ name: 'debian-12.iso', size: 5_000_000 }] }],
      },
    ],
  },
});
const vc = vcenter({
  server: 'https://vcenter.example.com',
  credentials: { username: 'administrator@vsphere.local', password: 'secret' },
  fetch: simulator.fetch,
});

concat(mirror(vc, 'library-1', toTree('mirror')), mirror(vc, 'library-1', toTree('mirror'), { delete: true }))
  .pipe(filter(({ type }) => type !== 'download'))
  .subscribe((event) => console.log(event));
