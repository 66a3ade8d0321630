/** The queue of the pages, and a simulated vCenter for it. */

import { createDownloadQueue, vcenter } from 'rx-content-library';
import { createSimulator } from 'rx-content-library/simulator';

export const simulator = createSimulator({
  inventory: {
    libraries: [
      {
        name: 'templates',
        items: ['debian-12', 'ubuntu-24.04'].map((name) => ({ name, id: name, files: [{ name: 'disk.vmdk', size: 300_000 }] })),
      },
    ],
  },
  scenario: { preparation: { requested: 50, preparing: 800 } },
});

const vc = vcenter({
  server: 'https://vcenter.example.com',
  credentials: { username: 'administrator@vsphere.local', password: 'secret' },
  fetch: simulator.fetch,
});

export const queue = createDownloadQueue(vc, { concurrency: 2 });
