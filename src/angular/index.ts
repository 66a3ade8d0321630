/**
 * The library in Angular: one connection per injector, logged out when the injector is destroyed.
 *
 * @packageDocumentation
 */

import { DestroyRef, inject, InjectionToken, makeEnvironmentProviders, type EnvironmentProviders } from '@angular/core';
import { logout, vcenter, type VCenter, type VCenterOptions } from '../index.ts';

const connection = new InjectionToken<VCenter>('VCenter: add provideContentLibrary() to the providers');

/**
 * Provides the connection that {@link injectContentLibrary} returns: for the application, a route, or any environment injector.
 *
 * The connection is created at its first injection, logs in with the first request, and logs out when its injector is destroyed.
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
 * @param options - The options of `vcenter`, or a function that returns them and may call `inject`.
 */
export const provideContentLibrary = (options: VCenterOptions | (() => VCenterOptions)): EnvironmentProviders =>
  makeEnvironmentProviders([
    { provide: connection, useFactory: () => connect(typeof options === 'function' ? options() : options) },
  ]);

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
 * @throws Angular's "No provider found" if {@link provideContentLibrary} is missing.
 */
export const injectContentLibrary = (): VCenter => inject(connection);

const connect = (options: VCenterOptions): VCenter => {
  const vc = vcenter(options);
  // A failed logout is ignored: the session expires on the server.
  inject(DestroyRef).onDestroy(() => logout(vc).subscribe({ error: () => undefined }));
  return vc;
};
