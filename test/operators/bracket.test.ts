import { describe, expect, test } from '@jest/globals';
import { EMPTY, NEVER, of, take, throwError } from 'rxjs';
import { bracket, type ReleaseReason } from '#src/operators/bracket.js';
import { inVirtualTime } from '../support/marbles.ts';

describe('bracket', () => {
  test('completes after the resource was given back', () => {
    const endings: ReleaseReason[] = [];
    inVirtualTime(({ cold, expectObservable, expectSubscriptions }) => {
      const acquire = cold('        -(r|)');
      const use = cold('             -a-b|');
      const release = cold('             --|');
      const expected = '            --a-b--|';
      expectObservable(bracket({ acquire, use: () => use, release: (_, ending) => (endings.push(ending), release) })).toBe(
        expected,
      );
      expectSubscriptions(release.subscriptions).toBe('-----^-!');
    });
    expect(endings).toEqual(['complete']);
  });

  test('errors with the error of the use, after the resource was given back', () => {
    const endings: ReleaseReason[] = [];
    inVirtualTime(({ cold, expectObservable }) => {
      const use = cold('            -a-#');
      const release = cold('           --|');
      expectObservable(
        bracket({ acquire: of('r'), use: () => use, release: (_, ending) => (endings.push(ending), release) }),
      ).toBe('-a---#');
    });
    expect(endings).toEqual(['error']);
  });

  test('unsubscribing ends the use first, then gives back to the end', () => {
    const order: string[] = [];
    inVirtualTime(({ cold, expectObservable, expectSubscriptions }) => {
      const use = cold('            -a----------');
      const release = cold('           ------|');
      const stream = bracket({
        acquire: of('r'),
        use: () => use,
        release: (_, ending) => (order.push(ending), release),
      });
      expectObservable(stream, '    ---!').toBe('-a--');
      expectSubscriptions(use.subscriptions).toBe('^--!');
      expectSubscriptions(release.subscriptions).toBe('---^-----!');
    });
    expect(order).toEqual(['unsubscribe']);
  });

  test('an acquisition is never cut off: what comes after everybody left is given back', () => {
    const endings: ReleaseReason[] = [];
    inVirtualTime(({ cold, expectObservable, expectSubscriptions }) => {
      const acquire = cold('        ------(r|)');
      const release = cold('              -|');
      expectObservable(
        bracket({ acquire, use: () => NEVER, release: (_, ending) => (endings.push(ending), release) }),
        '--!',
      ).toBe('---');
      expectSubscriptions(acquire.subscriptions).toBe('^-----!');
      expectSubscriptions(release.subscriptions).toBe('------^!');
    });
    expect(endings).toEqual(['unused']);
  });

  test('within its time: whoever has left waits no longer for it to come', () => {
    const endings: ReleaseReason[] = [];
    let held = 0;
    const hold = () => {
      held += 1;
      return () => void (held -= 1);
    };
    inVirtualTime(({ cold, expectObservable, expectSubscriptions }) => {
      const acquire = cold('        ---------(r|)');
      const release = (_: unknown, ending: ReleaseReason) => (endings.push(ending), EMPTY);
      expectObservable(bracket({ acquire, use: () => NEVER, release, releaseTimeout: 4, onPending: hold }), '--!').toBe('---');
      expectSubscriptions(acquire.subscriptions).toBe('^-----!');
    });
    expect([endings, held]).toEqual([[], 0]);
  });

  test('within its time: it is given back, or left to itself, and coming late leaves less for going', () => {
    inVirtualTime(({ cold, expectObservable, expectSubscriptions }) => {
      const endless = cold('             ----------');
      const use = cold('            --|');
      expectObservable(bracket({ acquire: of('r'), use: () => use, release: () => endless, releaseTimeout: 4 })).toBe('------|');
      expectSubscriptions(endless.subscriptions).toBe('--^---!');
      const late = cold('           -----(r|)');
      const silent = cold('              ----------');
      expectObservable(bracket({ acquire: late, use: () => NEVER, release: () => silent, releaseTimeout: 4 }), '--!').toBe('---');
      expectSubscriptions(silent.subscriptions).toBe('-----^!');
    });
  });

  test('an acquisition that errors or is empty gives nothing back', () => {
    const endings: ReleaseReason[] = [];
    inVirtualTime(({ expectObservable }) => {
      const release = (_: unknown, ending: ReleaseReason) => (endings.push(ending), EMPTY);
      expectObservable(bracket({ acquire: throwError(() => 'no'), use: () => NEVER, release })).toBe('#', {}, 'no');
      expectObservable(bracket({ acquire: EMPTY, use: () => NEVER, release })).toBe('|');
    });
    expect(endings).toEqual([]);
  });

  test('a release that fails changes nothing', () => {
    inVirtualTime(({ cold, expectObservable }) => {
      const release = () => throwError(() => 'gone');
      expectObservable(bracket({ acquire: of('r'), use: () => cold('-a|'), release })).toBe('-a|');
      expectObservable(bracket({ acquire: of('r'), use: () => cold('-#', {}, 'broken'), release })).toBe('-#', {}, 'broken');
    });
  });

  test('a use that throws gives the resource back', () => {
    const endings: ReleaseReason[] = [];
    inVirtualTime(({ expectObservable }) => {
      const use = (): never => {
        throw new RangeError('no such thing');
      };
      expectObservable(bracket({ acquire: of('r'), use, release: (_, ending) => (endings.push(ending), EMPTY) })).toBe(
        '#',
        {},
        new RangeError('no such thing'),
      );
    });
    expect(endings).toEqual(['error']);
  });

  test('a subscriber that takes one value and leaves at once has the resource given back once', () => {
    const endings: ReleaseReason[] = [];
    inVirtualTime(({ cold, expectObservable, expectSubscriptions }) => {
      const use = cold('(ab)---|');
      const stream = bracket({ acquire: of('r'), use: () => use, release: (_, ending) => (endings.push(ending), EMPTY) });
      expectObservable(stream.pipe(take(1))).toBe('(a|)');
      expectSubscriptions(use.subscriptions).toBe('(^!)');
    });
    expect(endings).toEqual(['unsubscribe']);
  });

  test('holds from the start of the acquisition to its end, and from the start of the release to its end', () => {
    inVirtualTime(({ cold, expectObservable, flush }) => {
      const held: string[] = [];
      let frame = 0;
      const hold = () => {
        held.push(`+${frame}`);
        return () => void held.push(`-${frame}`);
      };
      const at = cold('01234567');
      at.subscribe((value) => (frame = Number(value)));
      expectObservable(
        bracket({ acquire: cold('--(r|)'), use: () => cold('--|'), release: () => cold('--|'), onPending: hold }),
      ).toBe('------|');
      flush();
      expect(held).toEqual(['+0', '-2', '+4', '-6']);
    });
  });
});
