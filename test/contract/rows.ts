/** The rows in which the endpoints keep their operations, caught on their way to the connection. */

import { defer, NEVER, of } from 'rxjs';
import type { VCenter } from 'rx-content-library';
import type { Operation } from '#src/http/operation.js';
import { internals } from '#src/connection/vcenter.js';
import { covered } from './operations.ts';

/** The row of an operation; not set for a login and a logout, which belong to the connection. */
export const rowOf = (name: string): Operation<never, unknown> | undefined => {
  let caught: Operation<never, unknown> | undefined;
  const vc = {
    server: 'https://vcenter.example.com',
    [internals]: {
      apiSession$: of({ dialect: 'api', sessionId: 'session', given: false }),
      logout$: of(undefined),
      call: (operation: Operation<never, unknown>) =>
        defer(() => {
          caught = operation;
          return NEVER;
        }),
    },
  } as unknown as VCenter;
  const anything = new Proxy({}, { get: () => 'anything', has: () => false });
  covered[name]?.ask(vc, anything).subscribe().unsubscribe();
  return caught;
};
