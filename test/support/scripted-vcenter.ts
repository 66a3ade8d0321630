import type { VCenter } from 'rx-content-library';
import { defer, identity, of, throwError, type Observable } from 'rxjs';
import { internals, type VCenterInternals } from '#src/connection/vcenter.js';

/** Responses by VMware's name of the operation; every other operation errors. */
export type Script = Readonly<Record<string, (input: Readonly<Record<string, unknown>>) => Observable<unknown>>>;

/** A client whose responses are Observables, such as marbles: without promises, tests can run in virtual time. */
export const scriptedVCenter = (script: Script): VCenter => {
  const connection: VCenterInternals = {
    apiSession$: of({ dialect: 'api', sessionId: 'session', isExternal: false }),
    serverTime: () => undefined,
    call: <A>(operation: { readonly name: string }, input: object): Observable<A> =>
      defer(
        () =>
          script[operation.name]?.(Object.fromEntries(Object.entries(input))) ??
          throwError(() => new Error(`${operation.name} is not scripted`)),
      ) as Observable<A>,
    open: () => throwError(() => new Error('file data is not scripted')),
    isOwnLink: () => true,
    isPolling: true,
    untilClosed: () => identity,
    onPageClosed: () => () => undefined,
    beginWork: () => () => undefined,
    logout$: of(undefined),
  };
  return { server: 'https://vcenter.example.com', [internals]: connection } as unknown as VCenter;
};
