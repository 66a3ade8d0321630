/** A library in the simulator, and mirrors of it. */

import { mirror, vcenter, type MirrorOptions, type MirrorTarget } from 'rx-content-library';
import { createSimulator, type InventoryItem, type Scenario } from 'rx-content-library/simulator';
import { preparedAtOnce, user } from './simulated-vcenter.ts';

/** Simulates the library `templates` (`library-1`). `mirrored` mirrors it to a target. */
export const simulateLibrary = (items: readonly InventoryItem[], scenario: Scenario = {}) => {
  const simulator = createSimulator({
    inventory: { libraries: [{ name: 'templates', id: 'library-1', items }] },
    users: [user],
    scenario: { preparation: preparedAtOnce, ...scenario },
  });
  const vc = vcenter({ server: 'https://vcenter.example.com', credentials: user, fetch: simulator.fetch });
  return { simulator, mirrored: (target: MirrorTarget, options?: MirrorOptions) => mirror(vc, 'library-1', target, options) };
};
