/** The libraries of the simulated vCenter. */

import type { Inventory } from 'rx-content-library/simulator';

const item = (name: string, megabytes: number) => ({
  name,
  files: [
    { name: `${name}.ovf`, content: '<Envelope/>' },
    { name: `${name}-disk1.vmdk`, size: megabytes * 1_000_000 },
  ],
});

/** Two libraries, with items of different sizes. */
export const inventory: Inventory = {
  libraries: [
    { name: 'templates', items: [item('debian-12', 40), item('ubuntu-24.04', 60), item('windows-2022', 120)] },
    { name: 'appliances', items: [item('router', 12), item('monitoring', 30)] },
  ],
};
