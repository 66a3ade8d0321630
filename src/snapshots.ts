/** Events into one picture: what a dashboard or a terminal draws. */

import { asyncScheduler, defer, scan, type OperatorFunction } from 'rxjs';
import type { DownloadEvent, Saved } from './events.ts';
import type { ContentLibraryError } from './errors.ts';

/** Where a file is on its way. */
export type FilePhase = 'waiting' | 'preparing' | 'downloading' | 'proving' | 'saved' | 'failed';

/** One file's row. */
export interface FileSnapshot {
  readonly name: string;
  readonly phase: FilePhase;
  /** Bytes that have come. */
  readonly received: number;
  /** Bytes there are; not set while unknown. */
  readonly total?: number;
  /** The proof, once the file is saved. */
  readonly saved?: Saved;
  /** Why it failed. */
  readonly error?: ContentLibraryError;
}

/** The whole download at one moment. */
export interface DownloadSnapshot {
  readonly files: readonly FileSnapshot[];
  readonly received: number;
  /** Set when every file's length is known. */
  readonly total?: number;
  /** 0 to 100, when `total` is known. */
  readonly percent?: number;
  /** Bytes a second over the last three seconds. */
  readonly speed: number;
  /** Milliseconds, when there is a total and a speed. */
  readonly timeLeft?: number;
  readonly done: boolean;
}

interface Sample {
  readonly at: number;
  readonly received: number;
}

/** Milliseconds over which the speed is taken. */
const speedWindow = 3000;

/**
 * Turns the events of a download into one growing picture. Rows that did not change stay the same object.
 *
 * - Emits: a picture for every event.
 * - Completes and errors: with its source.
 * - Unsubscribing: unsubscribes from the source.
 *
 * ```text
 * events     -o-s-p-p-v-(c|)
 * snapshots  -1-2-3-4-5-(6|)
 * ```
 */
export const snapshots = (): OperatorFunction<DownloadEvent, DownloadSnapshot> => (source) =>
  defer(() => {
    let samples: readonly Sample[] = [];
    return source.pipe(
      scan<DownloadEvent, DownloadSnapshot>(
        (picture, event) => {
          const files = rowsAfter(picture.files, event);
          const received = sum(files.map((file) => file.received));
          const now = asyncScheduler.now();
          // The speed is that of bytes that flow: the waiting before them would make it look slow.
          const flows = picture.files.some(({ phase }) => phase === 'downloading');
          samples = [...(flows ? samples.filter(({ at }) => now - at < speedWindow) : []), { at: now, received }];
          return pictureOf(files, received, speedOf(samples), event.type === 'closed');
        },
        { files: [], received: 0, speed: 0, done: false },
      ),
    );
  });

const rowsAfter = (rows: readonly FileSnapshot[], event: DownloadEvent): readonly FileSnapshot[] => {
  if (event.type === 'opened')
    return event.files.map(({ name, size }) => ({
      name,
      phase: 'waiting',
      received: 0,
      ...(size === undefined ? {} : { total: size }),
    }));
  if (event.type === 'closed') return rows;
  return rows.map((row) => (row.name === event.file ? rowAfter(row, event) : row));
};

const rowAfter = (row: FileSnapshot, event: Exclude<DownloadEvent, { type: 'opened' | 'closed' }>): FileSnapshot => {
  switch (event.type) {
    case 'status':
      if (row.phase !== 'waiting' && row.phase !== 'preparing') return row;
      return {
        ...row,
        phase: event.status === 'PREPARED' || event.status === 'UNPREPARED' ? 'waiting' : 'preparing',
        ...(event.size === undefined ? {} : { total: event.size }),
      };
    case 'progress': {
      const total = event.total ?? row.total;
      return {
        ...row,
        phase: event.received === total ? 'proving' : 'downloading',
        received: event.received,
        ...(total === undefined ? {} : { total }),
      };
    }
    case 'saved':
      return { ...row, phase: 'saved', received: event.bytes, total: event.bytes, saved: event };
    case 'failed':
      return { ...row, phase: 'failed', error: event.error };
  }
};

const pictureOf = (files: readonly FileSnapshot[], received: number, speed: number, done: boolean): DownloadSnapshot => {
  const totals = files.map((file) => file.total);
  const total = totals.every((size) => size !== undefined) ? sum(totals) : undefined;
  return {
    files,
    received,
    ...(total === undefined ? {} : { total, percent: total === 0 ? (done ? 100 : 0) : Math.min((received / total) * 100, 100) }),
    speed,
    ...(total === undefined || speed === 0 ? {} : { timeLeft: ((total - received) / speed) * 1000 }),
    done,
  };
};

const speedOf = (samples: readonly Sample[]): number => {
  const [first] = samples;
  const last = samples.at(-1);
  if (first === undefined || last === undefined || last.at === first.at) return 0;
  return Math.max(((last.received - first.received) / (last.at - first.at)) * 1000, 0);
};

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
