/** A list of exports that run two at a time: on the server into a directory, or in the page. */

import {
  attempt,
  createDownloadQueue,
  getItem,
  getLibrary,
  logout,
  type DownloadQueueState,
  type DownloadSnapshot,
  type QueuedDownload,
  type Sink,
  type VCenter,
} from 'rx-content-library';
import { firstValueFrom, lastValueFrom, map, takeWhile, type Observable } from 'rxjs';
import type { ExportRow, ExportsState } from './exports.ts';

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
  /** Resolves when no export is waiting or running. */
  readonly idle: () => Promise<void>;
  /** Ends all exports and cleans up on the vCenter; incomplete files stay as `.part` and are continued by the next export. */
  readonly close: () => Promise<void>;
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

/** Creates an empty list of exports. It sends nothing. */
export const createExportList = (vc: VCenter, { pathOf, toSink }: ExportTarget): Exports => {
  const queue = createDownloadQueue(vc, { history: HISTORY });
  const toState = createStateMapping();
  let lastId = 0;
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

/** Returns a function that returns the same row for the same download, and the same state for the same downloads. */
const createStateMapping = (): ((state: DownloadQueueState) => ExportsState) => {
  const states = new WeakMap<DownloadQueueState, ExportsState>();
  const rows = new WeakMap<QueuedDownload, ExportRow>();
  const rowOf = (download: QueuedDownload): ExportRow => {
    const row = rows.get(download) ?? toRow(download);
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

const toRow = ({ id, itemId, itemName, data, files, status, ...rest }: QueuedDownload): ExportRow => {
  const { snapshot, received, total, addedAt, startedAt, endedAt, error, reason } = rest;
  // Between two runs: the bytes of the earlier one.
  const kept = { files: [], received, ...(total === undefined ? {} : { total }), speed: 0, stalled: false };
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
