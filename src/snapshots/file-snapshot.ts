/** One file in the snapshot of a download. */

import type { DownloadEvent, DownloadOpened, DownloadRetrying, DownloadSaved, DownloadStatus } from '../download/events.ts';
import type { ContentLibraryError } from '../errors/index.ts';
import { omit } from './omit.ts';

/** The phase of a file. */
export type FilePhase = 'waiting' | 'preparing' | 'downloading' | 'verifying' | 'saved' | 'failed';

/** The state of one file. */
export interface FileSnapshot {
  readonly name: string;
  readonly phase: FilePhase;
  /** vCenter's status of the preparation; not set before the first. */
  readonly status?: DownloadStatus['status'];
  /** Bytes that the server has copied to prepare the file. */
  readonly prepared: number;
  /** Bytes received. */
  readonly received: number;
  /** Length in bytes; not set while unknown. */
  readonly total?: number;
  /** 0 to 100, over preparing, downloading and verifying; never decreases; not set while `total` is unknown. */
  readonly percent?: number;
  /** Number of retries of this file so far. */
  readonly retries: number;
  /** The last retry, with its error; not set once the file has moved on. */
  readonly retrying?: DownloadRetrying;
  /** The `saved` event, with the checksum and how it was verified. */
  readonly saved?: DownloadSaved;
  /** Why the file failed; not set if it failed because another file ended the download. */
  readonly error?: ContentLibraryError;
}

/** The percentages after the preparation, and after the download; the rest is the verification. */
const [PREPARED_PERCENT, DOWNLOADED_PERCENT] = [5, 95];

/** Returns the files after an event; unchanged files stay the same object. */
export const updateFiles = (files: readonly FileSnapshot[], event: DownloadEvent): readonly FileSnapshot[] => {
  if (event.type === 'opened') return event.files.map(initialFile);
  if (!('file' in event)) return files;
  const index = files.findIndex(({ name }) => name === event.file);
  const file = files[index];
  if (file === undefined) return files;
  const updated = reuseIfSame(file, updateFile(file, event));
  return updated === file ? files : files.with(index, updated);
};

/** Returns the files after an error that ended the download: those that are not saved have failed. */
export const failFiles = (files: readonly FileSnapshot[], error: ContentLibraryError | undefined): readonly FileSnapshot[] => {
  const named = files.find(({ name }) => error !== undefined && namesFile(error, name))?.name;
  return files.map((file) => {
    if (file.phase === 'saved' || file.phase === 'failed') return file;
    return {
      ...omit(file, 'retrying'),
      phase: 'failed',
      ...(error !== undefined && (named ?? file.name) === file.name ? { error } : {}),
    };
  });
};

/** Returns true if an error states that it is about this file. A sink states the path, also of an incomplete file. */
const namesFile = (error: ContentLibraryError, name: string): boolean =>
  ('file' in error && error.file === name) ||
  (error._tag === 'SinkError' && [name, `${name}.part`].includes(error.path.split(/[/\\]/).at(-1) ?? ''));

const initialFile = ({ name, size }: DownloadOpened['files'][number]): FileSnapshot =>
  withPercent(
    { name, phase: 'waiting', prepared: 0, received: 0, retries: 0, ...(size === undefined ? {} : { total: size }) },
    0,
  );

const updateFile = (file: FileSnapshot, event: DownloadEvent): FileSnapshot => {
  switch (event.type) {
    case 'status': {
      if (file.phase !== 'waiting' && file.phase !== 'preparing') return file;
      const { status, bytesTransferred: prepared, size: total = file.total } = event;
      const phase = status === 'PREPARED' || status === 'UNPREPARED' ? 'waiting' : 'preparing';
      const done = status === 'PREPARED' ? 1 : status === 'PREPARING' ? fraction(prepared, total) : 0;
      const updated = { ...file, phase, status, prepared, ...(total === undefined ? {} : { total }) } as const;
      return withPercent(updated, PREPARED_PERCENT * done);
    }
    case 'retrying':
      return { ...file, retries: file.retries + 1, retrying: event };
    case 'progress': {
      const { received, total = file.total } = event;
      const percent = PREPARED_PERCENT + (DOWNLOADED_PERCENT - PREPARED_PERCENT) * fraction(received, total);
      const phase = received === total ? 'verifying' : 'downloading';
      return withPercent({ ...omit(file, 'retrying'), phase, received, ...(total === undefined ? {} : { total }) }, percent);
    }
    case 'saved':
      return { ...omit(file, 'retrying'), phase: 'saved', received: event.bytes, total: event.bytes, percent: 100, saved: event };
    case 'failed':
      return { ...omit(file, 'retrying'), phase: 'failed', error: event.error };
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
const reuseIfSame = (file: FileSnapshot, updated: FileSnapshot): FileSnapshot => {
  const keys = new Set([...Object.keys(file), ...Object.keys(updated)]) as Set<keyof FileSnapshot>;
  return [...keys].every((key) => file[key] === updated[key]) ? file : updated;
};
