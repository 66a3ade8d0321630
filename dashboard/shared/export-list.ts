/** A list of exports that run some at a time: on the server into a directory, or in the page. */

import {
  attempt,
  createDownloadQueue,
  getItem,
  getLibrary,
  logout,
  type DownloadQueue,
  type DownloadQueueState,
  type DownloadSaved,
  type DownloadSnapshot,
  type QueuedDownload,
  type Sink,
  type VCenter,
} from 'rx-content-library';
import { firstValueFrom, lastValueFrom, map, takeWhile, type Observable } from 'rxjs';
import type { ExportRow, ExportsState } from './exports.ts';
import { createTimelines, type Timelines } from './timeline.ts';

/** What a user can do with exports. All of it changes `state$`. */
export interface Exports {
  /** Emits the latest state at once, and then each change. */
  readonly state$: Observable<ExportsState>;
  /** Adds an export and returns its id. Rejects if the item does not exist. */
  readonly add: (itemId: string, only: readonly string[] | undefined) => Promise<string>;
  /** Each returns false if there is no such export, or its status does not allow it. */
  readonly cancel: (id: string) => boolean;
  readonly pause: (id: string) => boolean;
  readonly resume: (id: string) => boolean;
  readonly retry: (id: string) => boolean;
  readonly remove: (id: string) => boolean;
  /** Returns the list as JSON, without secrets, for `restore`. */
  readonly serialize: () => SerializedExports;
  /** Resolves when no export is waiting or running. */
  readonly idle: () => Promise<void>;
  /** Ends all exports and cleans up on the vCenter; incomplete files stay as `.part` and are continued by the next export. */
  readonly close: () => Promise<void>;
}

/** A list of exports as JSON. */
export type SerializedExports = ReturnType<DownloadQueue['serialize']>;

/** Options of {@link createExportList}. */
export interface ExportListOptions {
  /** A list that was serialized: its exports that were waiting or running go on. @default an empty list */
  readonly restore?: SerializedExports | undefined;
  /** Exports that run at the same time. @default 2 */
  readonly concurrency?: number | undefined;
}

/** Finished exports that stay in the list. */
const HISTORY = 500;

/** Where exports are saved. */
export interface ExportTarget {
  /** Returns the place of an item's files, for display and for `toSink`. */
  readonly pathOf: (libraryName: string, itemName: string) => string;
  /** Called once for each export: a paused one goes on with the same sink. */
  readonly toSink: (row: Pick<ExportRow, 'id' | 'path'>) => Sink;
}

/**
 * Creates a list of exports. An empty one sends nothing.
 *
 * @throws TypeError if the list to restore is not one that was serialized.
 */
export const createExportList = (
  vc: VCenter,
  { pathOf, toSink }: ExportTarget,
  { restore, concurrency }: ExportListOptions = {},
): Exports => {
  const queue = createDownloadQueue(vc, {
    history: HISTORY,
    concurrency,
    ...(restore === undefined ? {} : { restore, toSink: ({ id, data }) => toSink({ id, path: String(data) }) }),
  });
  const timelines = createTimelines();
  queue.state$.subscribe(timelines.onState);
  queue.events$.subscribe(timelines.onEvent);
  const toState = createStateMapping(timelines);
  let lastId = Math.max(0, ...queue.state.downloads.map(({ id }) => Number(id) || 0));
  return {
    state$: queue.state$.pipe(map(toState)),
    add: async (itemId, only) => {
      const item = await firstValueFrom(getItem(vc, itemId));
      const library = await firstValueFrom(getLibrary(vc, item.library_id ?? ''));
      const name = item.name ?? itemId;
      const id = String(++lastId);
      const path = pathOf(library.name ?? 'library', name);
      return queue.add({ id: itemId, name }, toSink({ id, path }), { id, files: only, data: path });
    },
    cancel: (id) => queue.cancel(id),
    pause: (id) => queue.pause(id),
    resume: (id) => queue.resume(id),
    retry: (id) => queue.retry(id),
    remove: (id) => queue.remove(id),
    serialize: () => queue.serialize(),
    idle: async () => {
      const busy$ = queue.state$.pipe(takeWhile(({ counts }) => counts.waiting + counts.running > 0));
      await lastValueFrom(busy$, { defaultValue: undefined });
    },
    close: async () => {
      queue.close();
      // Waits for the deletion of the download sessions. It ends no login that was passed by its id.
      await lastValueFrom(logout(vc).pipe(attempt()));
    },
  };
};

/** Creates a list of exports. One that another version has serialized, and this one cannot read, is replaced by an empty list. */
export const restoreExportList = (vc: VCenter, target: ExportTarget, options: ExportListOptions): Exports => {
  try {
    return createExportList(vc, target, options);
  } catch (thrown) {
    if (options.restore === undefined || !(thrown instanceof TypeError)) throw thrown;
    return createExportList(vc, target, { ...options, restore: undefined });
  }
};

/** Returns a function that returns the same row for the same download, and the same state for the same downloads. */
const createStateMapping = (timelines: Timelines): ((state: DownloadQueueState) => ExportsState) => {
  const states = new WeakMap<DownloadQueueState, ExportsState>();
  const rows = new WeakMap<QueuedDownload, ExportRow>();
  const rowOf = (download: QueuedDownload): ExportRow => {
    const row = rows.get(download) ?? { ...toRow(download), timeline: timelines.of(download.id) };
    rows.set(download, row);
    return row;
  };
  return (state) => {
    const { downloads, counts, received, speed } = state;
    const known = states.get(state) ?? { rows: downloads.map(rowOf), totals: { counts, received, speed } };
    states.set(state, known);
    return known;
  };
};

const toRow = ({
  id,
  itemId,
  itemName,
  data,
  files,
  savedFiles = [],
  status,
  ...rest
}: QueuedDownload): Omit<ExportRow, 'timeline'> => {
  const { snapshot, received, total, addedAt, startedAt, endedAt, error, reason } = rest;
  // Between two runs, or after a restart: the bytes and files of the earlier one.
  const kept = {
    files: savedFiles.map(toSavedFile),
    received,
    ...(total === undefined ? {} : { total }),
    speed: 0,
    stalled: false,
  };
  const progress = snapshot ? progressOf(snapshot) : received > 0 ? kept : undefined;
  return {
    ...{ id, itemId, itemName: itemName ?? itemId, path: String(data), status, addedAt },
    ...(files === undefined ? {} : { only: files }),
    ...(progress === undefined ? {} : { progress }),
    ...(startedAt === undefined ? {} : { startedAt }),
    ...(endedAt === undefined ? {} : { endedAt }),
    ...(reason === undefined ? {} : { error: { _tag: error?._tag ?? 'TransportError', message: reason } }),
  };
};

const toSavedFile = (saved: DownloadSaved): NonNullable<ExportRow['progress']>['files'][number] => ({
  name: saved.file,
  phase: 'saved',
  total: saved.bytes,
  percent: 100,
  retries: 0,
  prepared: saved.bytes,
  received: saved.bytes,
  saved,
});

const progressOf = ({
  files,
  received,
  total,
  percent,
  speed,
  timeLeft,
  stalled,
}: DownloadSnapshot): NonNullable<ExportRow['progress']> => ({
  files,
  received,
  ...(total === undefined ? {} : { total }),
  ...(percent === undefined ? {} : { percent }),
  speed,
  ...(timeLeft === undefined ? {} : { timeLeft }),
  stalled,
});
