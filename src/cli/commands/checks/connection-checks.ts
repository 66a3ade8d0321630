/** The checks of `doctor` about the connection: settings, proxy, certificate, version, login and clock. */

import { catchError, concat, defer, forkJoin, map, of, shareReplay, throwError, type Observable } from 'rxjs';
import { getSession, isContentLibraryError, TlsError, type VCenter, type VCenterOptions } from '../../../index.ts';
import { nodeFetch } from '../../../node/index.ts';
import { formatDuration } from '../../output/format.ts';
import type { ConnectionOrigins } from '../../settings/connection.ts';
import { list } from '../../settings/settings.ts';
import { check, type Check, type Finding } from './check.ts';
import type { Observed } from './observed-fetch.ts';

/** What the checks need. */
export interface ConnectionContext {
  readonly options: VCenterOptions;
  readonly origins: ConnectionOrigins;
  readonly observed: Observed;
}

/** Emits the checks of a connection; the last one is the first that fails. */
export const connectionChecks = (vc: VCenter, { options, origins, observed }: ConnectionContext): Observable<Check> => {
  // One login for all checks: too many wrong ones lock a user out.
  const session$ = getSession(vc).pipe(shareReplay(1));
  return concat(
    check('settings', of({ detail: `${vc.server}, from ${list(origins.settings)}` })),
    check('proxy', of({ detail: describeProxy(new URL(vc.server), process.env) })),
    check('certificate', certificateFinding(vc, origins.trust, session$), (thrown) => pinAdvice(thrown)),
    check('login', session$.pipe(map(({ user }) => ({ detail: `${user}, dialect ${observed.dialect ?? 'unknown'}` })))),
    check('version', versionFinding(vc, options)),
    check(
      'clock',
      defer(() => of(clockFinding(observed.skew))),
    ),
  );
};

/** Names the variables that state a proxy, without the password that the address may contain. */
export const describeProxy = ({ protocol }: URL, env: Readonly<Record<string, string | undefined>>): string => {
  const find = (...names: readonly string[]): string | undefined => names.find((name) => env[name]);
  const name =
    protocol === 'https:'
      ? find('https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY')
      : find('http_proxy', 'HTTP_PROXY', 'all_proxy', 'ALL_PROXY');
  if (name === undefined) return 'none';
  const exceptions = find('no_proxy', 'NO_PROXY');
  const address = (env[name] ?? '').replace(/^.*@/, '').replace(/^[a-z]+:\/\//i, '');
  return `${address} from ${name}${exceptions === undefined ? '' : `, except for the hosts of ${exceptions}`}`;
};

/** Thumbprint of no certificate: a connection that requires it ends with the one of the server. */
const NO_THUMBPRINT = Array.from({ length: 32 }, () => '00').join(':');

const certificateFinding = (vc: VCenter, trust: string, session$: Observable<unknown>): Observable<Finding> => {
  if (new URL(vc.server).protocol === 'http:')
    return of({ detail: 'none, because the connection is not encrypted', advice: 'Use https:// if the server has it.' });
  const failure$ = session$.pipe(
    map(() => undefined),
    catchError((thrown: unknown) => of(thrown)),
  );
  return forkJoin([presentedThumbprint(vc.server), failure$]).pipe(
    map(([thumbprint, failure]) => {
      if (isContentLibraryError(failure) && failure._tag === 'TlsError') throw failure;
      const isInsecure = /insecure/i.test(trust);
      return {
        detail: `SHA-256 ${thumbprint ?? 'unknown'}, ${isInsecure ? 'not checked because of' : 'trusted by'} ${trust}`,
        ...(isInsecure && thumbprint !== undefined ? { advice: `Pin it instead: --thumbprint ${thumbprint}` } : {}),
      };
    }),
  );
};

/** Emits the SHA-256 of the server's certificate; `undefined` if there is no connection. */
const presentedThumbprint = (server: string): Observable<string | undefined> =>
  defer(() => nodeFetch({ thumbprint: NO_THUMBPRINT })(server)).pipe(
    map(() => undefined),
    catchError((thrown: unknown) => of(sha256Of(thrown))),
  );

const sha256Of = (thrown: unknown): string | undefined =>
  thrown instanceof TlsError ? /SHA-256 ([\dA-F:]{95})/.exec(thrown.presented ?? '')?.[1] : undefined;

const pinAdvice = (thrown: unknown): string | undefined => {
  const thumbprint = sha256Of(thrown);
  return thumbprint === undefined
    ? undefined
    : `Compare it with the one that the server's administrator states. If it is the same, pass: --thumbprint ${thumbprint}`;
};

/** vCenter states the version of its SOAP interface to everyone. */
const versionFinding = (vc: VCenter, { fetch, timeout = 60_000 }: VCenterOptions): Observable<Finding> =>
  defer(async () => {
    const response = await (fetch ?? globalThis.fetch)(`${vc.server}/sdk/vimServiceVersions.xml`, {
      signal: AbortSignal.timeout(timeout),
    });
    const text = await response.text();
    return /<name>urn:vim25<\/name>\s*<version>([\d.]{1,20})</.exec(text)?.[1];
  }).pipe(
    catchError((thrown: unknown) => (isContentLibraryError(thrown) ? throwError(() => thrown) : of(undefined))),
    map((version) => ({ detail: version === undefined ? 'not stated by the server' : `vSphere ${version}` })),
  );

/** Milliseconds that a clock may differ without a hint. */
const TOLERATED_SKEW = 10_000;

export const clockFinding = (skew: number | undefined): Finding => {
  if (skew === undefined) return { detail: 'not stated by the server' };
  if (Math.abs(skew) <= TOLERATED_SKEW) return { detail: 'the same as here' };
  return {
    detail: `the server is ${formatDuration(Math.abs(skew))} ${skew > 0 ? 'ahead' : 'behind'}`,
    advice: 'Synchronize both clocks (NTP): certificates and tokens are valid by the clock.',
  };
};
