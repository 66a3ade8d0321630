/** Events into one picture: what a dashboard or a terminal draws. */

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
import { rowsAfter, type FileSnapshot } from './snapshot-row.ts';
import { createSpeedMeter } from './speed.ts';

/** The whole download at one moment. Those of its files that failed count in none of the sums. */
export interface DownloadSnapshot {
  /** A row a file; one that did not change is the same object as in the picture before. */
  readonly files: readonly FileSnapshot[];
  /** Bytes that have come. */
  readonly received: number;
  /** Bytes there are; set when every file's length is known. */
  readonly total?: number;
  /** 0 to 100, over preparing, downloading and verifying; never falls; not set while `total` is unknown. */
  readonly percent?: number;
  /** Bytes a second over the last three seconds. */
  readonly speed: number;
  /** Milliseconds, when there is a total and a speed. */
  readonly timeLeft?: number;
  /** Whether bytes should come, and have not for ten seconds. */
  readonly stalled: boolean;
  readonly done: boolean;
}

/** Milliseconds without an event, while a file is on its way, after which the download is drawn as stalled. */
const stalledAfter = 10_000;

/**
 * Turns the events of a download into one growing picture. Rows that did not change stay the same object.
 *
 * - Emits: a picture for every event, and one more when bytes should come and none has for ten seconds.
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
    const speed = createSpeedMeter();
    return source.pipe(
      scan<DownloadEvent, DownloadSnapshot>(
        (before, event) => {
          const files = rowsAfter(before.files, event);
          // The speed is that of bytes that flow: the waiting before them would make it look slow.
          if (!before.files.some(isFlowing)) speed.reset();
          const came = event.type === 'opened' ? 0 : sum(files, gained(before.files));
          return snapshotOf(before, files, speed.add(came, asyncScheduler.now()), event.type === 'closed');
        },
        { files: [], received: 0, speed: 0, stalled: false, done: false },
      ),
      connect((pictures$) => merge(pictures$, stallUpdates(pictures$))),
    );
  });

/** The last picture again, when nothing has followed it for too long. */
const stallUpdates = (pictures$: Observable<DownloadSnapshot>): Observable<DownloadSnapshot> =>
  pictures$.pipe(
    switchMap((picture) => (picture.files.some(isFlowing) ? timer(stalledAfter).pipe(map(() => stalled(picture))) : EMPTY)),
    takeUntil(pictures$.pipe(ignoreElements(), endWith(undefined))),
  );

const stalled = (picture: DownloadSnapshot): DownloadSnapshot => {
  const { timeLeft, ...rest } = picture;
  return timeLeft === undefined ? { ...picture, speed: 0, stalled: true } : { ...rest, speed: 0, stalled: true };
};

const isFlowing = ({ phase }: FileSnapshot): boolean => phase === 'downloading';

const snapshotOf = (before: DownloadSnapshot, files: readonly FileSnapshot[], speed: number, done: boolean): DownloadSnapshot => {
  const good = files.filter(({ phase }) => phase !== 'failed');
  const received = sum(good, (file) => file.received);
  const isKnown = good.every((file) => file.total !== undefined);
  if (!isKnown) return { files, received, speed, stalled: false, done };
  const total = sum(good, (file) => file.total ?? 0);
  return {
    files,
    received,
    total,
    percent: done ? 100 : Math.max(before.percent ?? 0, percentOf(good)),
    speed,
    ...(speed === 0 ? {} : { timeLeft: (Math.max(total - received, 0) / speed) * 1000 }),
    stalled: false,
    done,
  };
};

/** By length; a file without any counts as a byte, so that no sum is nothing. */
const percentOf = (files: readonly FileSnapshot[]): number => {
  const weight = ({ total = 0 }: FileSnapshot): number => Math.max(total, 1);
  return sum(files, (file) => (file.percent ?? 0) * weight(file)) / Math.max(sum(files, weight), 1);
};

/** Bytes that have come to a file since the rows of before. */
const gained =
  (before: readonly FileSnapshot[]) =>
  (file: FileSnapshot, index: number): number =>
    Math.max(file.received - (before[index]?.received ?? 0), 0);

const sum = <A>(values: readonly A[], of: (value: A, index: number) => number): number =>
  values.reduce((total, value, index) => total + of(value, index), 0);
