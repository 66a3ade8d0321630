/** One file in the picture of a download. */

import type { DownloadEvent, DownloadSaved } from '../download/events.ts';
import type { ContentLibraryError } from '../errors/index.ts';

/** Where a file is on its way. */
export type FilePhase = 'waiting' | 'preparing' | 'downloading' | 'verifying' | 'saved' | 'failed';

/** One file's row. */
export interface FileSnapshot {
  readonly name: string;
  readonly phase: FilePhase;
  /** Bytes that have come. */
  readonly received: number;
  /** Bytes there are; not set while unknown. */
  readonly total?: number;
  /** 0 to 100, over preparing, downloading and verifying; never falls; not set while `total` is unknown. */
  readonly percent?: number;
  /** The proof, once the file is saved. */
  readonly saved?: DownloadSaved;
  /** Why it failed. */
  readonly error?: ContentLibraryError;
}

/** How much of the percentage is the preparation, and how much is all but the proof. */
const [preparedPercent, downloadedPercent] = [5, 95];

/** The first rows, or those of before with what an event says of one of them; a row that it does not change stays the same object. */
export const rowsAfter = (rows: readonly FileSnapshot[], event: DownloadEvent): readonly FileSnapshot[] => {
  if (event.type === 'opened')
    return event.files.map(({ name, size }) =>
      withPercent({ name, phase: 'waiting', received: 0, ...(size === undefined ? {} : { total: size }) }, 0),
    );
  if (!('file' in event)) return rows;
  const index = rows.findIndex(({ name }) => name === event.file);
  const row = rows[index];
  if (row === undefined) return rows;
  const changed = rowAfter(row, event);
  return changed === row ? rows : rows.with(index, changed);
};

const rowAfter = (row: FileSnapshot, event: DownloadEvent): FileSnapshot => {
  switch (event.type) {
    case 'status': {
      if (row.phase !== 'waiting' && row.phase !== 'preparing') return row;
      const phase = event.status === 'PREPARED' || event.status === 'UNPREPARED' ? 'waiting' : 'preparing';
      const total = event.size ?? row.total;
      const done = event.status === 'PREPARED' ? 1 : event.status === 'PREPARING' ? part(event.bytesTransferred, total) : 0;
      return unlessSame(row, withPercent({ ...row, phase, ...(total === undefined ? {} : { total }) }, preparedPercent * done));
    }
    case 'progress': {
      const total = event.total ?? row.total;
      const percent = preparedPercent + (downloadedPercent - preparedPercent) * part(event.received, total);
      const phase = event.received === total ? 'verifying' : 'downloading';
      const { received } = event;
      return unlessSame(row, withPercent({ ...row, phase, received, ...(total === undefined ? {} : { total }) }, percent));
    }
    case 'saved':
      return { ...row, phase: 'saved', received: event.bytes, total: event.bytes, percent: 100, saved: event };
    case 'failed':
      return { ...row, phase: 'failed', error: event.error };
    default:
      return row;
  }
};

/** Never less than before, and nothing while the length is unknown. */
const withPercent = (row: FileSnapshot, percent: number): FileSnapshot =>
  row.total === undefined ? row : { ...row, percent: Math.max(row.percent ?? 0, percent) };

/** How much of a whole is there, 0 to 1. Of nothing, everything is. */
const part = (done: number, whole: number | undefined): number =>
  whole === undefined ? 0 : whole <= 0 ? 1 : Math.min(Math.max(done / whole, 0), 1);

const unlessSame = (row: FileSnapshot, changed: FileSnapshot): FileSnapshot =>
  row.phase === changed.phase &&
  row.received === changed.received &&
  row.total === changed.total &&
  row.percent === changed.percent
    ? row
    : changed;
