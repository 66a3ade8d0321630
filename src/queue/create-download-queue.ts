/** Creates a queue of downloads: many items, one state. */

import { asyncScheduler, BehaviorSubject, connect, ignoreElements, merge, Subject, tap, type Subscription } from 'rxjs';
import { withWorkListener } from '../connection/derived-connection.ts';
import { internalsOf, type VCenter } from '../connection/vcenter.ts';
import { assertDownloadArguments } from '../download/download.ts';
import type { DownloadEvent, DownloadSaved } from '../download/events.ts';
import { createTransferLimits } from '../download/transfer-limits.ts';
import { invalidOptionError } from '../errors/invalid-option-error.ts';
import { omit } from '../snapshots/omit.ts';
import { snapshots } from '../snapshots/snapshots.ts';
import type { DownloadQueue, QueuedDownloadEvent } from './download-queue.ts';
import { assertAddOptions, assertQueueOptions, type DownloadQueueOptions } from './options.ts';
import { byEnd, failure, restarted, restoreEntries, type Entry } from './queue-entry.ts';
import { runDownload } from './run-download.ts';
import { ContentReplacedError } from './saved-files.ts';
import { serializeDownloads } from './serialized-queue.ts';
import { toQueueState, type QueuedDownload, type QueuedDownloadStatus } from './state.ts';

const UNENDED: readonly QueuedDownloadStatus[] = ['waiting', 'running', 'paused'];

/**
 * Creates a queue. Restored downloads that were waiting or running start at once.
 *
 * @example
 * ```ts
 * const queue = createDownloadQueue(vc, { concurrency: 2 });
 * queue.add(itemId, toDirectory('downloads'));
 * queue.state$.subscribe(({ counts, received, total }) => render(counts, received, total));
 * ```
 *
 * @throws TypeError if an option is invalid.
 */
