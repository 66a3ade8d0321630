/** The simulated vCenter of the tests: in memory, deterministic, not shared with other test files. */

import { vcenter, type VCenter } from 'rx-content-library';
import { createSimulator } from 'rx-content-library/simulator';

// #region simulator
export const simulator = createSimulator({
  inventory: {
    libraries: [
      {
        name: 'Templates',
        id: 'library-1',
        items: [
          { name: 'debian-12', id: 'item-1', files: [{ name: 'debian.iso', size: 700_000_000 }] },
          { name: 'ubuntu-24.04', id: 'item-2', files: [{ name: 'ubuntu.iso', size: 3_000_000_000 }] },
        ],
      },
    ],
  },
  scenario: {
    files: {
      'debian.iso': { preparing: 10 * 60_000 },
      'ubuntu.iso': { outcome: 'ERROR' },
    },
  },
});

export const connect = (): VCenter =>
  vcenter({
    server: 'https://vcenter.example.com',
    credentials: { username: 'administrator@vsphere.local', password: 'secret' },
    fetch: simulator.fetch,
  });
// #endregion
