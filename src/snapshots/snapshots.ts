/** Reduces the events of a download to snapshots, for a dashboard or a terminal. */

import {
  asyncScheduler,
  catchError,
  concat,
  connect,
  defer,
  EMPTY,
  endWith,
  ignoreElements,
  map,
  merge,
  of,
  scan,
  switchMap,
  takeUntil,
  throwError,
  timer,
  type Observable,
  type OperatorFunction,
} from 'rxjs';
import type { DownloadEvent } from '../download/events.ts';
import { isContentLibraryError } from '../errors/index.ts';
import { invalidOptionError } from '../errors/invalid-option-error.ts';
import { latestEvery } from '../operators/latest-every.ts';
import { toTimerDelay } from '../operators/timer-delay.ts';
import { assertKnownOptions, type OptionNames } from '../options/index.ts';
import { INITIAL_FACTS, updateFacts, type DownloadSnapshot, type SnapshotFacts, type SnapshotSums } from './download-snapshot.ts';
import { failFiles, updateFiles, type FileSnapshot } from './file-snapshot.ts';
import { omit } from './omit.ts';
import { createSpeedMeter } from './speed.ts';

/** Options of {@link snapshots}. */
export interface SnapshotOptions {
  /**
   * Milliseconds between two snapshots at least. The last one is always emitted, also before an error.
   * @default 0, a snapshot for every event
   */
  readonly period?: number | undefined;
}

const SNAPSHOT_OPTIONS: OptionNames<SnapshotOptions> = { period: true };

/** Milliseconds without an event, while a file is downloading, after which the download counts as stalled. */
const STALL_TIME = 10_000;

/**
 * Reduces the events of a download to snapshots. Unchanged files stay the same object.
 *
 * - Emits: a snapshot for every event, one more when the download stalls for ten seconds, and one with the failed files before an error;
 *   with `period`, the latest snapshot once a period, and always the last one.
 * - Completes: with its source.
 * - Errors: with its source, after the snapshot with that error.
 * - Unsubscribing: unsubscribes from the source.
 *
 * ```text
 * events     -o-s-p-p-v-(c|)
 * snapshots  -1-2-3-4-5-(6|)
 * ```
 *
 * @throws TypeError if an option is invalid.
 */
export const snapshots = (options: SnapshotOptions = {}): OperatorFunction<DownloadEvent, DownloadSnapshot> => {
  assertKnownOptions(options, SNAPSHOT_OPTIONS);
  const { period = 0 } = options;
  if (typeof period !== 'number' || !(period >= 0)) throw invalidOptionError('period', 'milliseconds from 0', period);
  return (source) =>
    defer(() => {
      const speed = createSpeedMeter();
      let last: DownloadSnapshot = { ...INITIAL_FACTS, ...INITIAL_SUMS };
      return source.pipe(
        scan(
          ({ facts: before, sums: previous }: SnapshotState, event: DownloadEvent): SnapshotState => {
            const files = updateFiles(previous.files, event);
            // Idle time must not lower the average.
            if (!previous.files.some(isDownloading)) speed.reset();
            const added = event.type === 'opened' ? 0 : sum(files, bytesSince(previous.files));
            const facts = updateFacts(before, event);
            return { facts, sums: sumsOf(previous, files, speed.add(added, asyncScheduler.now()), facts.done) };
          },
          { facts: INITIAL_FACTS, sums: INITIAL_SUMS },
        ),
        map(({ facts, sums }) => (last = { ...facts, ...sums })),
        connect((snapshots$) => merge(snapshots$, stalledSnapshots(snapshots$))),
        catchError((thrown: unknown) =>
          concat(
            of(toFailed(last, thrown)),
            throwError(() => thrown),
          ),
        ),
        latestEvery(toTimerDelay(period)),
      );
    });
};

interface SnapshotState {
  readonly facts: SnapshotFacts;
  readonly sums: SnapshotSums;
}

const INITIAL_SUMS: SnapshotSums = { files: [], received: 0, speed: 0, stalled: false };

/** The sums stay as they were: the bytes were received, although no file has them. */
const toFailed = (last: DownloadSnapshot, thrown: unknown): DownloadSnapshot => {
  const files = failFiles(last.files, isContentLibraryError(thrown) ? thrown : undefined);
  return { ...omit(last, 'timeLeft', 'retrying'), files, speed: 0, stalled: false, error: thrown };
};

/** Emits the last snapshot again, as stalled, if no other follows in time. */
const stalledSnapshots = (snapshots$: Observable<DownloadSnapshot>): Observable<DownloadSnapshot> =>
  snapshots$.pipe(
    switchMap((last) => (last.files.some(isDownloading) ? timer(STALL_TIME).pipe(map(() => toStalled(last))) : EMPTY)),
    takeUntil(snapshots$.pipe(ignoreElements(), endWith(undefined))),
  );

const toStalled = (snapshot: DownloadSnapshot): DownloadSnapshot => ({ ...omit(snapshot, 'timeLeft'), speed: 0, stalled: true });

const isDownloading = ({ phase }: FileSnapshot): boolean => phase === 'downloading';

const sumsOf = (previous: SnapshotSums, files: readonly FileSnapshot[], speed: number, done: boolean): SnapshotSums => {
  const counted = files.filter(({ phase }) => phase !== 'failed');
  const received = sum(counted, (file) => file.received);
  if (counted.some((file) => file.total === undefined)) return { files, received, speed, stalled: false };
  const total = sum(counted, (file) => file.total ?? 0);
  return {
    files,
    received,
    total,
    percent: done ? 100 : Math.max(previous.percent ?? 0, percentOf(counted)),
    speed,
    ...(speed === 0 ? {} : { timeLeft: (Math.max(total - received, 0) / speed) * 1000 }),
    stalled: false,
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
