import { defer, of, throwError, type Observable } from 'rxjs';
import type { VCenter } from 'rx-content-library';
import { internals } from '#src/connection/vcenter.js';

/** Answers by VMware's name of the operation; whatever is not scripted errors. */
export type Script = Readonly<Record<string, (input: Readonly<Record<string, unknown>>) => Observable<unknown>>>;

/** A connection whose answers are marbles: time can be virtual because no promise is in between. */
export const scriptedVCenter = (script: Script): VCenter =>
  ({
    server: 'https://vcenter.example.com',
    [internals]: {
      access$: of({ dialect: 'api', sessionId: 'session', given: false }),
      call: (operation: { name: string }, input: Record<string, unknown>) =>
        defer(() => script[operation.name]?.(input) ?? throwError(() => new Error(`${operation.name} is not in the script`))),
      open: () => throwError(() => new Error('no bytes in the script')),
      hold: () => () => undefined,
      logout$: of(undefined),
    },
  }) as unknown as VCenter;
