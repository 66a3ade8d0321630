/** The exports of the server as the page receives them: `GET /exports/events`. */

import type { ContentLibraryError, DownloadSnapshot } from 'rx-content-library';
import type { TimelineEntry } from './timeline.ts';

/** `waiting`: for its turn. `running`: see the phases of its files. */
export type ExportStatus = 'waiting' | 'running' | 'paused' | 'saved' | 'failed' | 'cancelled';

/** One export: the files of an item, into a directory of the server. */
export interface ExportRow {
  readonly id: string;
  readonly itemId: string;
  readonly itemName: string;
  /** Where the files are saved, on the server. */
  readonly path: string;
  /** The names of the files to export; unset: all. */
  readonly only?: readonly string[];
  readonly status: ExportStatus;
  /** The files, bytes, speed and time left; unset until the item was opened. */
  readonly progress?: Pick<DownloadSnapshot, 'files' | 'received' | 'total' | 'percent' | 'speed' | 'timeLeft' | 'stalled'>;
  /** What has happened since the page or its server was started. */
  readonly timeline: readonly TimelineEntry[];
  /** Why it failed, and what to do. */
  readonly error?: Pick<ContentLibraryError, '_tag' | 'message'>;
  /** Milliseconds since 1970. */
  readonly addedAt: number;
  readonly startedAt?: number;
  readonly endedAt?: number;
}

/** Sums over all exports. */
export interface ExportTotals {
  readonly counts: Readonly<Record<ExportStatus, number>>;
  /** Bytes received by the exports of the list. */
  readonly received: number;
  /** Bytes per second. */
  readonly speed: number;
}

/** All exports at one moment. A row that has not changed is the same object as before. */
export interface ExportsState {
  readonly rows: readonly ExportRow[];
  readonly totals: ExportTotals;
}

/** What has changed since the event before: the data of the event `changes`. */
export interface ExportChanges {
  /** New and changed rows. New rows follow the others. */
  readonly changed: readonly ExportRow[];
  /** Ids of rows that no longer exist. */
  readonly removed: readonly string[];
  readonly totals: ExportTotals;
}

/** Returns the changes that lead from one state to the next. */
export const changesBetween = (previous: ExportsState, next: ExportsState): ExportChanges => {
  const before = new Map(previous.rows.map((row) => [row.id, row]));
  const after = new Set(next.rows.map(({ id }) => id));
  return {
    changed: next.rows.filter((row) => before.get(row.id) !== row),
    removed: [...before.keys()].filter((id) => !after.has(id)),
    totals: next.totals,
  };
};

/** Returns the state after the changes: what a page applies to its own. */
export const applyChanges = ({ rows }: ExportsState, { changed, removed, totals }: ExportChanges): ExportsState => {
  const updates = new Map(changed.map((row) => [row.id, row]));
  const kept = rows.filter(({ id }) => !removed.includes(id)).map((row) => updates.get(row.id) ?? row);
  const known = new Set(rows.map(({ id }) => id));
  return { rows: [...kept, ...changed.filter(({ id }) => !known.has(id))], totals };
};
