/** Captures the operation rows that endpoints pass to the connection. */

import type { VCenter } from 'rx-content-library';
import { defer, NEVER, of } from 'rxjs';
import { internals } from '#src/connection/vcenter.js';
import type { Operation } from '#src/http/operation.js';
import { endpoints } from './operations.ts';

/** Returns the row of an operation; `undefined` for login and logout, which the connection implements. */
export const rowOf = (name: string): Operation<never, unknown> | undefined => {
  let captured: Operation<never, unknown> | undefined;
  const vc = {
    server: 'https://vcenter.example.com',
    [internals]: {
      apiSession$: of({ dialect: 'api', sessionId: 'session', isExternal: false }),
      logout$: of(undefined),
      call: (operation: Operation<never, unknown>) =>
        defer(() => {
          captured = operation;
          return NEVER;
        }),
    },
  } as unknown as VCenter;
  const anyInput = new Proxy({}, { get: () => 'anything', has: () => false });
  endpoints[name]?.call(vc, anyInput).subscribe().unsubscribe();
  return captured;
};
