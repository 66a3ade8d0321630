/**
 * The library in Angular: one connection per injector, logged out with it.
 *
 * @packageDocumentation
 */

import { DestroyRef, inject, InjectionToken, makeEnvironmentProviders, type EnvironmentProviders } from '@angular/core';
import { logout, vcenter, type VCenter, type VCenterOptions } from '../index.ts';

const connection = new InjectionToken<VCenter>('VCenter (provideContentLibrary() makes one)');

/**
 * Provides the connection that {@link injectContentLibrary} finds: for the application, for a route, or for any environment
 * injector.
 *
 * It is made when it is first asked for, logs in with the first request, and logs out when its injector is destroyed.
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
 * @param options - As for `vcenter`, or a function that answers them and may `inject`.
 */
export const provideContentLibrary = (options: VCenterOptions | (() => VCenterOptions)): EnvironmentProviders =>
  makeEnvironmentProviders([
    { provide: connection, useFactory: () => connect(typeof options === 'function' ? options() : options) },
  ]);

/**
 * The connection of the current injector, for any endpoint and stream of `rx-content-library`. To be called where Angular's `inject`
 * may be.
 *
 * @example
 * ```ts
 * class Libraries {
 *   readonly libraries = toSignal(listLibraries(injectContentLibrary()));
 * }
 * ```
 *
 * @throws Angular's "No provider found" where {@link provideContentLibrary} is missing.
 */
export const injectContentLibrary = (): VCenter => inject(connection);

const connect = (options: VCenterOptions): VCenter => {
  const vc = vcenter(options);
  // There is nobody left to tell of a logout that failed: the server will end the session by itself.
  inject(DestroyRef).onDestroy(() => logout(vc).subscribe({ error: () => undefined }));
  return vc;
};
