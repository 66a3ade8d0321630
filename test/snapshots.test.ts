import { describe, expect, test } from '@jest/globals';
import { from, map } from 'rxjs';
import { PreparationError, snapshots, type DownloadEvent, type DownloadSnapshot } from 'rx-content-library';
import { progress, saved, status } from './support/events.ts';
import { inVirtualTime } from './support/marbles.ts';

const opened: DownloadEvent = {
  type: 'opened',
  itemId: 'item-1',
  dialect: 'api',
  strategy: 'session',
  contentVersion: '1',
  files: [{ name: 'a' }, { name: 'b', size: 50 }],
};
const closed: DownloadEvent = { type: 'closed', files: 2, failed: 0, bytes: 150, duration: 5 };

const pictures = (...events: DownloadEvent[]): readonly DownloadSnapshot[] => {
  const seen: DownloadSnapshot[] = [];
  from(events)
    .pipe(snapshots())
    .subscribe((picture) => seen.push(picture));
  return seen;
};
const last = (...events: DownloadEvent[]): DownloadSnapshot | undefined => pictures(...events).at(-1);

describe('snapshots', () => {
  test('a picture for every event, from waiting to saved', () => {
    const seen = pictures(
      opened,
      status('a', 'PREPARING'),
      status('a', 'PREPARED', 100),
      progress('a', 40, 100),
      progress('a', 100, 100),
      saved('a', 100),
      closed,
    );
    expect(seen.map(({ files }) => files[0]?.phase)).toEqual([
      'waiting',
      'preparing',
      'waiting',
      'downloading',
      'proving',
      'saved',
      'saved',
    ]);
    expect(seen.map(({ done }) => done)).toEqual([false, false, false, false, false, false, true]);
  });

  test('the total and the percentage are unknown until every length is known', () => {
    expect(last(opened, progress('b', 10, 50))).toMatchObject({ received: 10 });
    expect(last(opened, progress('b', 10, 50))).not.toHaveProperty('total');
    expect(last(opened, progress('b', 10, 50))).not.toHaveProperty('percent');
    expect(last(opened, progress('a', 65, 100), progress('b', 10, 50))).toMatchObject({ received: 75, total: 150, percent: 50 });
  });

  test('a file whose length is never known counts what has come', () => {
    const row = last(opened, progress('a', 65))?.files[0];
    expect(row).toMatchObject({ received: 65, phase: 'downloading' });
    expect(row).not.toHaveProperty('total');
  });

  test('an item without bytes is 0 % until it is done, and never NaN', () => {
    const empty = { ...opened, files: [{ name: 'a', size: 0 }] };
    expect(last(empty)).toMatchObject({ percent: 0, speed: 0 });
    expect(last(empty, saved('a', 0), closed)).toMatchObject({ percent: 100, done: true });
  });

  test('a failure is in its row', () => {
    const error = new PreparationError({ file: 'a' });
    expect(last(opened, { type: 'failed', file: 'a', error })?.files).toMatchObject([
      { phase: 'failed', error },
      { phase: 'waiting' },
    ]);
  });

  test('rows that did not change stay the same object', () => {
    const [, before, after] = pictures(opened, progress('a', 1, 100), progress('a', 2, 100));
    expect(after?.files[1]).toBe(before?.files[1]);
    expect(after?.files[0]).not.toBe(before?.files[0]);
  });

  test('the speed is that of the bytes that flow, over three seconds; time left goes with it', () => {
    inVirtualTime(({ cold, expectObservable }) => {
      const events = cold('o 9999ms a 999ms b 999ms c', {
        o: { ...opened, files: [{ name: 'a', size: 4000 }] } as DownloadEvent,
        a: progress('a', 0, 4000),
        b: progress('a', 1000, 4000),
        c: progress('a', 2000, 4000),
      });
      expectObservable(
        events.pipe(
          snapshots(),
          map(({ speed, timeLeft }) => [speed, timeLeft]),
        ),
      ).toBe('o 9999ms a 999ms b 999ms c', {
        o: [0, undefined],
        a: [0, undefined],
        b: [1000, 3000],
        c: [1000, 2000],
      });
    });
  });

  test('each subscription draws its own picture', () => {
    const stream = from([opened, progress('a', 5, 100)]).pipe(snapshots());
    const counts: number[] = [];
    stream.subscribe();
    stream.subscribe(({ received }) => counts.push(received));
    expect(counts).toEqual([0, 5]);
  });
});
