import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { asyncScheduler, from, map, Subject } from 'rxjs';
import { PreparationError, snapshots, type DownloadEvent, type DownloadSnapshot } from 'rx-content-library';
import { progress, saved, status } from '../support/events.ts';
import { inVirtualTime } from '../support/marbles.ts';

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
      'verifying',
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

  test('the percentage runs over preparing, downloading and verifying', () => {
    const one: DownloadEvent = { ...opened, files: [{ name: 'a', size: 100 }] };
    const seen = pictures(
      one,
      { type: 'status', file: 'a', status: 'PREPARING', bytesTransferred: 40 },
      status('a', 'PREPARED', 100),
      progress('a', 50, 100),
      progress('a', 100, 100),
      saved('a', 100),
      closed,
    );
    expect(seen.map(({ percent }) => percent)).toEqual([0, 2, 5, 50, 95, 100, 100]);
    expect(seen.map(({ files }) => files[0]?.percent)).toEqual([0, 2, 5, 50, 95, 100, 100]);
  });

  test('whatever the events say: the percentage never falls, never passes 100, and no number is NaN', () => {
    const numbers = fc.oneof(fc.nat(200), fc.constant(0));
    const event = fc.oneof(
      fc.record({
        type: fc.constant('progress' as const),
        file: fc.constantFrom('a', 'b', 'c'),
        received: numbers,
        total: numbers,
      }),
      fc.record({ type: fc.constant('progress' as const), file: fc.constantFrom('a', 'b', 'c'), received: numbers }),
      fc.record({
        type: fc.constant('status' as const),
        file: fc.constantFrom('a', 'b', 'c'),
        status: fc.constantFrom('UNPREPARED' as const, 'PREPARE_REQUESTED' as const, 'PREPARING' as const, 'PREPARED' as const),
        bytesTransferred: numbers,
        size: numbers,
      }),
      fc.constantFrom('a', 'b').map((file) => saved(file, 70)),
      fc.constantFrom('a', 'b').map((file): DownloadEvent => ({ type: 'failed', file, error: new PreparationError({ file }) })),
    );
    fc.assert(
      fc.property(fc.array(event, { maxLength: 30 }), (events) => {
        const files = [{ name: 'a', size: 0 }, { name: 'b', size: 50 }, { name: 'c' }];
        const seen = pictures({ ...opened, files }, ...events, closed);
        let percent = 0;
        for (const picture of seen) {
          for (const value of [picture.received, picture.total, picture.percent, picture.speed, picture.timeLeft])
            expect(Number.isFinite(value ?? 0)).toBe(true);
          if (picture.percent === undefined) continue;
          expect(picture.percent).toBeGreaterThanOrEqual(percent);
          expect(picture.percent).toBeLessThanOrEqual(100);
          percent = picture.percent;
        }
      }),
    );
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

  test('a file that failed counts no more: not in the total, not in the percentage', () => {
    const error = new PreparationError({ file: 'a' });
    const events: DownloadEvent[] = [opened, progress('a', 30), { type: 'failed', file: 'a', error }, saved('b', 50)];
    expect(last(...events)).toMatchObject({ received: 50, total: 50, percent: 100 });
  });

  test('rows that did not change stay the same object', () => {
    const [, before, after] = pictures(opened, progress('a', 1, 100), progress('a', 2, 100));
    expect(after?.files[1]).toBe(before?.files[1]);
    expect(after?.files[0]).not.toBe(before?.files[0]);
  });

  test('an event that changes no row leaves the list of rows the same object', () => {
    const [, before, after] = pictures(opened, status('a', 'PREPARING'), status('a', 'PREPARING'), closed);
    expect(after?.files).toBe(before?.files);
  });

  test('the speed is that of the bytes that flow, over three seconds; time left goes with it', () => {
    inVirtualTime(({ cold, expectObservable }) => {
      const events = cold('o 9999ms a 999ms b 999ms c|', {
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
      ).toBe('o 9999ms a 999ms b 999ms c|', {
        o: [0, undefined],
        a: [0, undefined],
        b: [1000, 3000],
        c: [1000, 2000],
      });
    });
  });

  test('bytes that come again after a file was started over are speed, and never less than none', () => {
    inVirtualTime(({ cold, expectObservable }) => {
      const events = cold('(oa) 996ms b 999ms c 999ms d|', {
        o: { ...opened, files: [{ name: 'a', size: 4000 }] } as DownloadEvent,
        a: progress('a', 1000, 4000),
        b: progress('a', 3000, 4000),
        c: progress('a', 500, 4000),
        d: progress('a', 1500, 4000),
      });
      expectObservable(
        events.pipe(
          snapshots(),
          map(({ speed, percent }) => [speed, percent]),
        ),
      ).toBe('(oa) 996ms b 999ms c 999ms d|', { o: [0, 0], a: [0, 27.5], b: [2000, 72.5], c: [1000, 72.5], d: [500, 72.5] });
    });
  });

  test('a clock that was set back makes no speed that is none', () => {
    const now = asyncScheduler.now.bind(asyncScheduler);
    let offset = 0;
    asyncScheduler.now = () => now() + offset;
    const speeds: number[] = [];
    const events = new Subject<DownloadEvent>();
    events.pipe(snapshots()).subscribe(({ speed }) => speeds.push(speed));
    events.next({ ...opened, files: [{ name: 'a', size: 4000 }] });
    for (const received of [1000, 2000, 3000]) {
      offset -= 86_400_000;
      events.next(progress('a', received, 4000));
    }
    events.complete();
    asyncScheduler.now = now;
    expect(speeds).toEqual([0, 0, 0, 0]);
  });

  test('stalled, when bytes should come and none has for ten seconds: no speed, no time left; the next byte ends it', () => {
    inVirtualTime(({ cold, expectObservable, expectSubscriptions }) => {
      const events = cold('o 999ms a 999ms b 14999ms c|', {
        o: { ...opened, files: [{ name: 'a', size: 4000 }] } as DownloadEvent,
        a: progress('a', 1000, 4000),
        b: progress('a', 2000, 4000),
        c: progress('a', 3000, 4000),
      });
      const picture$ = events.pipe(
        snapshots(),
        map(({ stalled, speed, timeLeft, received }) => [stalled, speed, timeLeft, received]),
      );
      expectObservable(picture$).toBe('o 999ms a 999ms b 9999ms s 4999ms c|', {
        o: [false, 0, undefined, 0],
        a: [false, 0, undefined, 1000],
        b: [false, 1000, 2000, 2000],
        s: [true, 0, undefined, 2000],
        c: [false, 0, undefined, 3000],
      });
      expectSubscriptions(events.subscriptions).toBe('^ 999ms - 999ms - 14999ms -!');
    });
  });

  test('a preparation that takes its time is not stalled, and neither is what is done', () => {
    inVirtualTime(({ cold, expectObservable }) => {
      const events = cold('o 59s s 59s c|', { o: opened, s: status('a', 'PREPARING'), c: closed });
      expectObservable(
        events.pipe(
          snapshots(),
          map(({ stalled }) => stalled),
        ),
      ).toBe('o 59s s 59s c|', { o: false, s: false, c: false });
    });
  });

  test('unsubscribing leaves the source, and no timer', () => {
    inVirtualTime(({ cold, expectObservable, expectSubscriptions }) => {
      const events = cold('oa----', { o: opened, a: progress('a', 10, 100) });
      expectObservable(
        events.pipe(
          snapshots(),
          map(({ received }) => received),
        ),
        '---!',
      ).toBe('xy', { x: 0, y: 10 });
      expectSubscriptions(events.subscriptions).toBe('^--!');
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
