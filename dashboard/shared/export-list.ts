/** A list of exports that run two at a time: on the server into a directory, or in the page. */

import {
  attempt,
  download,
  getItem,
  getLibrary,
  isContentLibraryError,
  logout,
  snapshots,
  type DownloadSnapshot,
  type Sink,
  type VCenter,
} from 'rx-content-library';
import { BehaviorSubject, firstValueFrom, lastValueFrom, takeWhile, type Observable, type Subscription } from 'rxjs';
import type { ExportRow, ExportsState, ExportStatus, ExportTotals } from './exports.ts';

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

/** Items that are exported at the same time; the others wait. */
const CONCURRENCY = 2;

/** Milliseconds between two states of a running export. */
const PERIOD = 250;

/** Finished exports that stay in the list. */
const HISTORY = 500;

const ACTIVE: readonly ExportStatus[] = ['waiting', 'running'];

/** Where exports are saved. */
export interface ExportTarget {
  /** Returns the place of an item's files, for display and for `toSink`. */
  readonly pathOf: (libraryName: string, itemName: string) => string;
  readonly toSink: (row: ExportRow) => Sink;
}

/** Creates an empty list of exports. It sends nothing. */
export const createExportList = (vc: VCenter, { pathOf, toSink }: ExportTarget): Exports => {
  const state$ = new BehaviorSubject<ExportsState>({ rows: [], totals: totalsOf([]) });
  const running = new Map<string, Subscription>();
  let lastId = 0;
  let isClosed = false;

  const setRows = (rows: readonly ExportRow[]): void => state$.next({ rows, totals: totalsOf(rows) });
  const find = (id: string): ExportRow | undefined => state$.value.rows.find((row) => row.id === id);
  const update = (id: string, change: Partial<ExportRow>): void =>
    setRows(state$.value.rows.map((row) => (row.id === id ? { ...row, ...change } : row)));

  const end = (id: string, change: Partial<ExportRow>): void => {
    update(id, { ...change, endedAt: Date.now() });
    const finished = state$.value.rows.filter(({ status }) => !ACTIVE.includes(status) && status !== 'paused');
    const dropped = new Set(finished.slice(0, Math.max(0, finished.length - HISTORY)));
    if (dropped.size > 0) setRows(state$.value.rows.filter((row) => !dropped.has(row)));
    startNext();
  };

  const start = (row: ExportRow): void => {
    const { id, itemId, only } = row;
    update(id, { status: 'running', startedAt: Date.now() });
    const options = only === undefined ? {} : { files: only };
    const subscription = download(vc, itemId, toSink(row), options)
      .pipe(snapshots({ period: PERIOD }))
      .subscribe({
        next: (snapshot) => update(id, { progress: progressOf(snapshot) }),
        error: (thrown: unknown) => {
          running.delete(id);
          end(id, { status: 'failed', error: errorOf(thrown) });
        },
        complete: () => {
          running.delete(id);
          end(id, { status: 'saved' });
        },
      });
    // A download that errors at once is over before this line.
    if (find(id)?.status === 'running') running.set(id, subscription);
  };

  const startNext = (): void => {
    const next = state$.value.rows.find(({ status }) => status === 'waiting');
    if (isClosed || next === undefined || running.size >= CONCURRENCY) return;
    start(next);
    startNext();
  };

  const stop = (id: string, status: ExportStatus): void => {
    running.get(id)?.unsubscribe();
    running.delete(id);
    end(id, { status });
  };

  const when =
    (allowed: readonly ExportStatus[], action: (row: ExportRow) => void) =>
    (id: string): boolean => {
      const row = find(id);
      if (row === undefined || !allowed.includes(row.status)) return false;
      action(row);
      return true;
    };
  const queue = ({ id }: ExportRow): void => {
    const rows = state$.value.rows.map((row) => (row.id === id ? waitingAgain(row) : row));
    setRows(rows);
    startNext();
  };

  return {
    state$,
    add: async (itemId, only) => {
      const item = await firstValueFrom(getItem(vc, itemId));
      const library = await firstValueFrom(getLibrary(vc, item.library_id ?? ''));
      const itemName = item.name ?? itemId;
      const id = String(++lastId);
      const path = pathOf(library.name ?? 'library', itemName);
      const row = {
        id,
        itemId,
        itemName,
        path,
        ...(only === undefined ? {} : { only }),
        status: 'waiting',
        addedAt: Date.now(),
      } as const;
      setRows([...state$.value.rows, row]);
      startNext();
      return id;
    },
    cancel: when([...ACTIVE, 'paused'], ({ id }) => stop(id, 'cancelled')),
    pause: when(ACTIVE, ({ id }) => stop(id, 'paused')),
    resume: when(['paused'], queue),
    retry: when(['failed', 'cancelled'], queue),
    remove: when(['paused', 'saved', 'failed', 'cancelled'], ({ id }) =>
      setRows(state$.value.rows.filter((row) => row.id !== id)),
    ),
    idle: async () => {
      const busy$ = state$.pipe(takeWhile(({ rows }) => rows.some(({ status }) => ACTIVE.includes(status))));
      await lastValueFrom(busy$, { defaultValue: undefined });
    },
    close: async () => {
      isClosed = true;
      for (const [id, subscription] of running) {
        subscription.unsubscribe();
        update(id, { status: 'paused' });
      }
      running.clear();
      state$.complete();
      // Waits for the deletion of the download sessions. It ends no login that was passed by its id.
      await lastValueFrom(logout(vc).pipe(attempt()));
    },
  };
};

/** Without what the last run has left. */
const waitingAgain = (row: ExportRow): ExportRow => {
  const { id, itemId, itemName, path, only, addedAt, progress } = row;
  return {
    ...{ id, itemId, itemName, path, addedAt, status: 'waiting' },
    ...(only === undefined ? {} : { only }),
    ...(progress === undefined ? {} : { progress: { ...progress, speed: 0 } }),
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

const errorOf = (thrown: unknown): NonNullable<ExportRow['error']> =>
  isContentLibraryError(thrown)
    ? { _tag: thrown._tag, message: thrown.message }
    : { _tag: 'TransportError', message: 'Unexpected error: see the log of the dashboard.' };

const totalsOf = (rows: readonly ExportRow[]): ExportTotals => {
  const counts = { waiting: 0, running: 0, paused: 0, saved: 0, failed: 0, cancelled: 0 };
  let [received, speed] = [0, 0];
  for (const { status, progress } of rows) {
    counts[status] += 1;
    received += progress?.received ?? 0;
    if (status === 'running') speed += progress?.speed ?? 0;
  }
  return { counts, received, speed };
};
