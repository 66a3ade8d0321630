/** Reduces the events of a download to snapshots, for a dashboard or a terminal. */

import {
  asyncScheduler,
  connect,
  defer,
  EMPTY,
  endWith,
  ignoreElements,
  map,
  merge,
  scan,
  switchMap,
  takeUntil,
  timer,
  type Observable,
  type OperatorFunction,
} from 'rxjs';
import type { DownloadEvent } from '../download/events.ts';
import { updateFiles, type FileSnapshot } from './file-snapshot.ts';
import { createSpeedMeter } from './speed.ts';

/** The state of a download. Failed files count in none of the sums. */
export interface DownloadSnapshot {
  /** One entry per file; an unchanged file is the same object as in the previous snapshot. */
  readonly files: readonly FileSnapshot[];
  /** Bytes received. */
  readonly received: number;
  /** Bytes in total; not set until the length of every file is known. */
  readonly total?: number;
  /** 0 to 100, over preparing, downloading and verifying; never decreases; not set while `total` is unknown. */
  readonly percent?: number;
  /** Bytes per second, over the last three seconds. */
  readonly speed: number;
  /** Estimated milliseconds until the end; not set while `total` or the speed is unknown. */
  readonly timeLeft?: number;
  /** True if a file is downloading, but no event has arrived for ten seconds. */
  readonly stalled: boolean;
  /** True after the last event. */
  readonly done: boolean;
}

/** Milliseconds without an event, while a file is downloading, after which the download counts as stalled. */
const STALL_TIME = 10_000;

/**
 * Reduces the events of a download to snapshots. Unchanged files stay the same object.
 *
 * - Emits: a snapshot for every event, and one more when the download stalls for ten seconds.
 * - Completes: with its source.
 * - Errors: with its source.
 * - Unsubscribing: unsubscribes from the source.
 *
 * ```text
 * events     -o-s-p-p-v-(c|)
 * snapshots  -1-2-3-4-5-(6|)
 * ```
 */
export const snapshots = (): OperatorFunction<DownloadEvent, DownloadSnapshot> => (source) =>
  defer(() => {
    const speed = createSpeedMeter();
    return source.pipe(
      scan<DownloadEvent, DownloadSnapshot>(
        (previous, event) => {
          const files = updateFiles(previous.files, event);
          // Idle time must not lower the average.
          if (!previous.files.some(isDownloading)) speed.reset();
          const added = event.type === 'opened' ? 0 : sum(files, bytesSince(previous.files));
          return snapshotOf(previous, files, speed.add(added, asyncScheduler.now()), event.type === 'closed');
        },
        { files: [], received: 0, speed: 0, stalled: false, done: false },
      ),
      connect((snapshots$) => merge(snapshots$, stalledSnapshots(snapshots$))),
    );
  });

/** Emits the last snapshot again, as stalled, if no other follows in time. */
const stalledSnapshots = (snapshots$: Observable<DownloadSnapshot>): Observable<DownloadSnapshot> =>
  snapshots$.pipe(
    switchMap((last) => (last.files.some(isDownloading) ? timer(STALL_TIME).pipe(map(() => toStalled(last))) : EMPTY)),
    takeUntil(snapshots$.pipe(ignoreElements(), endWith(undefined))),
  );

const toStalled = (snapshot: DownloadSnapshot): DownloadSnapshot => {
  const { timeLeft, ...rest } = snapshot;
  return { ...(timeLeft === undefined ? snapshot : rest), speed: 0, stalled: true };
};

const isDownloading = ({ phase }: FileSnapshot): boolean => phase === 'downloading';

const snapshotOf = (
  previous: DownloadSnapshot,
  files: readonly FileSnapshot[],
  speed: number,
  done: boolean,
): DownloadSnapshot => {
  const counted = files.filter(({ phase }) => phase !== 'failed');
  const received = sum(counted, (file) => file.received);
  if (counted.some((file) => file.total === undefined)) return { files, received, speed, stalled: false, done };
  const total = sum(counted, (file) => file.total ?? 0);
  return {
    files,
    received,
    total,
    percent: done ? 100 : Math.max(previous.percent ?? 0, percentOf(counted)),
    speed,
    ...(speed === 0 ? {} : { timeLeft: (Math.max(total - received, 0) / speed) * 1000 }),
    stalled: false,
    done,
  };
};

/** Weighted by length. An empty file counts as one byte, so that the sum is never zero. */
const percentOf = (files: readonly FileSnapshot[]): number => {
  const weight = ({ total = 0 }: FileSnapshot): number => Math.max(total, 1);
  return sum(files, (file) => (file.percent ?? 0) * weight(file)) / Math.max(sum(files, weight), 1);
};

/** Returns the bytes of a file received since a snapshot. */
const bytesSince =
  (previous: readonly FileSnapshot[]) =>
  (file: FileSnapshot, index: number): number =>
    Math.max(file.received - (previous[index]?.received ?? 0), 0);

const sum = <A>(values: readonly A[], of: (value: A, index: number) => number): number =>
  values.reduce((total, value, index) => total + of(value, index), 0);
