/** What the tests of the operations work on, and how they read the answers. */

import { decoder, type Codec } from 'rx-content-library';
import type { Inventory } from 'rx-content-library/simulator';

export const inventory: Inventory = {
  libraries: [
    {
      id: 'lib-1',
      name: 'Templates',
      description: 'What we build from',
      items: [
        {
          id: 'item-1',
          name: 'Debian',
          type: 'ovf',
          contentVersion: '7',
          files: [
            { name: 'd.ovf', content: '<Envelope/>' },
            { name: 'd 1.vmdk', size: 1000 },
          ],
        },
        { id: 'item-2', name: 'Notes', files: [] },
      ],
    },
    { id: 'lib-2', name: 'templates', type: 'SUBSCRIBED', items: [{ id: 'item-3', name: 'debian', type: 'iso', files: [] }] },
  ],
};

/** An answer as the contract has it; throws where it is not. */
export const decodes = <A>(codec: Codec<A>, value: unknown): A => {
  const decoded = decoder(codec)(value);
  if (decoded._tag === 'Left') throw decoded.left;
  return decoded.right;
};
