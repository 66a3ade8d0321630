/** A connection per injector, logged out when the injector is destroyed. */

import {
  DestroyRef,
  EnvironmentInjector,
  inject,
  InjectionToken,
  makeEnvironmentProviders,
  PLATFORM_ID,
  runInInjectionContext,
  type EnvironmentProviders,
} from '@angular/core';
import { logout, vcenter, type VCenter, type VCenterOptions } from '../index.ts';

/** @internal Identifies the connection that has no token of its own. */
export const defaultConnection = new InjectionToken<VCenter>('VCenter: add provideContentLibrary() to the providers');

/** The tokens of all connections that are provided in one injector. */
const providedTokens = new InjectionToken<readonly InjectionToken<VCenter>[]>('tokens of provideContentLibrary()');

/** A part of {@link provideContentLibrary}: what `withToken` or `withDownloadQueue` returns. */
export interface ContentLibraryFeature {
  /** Identifies the connection. */
  readonly token?: InjectionToken<VCenter>;
  /** Returns the providers that the feature adds for the connection. */
  readonly providersFor?: (token: InjectionToken<VCenter>) => EnvironmentProviders;
}

/**
 * Provides the connection that {@link injectContentLibrary} returns: for the application, a route, or any environment injector.
 *
 * The connection is created at its first injection, logs in with the first request, and logs out when its injector is destroyed. Its
 * streams then error with a `TransportError` whose code is `CLOSED`, and it does not log in again.
 *
 * @example
 * ```ts
 * bootstrapApplication(App, {
 *   providers: [
 *     provideContentLibrary(() => ({
 *       server: inject(Settings).server,
 *       credentials: () => inject(Login).credentials$,
 *     })),
 *   ],
 * });
 * ```
 *
 * @param options - The options of `vcenter`, or a function that returns them. It may call `inject`, and so may `credentials`, at every login.
 * @param features - `withDownloadQueue()`; `withToken(token)` if an injector has several connections.
 */
export const provideContentLibrary = (
  options: VCenterOptions | (() => VCenterOptions),
  ...features: readonly ContentLibraryFeature[]
): EnvironmentProviders => {
  const token = features.find((feature) => feature.token !== undefined)?.token ?? defaultConnection;
  return makeEnvironmentProviders([
    { provide: providedTokens, useValue: token, multi: true },
    {
      provide: token,
      useFactory: () => {
        if (inject(providedTokens).filter((each) => each === token).length > 1)
          throw new Error(
            'provideContentLibrary() is called twice for one injector: pass each connection a token of its own, with withToken().',
          );
        return connect(typeof options === 'function' ? options() : options);
      },
    },
    ...features.flatMap(({ providersFor }) => providersFor?.(token) ?? []),
  ]);
};

/**
 * Gives a connection a token, for an injector that has several.
 *
 * @example
 * ```ts
 * const LAB = new InjectionToken<VCenter>('lab');
 * const providers = [provideContentLibrary(production), provideContentLibrary(lab, withToken(LAB))];
 * ```
 */
export const withToken = (token: InjectionToken<VCenter>): ContentLibraryFeature => ({ token });

/**
 * Returns the connection of the current injector, for any endpoint and stream of `rx-content-library`. Call it in an injection context.
 *
 * @example
 * ```ts
 * class Libraries {
 *   readonly libraries = toSignal(listLibraries(injectContentLibrary()));
 * }
 * ```
 *
 * @param token - The token that was passed to {@link withToken}, if any.
 * @throws Angular's "No provider found" if {@link provideContentLibrary} is missing.
 */
export const injectContentLibrary = (token: InjectionToken<VCenter> = defaultConnection): VCenter => inject(token);

const connect = (options: VCenterOptions): VCenter => {
  const injector = inject(EnvironmentInjector);
  const { credentials, signal } = options;
  const controller = new AbortController();
  const close = (): void => controller.abort();
  if (signal?.aborted === true) close();
  signal?.addEventListener('abort', close, { once: true, signal: controller.signal });
  const vc = vcenter({
    ...options,
    polling: options.polling ?? inject(PLATFORM_ID, { optional: true }) !== 'server',
    credentials: typeof credentials === 'function' ? () => runInInjectionContext(injector, credentials) : credentials,
    signal: controller.signal,
  });
  inject(DestroyRef).onDestroy(() => {
    close();
    // A failed logout is ignored: the session expires on the server.
    logout(vc).subscribe({ error: () => undefined });
  });
  return vc;
};
