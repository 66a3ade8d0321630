/** One file in the snapshot of a download. */

import type { DownloadEvent, DownloadSaved } from '../download/events.ts';
import type { ContentLibraryError } from '../errors/index.ts';

/** The phase of a file. */
export type FilePhase = 'waiting' | 'preparing' | 'downloading' | 'verifying' | 'saved' | 'failed';

/** The state of one file. */
export interface FileSnapshot {
  readonly name: string;
  readonly phase: FilePhase;
  /** Bytes received. */
  readonly received: number;
  /** Length in bytes; not set while unknown. */
  readonly total?: number;
  /** 0 to 100, over preparing, downloading and verifying; never decreases; not set while `total` is unknown. */
  readonly percent?: number;
  /** The `saved` event, with the checksum and how it was verified. */
  readonly saved?: DownloadSaved;
  /** The error of a failed file. */
  readonly error?: ContentLibraryError;
}

/** The percentages after the preparation, and after the download; the rest is the verification. */
const [PREPARED_PERCENT, DOWNLOADED_PERCENT] = [5, 95];

/** Returns the files after an event; unchanged files stay the same object. */
export const updateFiles = (files: readonly FileSnapshot[], event: DownloadEvent): readonly FileSnapshot[] => {
  if (event.type === 'opened')
    return event.files.map(({ name, size }) =>
      withPercent({ name, phase: 'waiting', received: 0, ...(size === undefined ? {} : { total: size }) }, 0),
    );
  if (!('file' in event)) return files;
  const index = files.findIndex(({ name }) => name === event.file);
  const file = files[index];
  if (file === undefined) return files;
  const updated = updateFile(file, event);
  return updated === file ? files : files.with(index, updated);
};

const updateFile = (file: FileSnapshot, event: DownloadEvent): FileSnapshot => {
  switch (event.type) {
    case 'status': {
      if (file.phase !== 'waiting' && file.phase !== 'preparing') return file;
      const phase = event.status === 'PREPARED' || event.status === 'UNPREPARED' ? 'waiting' : 'preparing';
      const total = event.size ?? file.total;
      const prepared =
        event.status === 'PREPARED' ? 1 : event.status === 'PREPARING' ? fraction(event.bytesTransferred, total) : 0;
      return reuseIfSame(
        file,
        withPercent({ ...file, phase, ...(total === undefined ? {} : { total }) }, PREPARED_PERCENT * prepared),
      );
    }
    case 'progress': {
      const total = event.total ?? file.total;
      const percent = PREPARED_PERCENT + (DOWNLOADED_PERCENT - PREPARED_PERCENT) * fraction(event.received, total);
      const phase = event.received === total ? 'verifying' : 'downloading';
      const { received } = event;
      return reuseIfSame(file, withPercent({ ...file, phase, received, ...(total === undefined ? {} : { total }) }, percent));
    }
    case 'saved':
      return { ...file, phase: 'saved', received: event.bytes, total: event.bytes, percent: 100, saved: event };
    case 'failed':
      return { ...file, phase: 'failed', error: event.error };
    default:
      return file;
  }
};

/** Never less than before, and not set while the length is unknown. */
const withPercent = (file: FileSnapshot, percent: number): FileSnapshot =>
  file.total === undefined ? file : { ...file, percent: Math.max(file.percent ?? 0, percent) };

/** From 0 to 1; 1 if the total is zero. */
const fraction = (done: number, total: number | undefined): number =>
  total === undefined ? 0 : total <= 0 ? 1 : Math.min(Math.max(done / total, 0), 1);

/** Returns the same object if no field has changed. */
const reuseIfSame = (file: FileSnapshot, updated: FileSnapshot): FileSnapshot =>
  file.phase === updated.phase &&
  file.received === updated.received &&
  file.total === updated.total &&
  file.percent === updated.percent
    ? file
    : updated;
