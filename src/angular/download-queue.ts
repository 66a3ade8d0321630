/** A download queue per injector, whose state is a signal. */

import { inject, InjectionToken, makeEnvironmentProviders, signal, type EnvironmentProviders, type Signal } from '@angular/core';
import { skip } from 'rxjs';
import {
  createDownloadQueue,
  type DownloadQueue,
  type DownloadQueueOptions,
  type DownloadQueueState,
  type VCenter,
} from '../index.ts';
import { defaultConnection, type ContentLibraryFeature } from './content-library.ts';

/** A download queue whose state is a signal. */
export interface SignalDownloadQueue extends Omit<DownloadQueue, 'state'> {
  /** The latest state. Downloads that have not changed are the same objects as before. */
  readonly state: Signal<DownloadQueueState>;
}

/** The token of the queue of each connection, by the connection's token. */
const queueTokens = /* @__PURE__ */ new WeakMap<InjectionToken<VCenter>, InjectionToken<SignalDownloadQueue>>();

const queueTokenOf = (connection: InjectionToken<VCenter>): InjectionToken<SignalDownloadQueue> => {
  const token =
    queueTokens.get(connection) ??
    new InjectionToken<SignalDownloadQueue>('DownloadQueue: add withDownloadQueue() to provideContentLibrary()');
  queueTokens.set(connection, token);
  return token;
};

/**
 * Provides the queue that {@link injectDownloadQueue} returns, on the connection of the same injector or of one above it: for example for
 * one route.
 *
 * The queue is created at its first injection, and closed when its injector is destroyed. While Angular renders on a server, its downloads
 * wait.
 *
 * @example
 * ```ts
 * const providers = [
 *   provideDownloadQueue(() => ({ restore: inject(Storage).queue, toSink: () => toBlob() })),
 * ];
 * ```
 *
 * @param options - The options of `createDownloadQueue`, or a function that returns them. It may call `inject`.
 * @param connection - The token of the connection, if it has one.
 */
export const provideDownloadQueue = (
  options: DownloadQueueOptions | (() => DownloadQueueOptions) = {},
  connection: InjectionToken<VCenter> = defaultConnection,
): EnvironmentProviders =>
  makeEnvironmentProviders([
    {
      provide: queueTokenOf(connection),
      useFactory: () => withSignal(createDownloadQueue(inject(connection), typeof options === 'function' ? options() : options)),
    },
  ]);

/**
 * Provides a queue together with its connection.
 *
 * @example
 * ```ts
 * provideContentLibrary(vcenterOptions, withDownloadQueue({ concurrency: 3 }));
 * ```
 *
 * @param options - The options of `createDownloadQueue`, or a function that returns them. It may call `inject`.
 */
export const withDownloadQueue = (options: DownloadQueueOptions | (() => DownloadQueueOptions) = {}): ContentLibraryFeature => ({
  providersFor: (token) => provideDownloadQueue(options, token),
});

/**
 * Returns the queue of the current injector. Call it in an injection context.
 *
 * @example
 * ```ts
 * class Downloads {
 *   readonly queue = injectDownloadQueue();
 *   readonly percent = computed(() => {
 *     const { received, total } = this.queue.state();
 *     return total === 0 ? 0 : (100 * received) / total;
 *   });
 * }
 * ```
 *
 * @param connection - The token of the connection, if it has one.
 * @throws Angular's "No provider found" if {@link withDownloadQueue} and {@link provideDownloadQueue} are missing.
 */
export const injectDownloadQueue = (connection: InjectionToken<VCenter> = defaultConnection): SignalDownloadQueue =>
  inject(queueTokenOf(connection));

const withSignal = (queue: DownloadQueue): SignalDownloadQueue => {
  const state = signal(queue.state);
  // The first state is the one that the signal has; a signal must not be set while a computed one is read.
  queue.state$.pipe(skip(1)).subscribe((next) => state.set(next));
  const withLifetime = {
    ...queue,
    state: state.asReadonly(),
    // Angular calls it before the connection is closed: downloads that are running are then waiting, not failed.
    ngOnDestroy: () => queue.close(),
  };
  return withLifetime;
};