export const createDownloadQueue = (vc: VCenter, options: DownloadQueueOptions = {}): DownloadQueue => {
  const { isPolling } = internalsOf(vc);
  assertQueueOptions(options);
  const { concurrency = 2, connections = 4, limitRate, period = 250, history = 100, download: downloadOptions = {} } = options;
  const limits = createTransferLimits({ concurrency: connections, limitRate });
  const events$ = new Subject<QueuedDownloadEvent>();
  let entries = restoreEntries(options);
  let lastId = 0;
  let isClosed = false;
  const state$ = new BehaviorSubject(toQueueState(entries.map(({ download }) => download)));
  let timer: Subscription | undefined;

  const emit = (): void => {
    timer?.unsubscribe();
    timer = undefined;
    if (!isClosed) state$.next(toQueueState(entries.map(({ download }) => download)));
  };
  const emitSoon = (): void => {
    timer ??= asyncScheduler.schedule(emit, period);
  };

  const start = (entry: Entry): void => {
    const { id } = entry.download;
    const observed = withWorkListener(vc, (change) => {
      entry.pendingWork += change;
      if (entry.pendingWork === 0 && entry.download.status === 'waiting') update();
    });
    const onSavedFilesFound = (savedFiles: readonly DownloadSaved[]): void => {
      entry.isRestored = false;
      entry.download = { ...entry.download, savedFiles };
    };
    const onEvent = (event: DownloadEvent): void => {
      if (event.type === 'opened') entry.download = { ...entry.download, contentVersion: event.contentVersion };
      events$.next({ id, event });
    };
    entry.download = { ...restarted(entry.download), status: 'running', startedAt: asyncScheduler.now() };
    const subscription = runDownload(entry.download, {
      ...{ vc: observed, limits, sink: entry.sink, options: downloadOptions },
      onSavedFilesFound: entry.isRestored ? onSavedFilesFound : undefined,
    })
      .pipe(
        // The snapshot comes first: a command that an event leads to finds the files that are saved.
        connect((run$) => merge(run$.pipe(snapshots()), run$.pipe(tap(onEvent), ignoreElements()))),
      )
      .subscribe({
        next: (snapshot) => {
          const { received, total, itemName } = snapshot;
          entry.download = {
            ...entry.download,
            ...(itemName === undefined ? {} : { itemName }),
            received,
            ...(total === undefined ? {} : { total }),
            snapshot,
          };
          emitSoon();
        },
        error: (thrown: unknown) => {
          if (!(thrown instanceof ContentReplacedError)) return end(entry, failure(thrown));
          entry.subscription = undefined;
          entry.download = { ...omit(entry.download, 'snapshot', 'savedFiles'), status: 'waiting' };
          // Later, because the run that has errored is cleaned up after this call.
          asyncScheduler.schedule(update);
        },
        complete: () => {
          // With `continueOnError`, a download completes although files have failed.
          const error = entry.download.snapshot?.files.find(({ phase }) => phase === 'failed')?.error;
          end(entry, error === undefined ? { status: 'saved' } : failure(error));
        },
      });
    if (entry.download.status === 'running') entry.subscription = subscription;
  };

  const startNext = (): void => {
    // While a page is rendered on a server, nothing starts: a preparation would never end without a poll.
    if (!isPolling) return;
    for (const entry of entries) {
      if (isClosed || entries.filter(({ download }) => download.status === 'running').length >= concurrency) return;
      if (entry.download.status === 'waiting' && entry.pendingWork === 0) start(entry);
    }
  };

  const end = (entry: Entry, change: Pick<QueuedDownload, 'status' | 'error' | 'reason'>): void => {
    entry.subscription = undefined;
    entry.download = { ...entry.download, ...change, endedAt: asyncScheduler.now() };
    update();
  };

  /** Starts what may start, removes the oldest ended downloads, and emits the state. */
  const update = (): void => {
    startNext();
    const ended = entries.filter(({ download }) => !UNENDED.includes(download.status)).sort(byEnd);
    const removed = new Set(ended.slice(0, Math.max(0, ended.length - history)));
    entries = entries.filter((entry) => !removed.has(entry));
    emit();
  };

  const stop = (entry: Entry, status: QueuedDownloadStatus): void => {
    // The status comes first: unsubscribing may start the next download.
    entry.download = { ...entry.download, status };
    entry.subscription?.unsubscribe();
    entry.subscription = undefined;
  };

  /** Returns a command for the downloads with one of these statuses. */
  const command =
    (statuses: readonly QueuedDownloadStatus[], change: (entry: Entry) => void) =>
    (id?: string): boolean => {
      const chosen = entries.filter(({ download }) => (id ?? download.id) === download.id && statuses.includes(download.status));
      if (isClosed || chosen.length === 0) return false;
      for (const entry of chosen) change(entry);
      update();
      return true;
    };
  const wait = (entry: Entry): void => {
    entry.download = { ...restarted(entry.download), status: 'waiting' };
  };

  const isUsed = (id: string): boolean => entries.some(({ download }) => download.id === id);
  const nextId = (): string => {
    do lastId += 1;
    while (isUsed(String(lastId)));
    return String(lastId);
  };

  update();
  return {
    state$: state$.asObservable(),
    get state() {
      return state$.value;
    },
    events$: events$.asObservable(),
    add: (item, sink, addOptions = {}) => {
      assertDownloadArguments(item, sink);
      assertAddOptions(addOptions);
      if (isClosed) throw new Error('The queue is closed. Create another one.');
      const { files, data, id = nextId() } = addOptions;
      if (isUsed(id)) throw invalidOptionError('id', 'an id that no other download of the queue has', id);
      const ref = typeof item === 'string' ? { id: item } : item;
      const download: QueuedDownload = {
        id,
        itemId: ref.id,
        ...(ref.name === undefined ? {} : { itemName: ref.name }),
        ...(files === undefined ? {} : { files: [...files] }),
        ...(data === undefined ? {} : { data }),
        status: 'waiting',
        received: 0,
        addedAt: asyncScheduler.now(),
      };
      entries = [...entries, { download, sink, subscription: undefined, pendingWork: 0, isRestored: false }];
      update();
      return id;
    },
    pause: command(['waiting', 'running'], (entry) => stop(entry, 'paused')),
    resume: command(['paused'], wait),
    cancel: command(UNENDED, (entry) => {
      stop(entry, 'cancelled');
      entry.download = { ...entry.download, endedAt: asyncScheduler.now() };
    }),
    retry: command(['failed', 'cancelled'], wait),
    remove: command(['paused', 'saved', 'failed', 'cancelled'], (entry) => {
      entries = entries.filter((other) => other !== entry);
    }),
    move: (id, index) => {
      const moved = entries.find(({ download }) => download.id === id);
      if (isClosed || moved === undefined || entries.indexOf(moved) === index) return false;
      entries = entries.filter((entry) => entry !== moved).toSpliced(index, 0, moved);
      update();
      return true;
    },
    serialize: () => serializeDownloads(entries.map(({ download }) => download)),
    close: () => {
      if (isClosed) return;
      for (const entry of entries) if (entry.download.status === 'running') stop(entry, 'waiting');
      emit();
      isClosed = true;
      state$.complete();
      events$.complete();
    },
  };
};
