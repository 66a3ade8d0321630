import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  ChecksumError,
  PreparationError,
  SinkError,
  snapshots,
  TransportError,
  type DownloadEvent,
  type DownloadSnapshot,
} from 'rx-content-library';
import { asyncScheduler, concat, from, map, of, Subject, throwError } from 'rxjs';
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

const snapshotsOf = (...events: DownloadEvent[]): readonly DownloadSnapshot[] => {
  const emitted: DownloadSnapshot[] = [];
  from(events)
    .pipe(snapshots())
    .subscribe((snapshot) => emitted.push(snapshot));
  return emitted;
};
const snapshotsUntilError = (error: Error, ...events: DownloadEvent[]): readonly DownloadSnapshot[] => {
  const emitted: DownloadSnapshot[] = [];
  concat(
    from(events),
    throwError(() => error),
  )
    .pipe(snapshots())
    .subscribe({ next: (snapshot) => emitted.push(snapshot), error: () => undefined });
  return emitted;
};
const last = (...events: DownloadEvent[]): DownloadSnapshot | undefined => snapshotsOf(...events).at(-1);

describe('snapshots', () => {
  test('emits a snapshot for every event, from waiting to saved', () => {
    const emitted = snapshotsOf(
      opened,
      status('a', 'PREPARING'),
      status('a', 'PREPARED', 100),
      progress('a', 40, 100),
      progress('a', 100, 100),
      saved('a', 100),
      closed,
    );
    expect(emitted.map(({ files }) => files[0]?.phase)).toEqual([
      'waiting',
      'preparing',
      'waiting',
      'downloading',
      'verifying',
      'saved',
      'saved',
    ]);
    expect(emitted.map(({ done }) => done)).toEqual([false, false, false, false, false, false, true]);
  });

  test('total and percentage are not set until every length is known', () => {
    expect(last(opened, progress('b', 10, 50))).toMatchObject({ received: 10 });
    expect(last(opened, progress('b', 10, 50))).not.toHaveProperty('total');
    expect(last(opened, progress('b', 10, 50))).not.toHaveProperty('percent');
    expect(last(opened, progress('a', 65, 100), progress('b', 10, 50))).toMatchObject({ received: 75, total: 150, percent: 50 });
  });

  test('the percentage covers preparing, downloading and verifying', () => {
    const one: DownloadEvent = { ...opened, files: [{ name: 'a', size: 100 }] };
    const emitted = snapshotsOf(
      one,
      { type: 'status', file: 'a', status: 'PREPARING', bytesTransferred: 40 },
      status('a', 'PREPARED', 100),
      progress('a', 50, 100),
      progress('a', 100, 100),
      saved('a', 100),
      closed,
    );
    expect(emitted.map(({ percent }) => percent)).toEqual([0, 2, 5, 50, 95, 100, 100]);
    expect(emitted.map(({ files }) => files[0]?.percent)).toEqual([0, 2, 5, 50, 95, 100, 100]);
  });

  test('for all events: the percentage never decreases, is at most 100, and no number is NaN', () => {
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
        const emitted = snapshotsOf({ ...opened, files }, ...events, closed);
        let percent = 0;
        for (const snapshot of emitted) {
          for (const value of [snapshot.received, snapshot.total, snapshot.percent, snapshot.speed, snapshot.timeLeft])
            expect(Number.isFinite(value ?? 0)).toBe(true);
          if (snapshot.percent === undefined) continue;
          expect(snapshot.percent).toBeGreaterThanOrEqual(percent);
          expect(snapshot.percent).toBeLessThanOrEqual(100);
          percent = snapshot.percent;
        }
      }),
    );
  });

  test('a file of unknown length has its received bytes', () => {
    const file = last(opened, progress('a', 65))?.files[0];
    expect(file).toMatchObject({ received: 65, phase: 'downloading' });
    expect(file).not.toHaveProperty('total');
  });

  test('an empty item is 0 % until it is done, and never NaN', () => {
    const empty = { ...opened, files: [{ name: 'a', size: 0 }] };
    expect(last(empty)).toMatchObject({ percent: 0, speed: 0 });
    expect(last(empty, saved('a', 0), closed)).toMatchObject({ percent: 100, done: true });
  });

  test('a failed file has its error', () => {
    const error = new PreparationError({ file: 'a' });
    expect(last(opened, { type: 'failed', file: 'a', error })?.files).toMatchObject([
      { phase: 'failed', error },
      { phase: 'waiting' },
    ]);
  });

  test('the snapshot before an error has the failed file and the error', () => {
    const error = new PreparationError({ file: 'a' });
    const emitted: DownloadSnapshot[] = [];
    let thrown: unknown;
    concat(
      of(opened, status('a', 'PREPARING')),
      throwError(() => error),
    )
      .pipe(snapshots())
      .subscribe({ next: (snapshot) => emitted.push(snapshot), error: (cause: unknown) => (thrown = cause) });
    expect(emitted.at(-1)).toMatchObject({ error, done: false, files: [{ phase: 'failed', error }, { phase: 'failed' }] });
    expect(emitted.at(-1)?.files[1]).not.toHaveProperty('error');
    expect(thrown).toBe(error);
  });

  test.each([
    ['a checksum', new ChecksumError({ file: 'b', algorithm: 'SHA256', expected: '1', actual: '2' }), [false, true]],
    ['a full disk', new SinkError({ path: '/downloads/b.part', code: 'ENOSPC', reason: 'no space left.' }), [false, true]],
    ['a refused path', new SinkError({ path: 'C:\\downloads\\a', reason: 'it exists.' }), [true, false]],
    ['the network', new TransportError({ operation: 'GET', reason: 'ECONNRESET' }), [true, true]],
    ['a defect', new RangeError('a defect'), [false, false]],
  ])('an error of %s is shown at the files that it is about', (_, error, isShown) => {
    const emitted = snapshotsUntilError(error, opened, progress('b', 10, 50));
    expect(emitted.at(-1)).toMatchObject({ error, received: 10, speed: 0, stalled: false });
    expect(emitted.at(-1)?.files.map((file) => [file.phase, file.error === error])).toEqual(
      isShown.map((shown) => ['failed', shown]),
    );
  });

  test('an error before the item is opened is a snapshot too; a saved file stays saved', () => {
    const error = new TransportError({ operation: 'cis.Session.create', reason: 'ECONNREFUSED' });
    expect(snapshotsUntilError(error)).toEqual([expect.objectContaining({ files: [], error })]);
    const [first, second] = snapshotsUntilError(error, opened, saved('b', 50)).at(-1)?.files ?? [];
    expect([first?.phase, second?.phase]).toEqual(['failed', 'saved']);
  });

  test('with a period, the latest snapshot is emitted, and the last one before an error or the end is never lost', () => {
    const error = new PreparationError({ file: 'a' });
    inVirtualTime(({ cold, expectObservable, expectSubscriptions }) => {
      const values = { o: opened, p: progress('b', 10, 50), q: progress('b', 20, 50), c: closed };
      const received = map(({ received: bytes, error: thrown }: DownloadSnapshot) => [bytes, thrown]);
      const failing = cold<DownloadEvent>('o-p---q#', values, error);
      expectObservable(failing.pipe(snapshots({ period: 5 }), received)).toBe(
        '-----p-(e#)',
        { p: [10, undefined], e: [20, error] },
        error,
      );
      expectObservable(cold<DownloadEvent>('op-(qc|)', values).pipe(snapshots({ period: 5 }), received)).toBe('---(q|)', {
        q: [20, undefined],
      });
      const endless = cold<DownloadEvent>('op', values);
      expectObservable(endless.pipe(snapshots({ period: 5 }), received), '---!').toBe('-');
      expectSubscriptions(endless.subscriptions).toBe('^--!');
    });
  });

  test('has the item, the lease, the warnings and the retries', () => {
    const error = new TransportError({ operation: 'GET', reason: 'ECONNRESET' });
    const retrying = { type: 'retrying', attempt: 1, delay: 500, error } as const;
    const lease = { type: 'lease', state: 'renewed', expires: '2026-11-26T00:00:00Z' } as const;
    const warning = { type: 'warning', code: 'SESSION_NOT_DELETED', message: 'it stays' } as const;
    const emitted = snapshotsOf(
      { ...opened, itemName: 'debian', downloadSessionId: 'session-1' },
      retrying,
      lease,
      warning,
      { ...retrying, file: 'b' },
      progress('b', 10, 50),
    );
    const item = { itemId: 'item-1', itemName: 'debian', downloadSessionId: 'session-1' };
    expect(emitted[1]).toMatchObject({ ...item, retries: 1, retrying });
    expect(emitted[2]).not.toHaveProperty('retrying');
    expect(emitted[4]).toMatchObject({ retries: 2, files: [{ retries: 0 }, { retries: 1, retrying: { file: 'b', error } }] });
    expect(emitted[5]).toMatchObject({ ...item, lease, warnings: [warning], retries: 2, files: [{}, { retries: 1 }] });
    expect(emitted[5]?.files[1]).not.toHaveProperty('retrying');
  });

  test('a file that is prepared has its status and the bytes of the preparation', () => {
    const preparing: DownloadEvent = { type: 'status', file: 'b', status: 'PREPARING', bytesTransferred: 20 };
    const emitted = snapshotsOf(opened, preparing, { ...preparing, bytesTransferred: 30 });
    expect(emitted.map(({ files }) => [files[1]?.status, files[1]?.prepared])).toEqual([
      [undefined, 0],
      ['PREPARING', 20],
      ['PREPARING', 30],
    ]);
  });

  test.each([[-1], [NaN], ['50']])('refuses the period %p', (period) => {
    expect(() => snapshots({ period: period as number })).toThrow(TypeError);
  });

  test('a failed file counts neither in the total nor in the percentage', () => {
    const error = new PreparationError({ file: 'a' });
    const events: DownloadEvent[] = [opened, progress('a', 30), { type: 'failed', file: 'a', error }, saved('b', 50)];
    expect(last(...events)).toMatchObject({ received: 50, total: 50, percent: 100 });
  });

  test('unchanged files stay the same object', () => {
    const [, before, after] = snapshotsOf(opened, progress('a', 1, 100), progress('a', 2, 100));
    expect(after?.files[1]).toBe(before?.files[1]);
    expect(after?.files[0]).not.toBe(before?.files[0]);
  });

  test('an event that changes no file leaves the same list', () => {
    const [, before, after] = snapshotsOf(opened, status('a', 'PREPARING'), status('a', 'PREPARING'), closed);
    expect(after?.files).toBe(before?.files);
  });

  test('the speed is the average of three seconds while bytes flow, and timeLeft follows from it', () => {
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

  test('bytes that are fetched again after a restart count for the speed, which is never negative', () => {
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

  test('a clock that was set back does not result in an invalid speed', () => {
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

  test('stalled after ten seconds without an event while a file is downloading, until the next one', () => {
    inVirtualTime(({ cold, expectObservable, expectSubscriptions }) => {
      const events = cold('o 999ms a 999ms b 14999ms c|', {
        o: { ...opened, files: [{ name: 'a', size: 4000 }] } as DownloadEvent,
        a: progress('a', 1000, 4000),
        b: progress('a', 2000, 4000),
        c: progress('a', 3000, 4000),
      });
      const state$ = events.pipe(
        snapshots(),
        map(({ stalled, speed, timeLeft, received }) => [stalled, speed, timeLeft, received]),
      );
      expectObservable(state$).toBe('o 999ms a 999ms b 9999ms s 4999ms c|', {
        o: [false, 0, undefined, 0],
        a: [false, 0, undefined, 1000],
        b: [false, 1000, 2000, 2000],
        s: [true, 0, undefined, 2000],
        c: [false, 0, undefined, 3000],
      });
      expectSubscriptions(events.subscriptions).toBe('^ 999ms - 999ms - 14999ms -!');
    });
  });

  test('a long preparation is not stalled, and neither is a finished download', () => {
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

  test('unsubscribing unsubscribes from the source, and leaves no timer', () => {
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

  test('each subscription has its own snapshots', () => {
    const stream = from([opened, progress('a', 5, 100)]).pipe(snapshots());
    const counts: number[] = [];
    stream.subscribe();
    stream.subscribe(({ received }) => counts.push(received));
    expect(counts).toEqual([0, 5]);
  });
});
