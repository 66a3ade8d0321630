import type { VCenter } from 'rx-content-library';
import { defer, of, throwError, type Observable } from 'rxjs';
import { internals } from '#src/connection/vcenter.js';

/** Responses by VMware's name of the operation; every other operation errors. */
export type Script = Readonly<Record<string, (input: Readonly<Record<string, unknown>>) => Observable<unknown>>>;

/** A client whose responses are Observables, such as marbles: without promises, tests can run in virtual time. */
export const scriptedVCenter = (script: Script): VCenter =>
  ({
    server: 'https://vcenter.example.com',
    [internals]: {
      access$: of({ dialect: 'api', sessionId: 'session', given: false }),
      call: (operation: { name: string }, input: Record<string, unknown>) =>
        defer(() => script[operation.name]?.(input) ?? throwError(() => new Error(`${operation.name} is not scripted`))),
      open: () => throwError(() => new Error('file data is not scripted')),
      hold: () => () => undefined,
      logout$: of(undefined),
    },
  }) as unknown as VCenter;
