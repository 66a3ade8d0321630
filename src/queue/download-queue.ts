/** The interface of a download queue. */

import type { Observable } from 'rxjs';
import type { ItemRef } from '../download/downloadable-item.ts';
import type { DownloadEvent } from '../download/events.ts';
import type { Sink } from '../transfer/sink.ts';
import type { AddDownloadOptions } from './options.ts';
import type { SerializedQueue } from './serialized-queue.ts';
import type { DownloadQueueState } from './state.ts';

/** An event of one download of a queue. */
export interface QueuedDownloadEvent {
  /** Identifies the download. */
  readonly id: string;
  readonly event: DownloadEvent;
}

/**
 * A queue of downloads. Each command without an `id` is for all downloads. It returns false if it has changed nothing: there is no such
 * download, or its status does not allow the command.
 */
export interface DownloadQueue {
  /**
   * - Emits: the latest state, and then each change; while bytes are received, one state in each `period`.
   * - Completes: when the queue is closed.
   * - Errors: never. A download that fails has the status `failed`.
   * - Unsubscribing: changes nothing; the downloads go on.
   */
  readonly state$: Observable<DownloadQueueState>;
  /** The latest state. */
  readonly state: DownloadQueueState;
  /**
   * - Emits: the events of all downloads, from now on.
   * - Completes: when the queue is closed.
   * - Errors: never.
   * - Unsubscribing: changes nothing; the downloads go on.
   */
  readonly events$: Observable<QueuedDownloadEvent>;
  /**
   * Adds a download at the end of the queue; returns its id.
   *
   * @throws TypeError if an argument is invalid, or if the id is used already.
   */
  add(item: ItemRef, sink: Sink, options?: AddDownloadOptions): string;
  /** Pauses downloads that are waiting or running. The sink keeps the bytes if it can, and the download session is deleted. */
  pause(id?: string): boolean;
  /** Lets paused downloads go on, after the bytes that the sink has kept. */
  resume(id?: string): boolean;
  /** Cancels downloads that are waiting, running or paused. */
  cancel(id?: string): boolean;
  /** Starts downloads again that have failed or were cancelled. */
  retry(id?: string): boolean;
  /** Removes downloads from the list that are neither waiting nor running. Saved files stay. */
  remove(id?: string): boolean;
  /** Moves a download to an index of the list. Those at the beginning start first; running ones go on. */
  move(id: string, index: number): boolean;
  /** Returns the list as JSON, for the option `restore`. */
  serialize(): SerializedQueue;
  /** Stops all downloads and completes the streams. `logout` waits until the download sessions are deleted and the sinks are released. */
  close(): void;
}
