import { describe, expect, test } from '@jest/globals';
import { EMPTY, NEVER, of, take, throwError } from 'rxjs';
import { bracket, type ReleaseReason } from '#src/operators/bracket.js';
import { inVirtualTime } from '../support/marbles.ts';

describe('bracket', () => {
  test('completes after the resource is released', () => {
    const reasons: ReleaseReason[] = [];
    inVirtualTime(({ cold, expectObservable, expectSubscriptions }) => {
      const acquire = cold('        -(r|)');
      const use = cold('             -a-b|');
      const release = cold('             --|');
      const expected = '            --a-b--|';
      expectObservable(bracket({ acquire, use: () => use, release: (_, reason) => (reasons.push(reason), release) })).toBe(
        expected,
      );
      expectSubscriptions(release.subscriptions).toBe('-----^-!');
    });
    expect(reasons).toEqual(['complete']);
  });

  test('errors with the error of `use`, after the resource is released', () => {
    const reasons: ReleaseReason[] = [];
    inVirtualTime(({ cold, expectObservable }) => {
      const use = cold('            -a-#');
      const release = cold('           --|');
      expectObservable(
        bracket({ acquire: of('r'), use: () => use, release: (_, reason) => (reasons.push(reason), release) }),
      ).toBe('-a---#');
    });
    expect(reasons).toEqual(['error']);
  });

  test('unsubscribing ends `use` first, then runs the release to its end', () => {
    const order: string[] = [];
    inVirtualTime(({ cold, expectObservable, expectSubscriptions }) => {
      const use = cold('            -a----------');
      const release = cold('           ------|');
      const stream = bracket({
        acquire: of('r'),
        use: () => use,
        release: (_, reason) => (order.push(reason), release),
      });
      expectObservable(stream, '    ---!').toBe('-a--');
      expectSubscriptions(use.subscriptions).toBe('^--!');
      expectSubscriptions(release.subscriptions).toBe('---^-----!');
    });
    expect(order).toEqual(['unsubscribe']);
  });

  test('unsubscribing does not abort the acquisition; the resource is released once it is acquired', () => {
    const reasons: ReleaseReason[] = [];
    inVirtualTime(({ cold, expectObservable, expectSubscriptions }) => {
      const acquire = cold('        ------(r|)');
      const release = cold('              -|');
      expectObservable(
        bracket({ acquire, use: () => NEVER, release: (_, reason) => (reasons.push(reason), release) }),
        '--!',
      ).toBe('---');
      expectSubscriptions(acquire.subscriptions).toBe('^-----!');
      expectSubscriptions(release.subscriptions).toBe('------^!');
    });
    expect(reasons).toEqual(['unused']);
  });

  test('after an unsubscribe, releaseTimeout aborts an acquisition that takes longer', () => {
    const reasons: ReleaseReason[] = [];
    let pending = 0;
    const onPending = () => {
      pending += 1;
      return () => void (pending -= 1);
    };
    inVirtualTime(({ cold, expectObservable, expectSubscriptions }) => {
      const acquire = cold('        ---------(r|)');
      const release = (_: unknown, reason: ReleaseReason) => (reasons.push(reason), EMPTY);
      expectObservable(bracket({ acquire, use: () => NEVER, release, releaseTimeout: 4, onPending }), '--!').toBe('---');
      expectSubscriptions(acquire.subscriptions).toBe('^-----!');
    });
    expect([reasons, pending]).toEqual([[], 0]);
  });

  test('releaseTimeout ends a release that takes longer; after an unsubscribe it includes the acquisition', () => {
    inVirtualTime(({ cold, expectObservable, expectSubscriptions }) => {
      const endlessRelease = cold('             ----------');
      const use = cold('            --|');
      expectObservable(bracket({ acquire: of('r'), use: () => use, release: () => endlessRelease, releaseTimeout: 4 })).toBe(
        '------|',
      );
      expectSubscriptions(endlessRelease.subscriptions).toBe('--^---!');
      const lateAcquire = cold('           -----(r|)');
      const release = cold('              ----------');
      expectObservable(
        bracket({ acquire: lateAcquire, use: () => NEVER, release: () => release, releaseTimeout: 4 }),
        '--!',
      ).toBe('---');
      expectSubscriptions(release.subscriptions).toBe('-----^!');
    });
  });

  test('an acquisition that errors or is empty releases nothing', () => {
    const reasons: ReleaseReason[] = [];
    inVirtualTime(({ expectObservable }) => {
      const release = (_: unknown, reason: ReleaseReason) => (reasons.push(reason), EMPTY);
      expectObservable(bracket({ acquire: throwError(() => 'no'), use: () => NEVER, release })).toBe('#', {}, 'no');
      expectObservable(bracket({ acquire: EMPTY, use: () => NEVER, release })).toBe('|');
    });
    expect(reasons).toEqual([]);
  });

  test('errors of the release are ignored', () => {
    inVirtualTime(({ cold, expectObservable }) => {
      const release = () => throwError(() => 'gone');
      expectObservable(bracket({ acquire: of('r'), use: () => cold('-a|'), release })).toBe('-a|');
      expectObservable(bracket({ acquire: of('r'), use: () => cold('-#', {}, 'failed'), release })).toBe('-#', {}, 'failed');
    });
  });

  test('onReleaseFailed is called before the end: if the release errors, is late, or never starts', () => {
    const failures: unknown[] = [];
    const onReleaseFailed = (resource: string | undefined, failure: unknown) => void failures.push([resource, String(failure)]);
    inVirtualTime(({ cold, expectObservable }) => {
      const use = () => EMPTY;
      const errored = { acquire: of('errored'), use, release: () => cold('-#', {}, 'refused'), onReleaseFailed };
      expectObservable(bracket(errored)).toBe('-|');
      const late = { acquire: of('late'), use, release: () => NEVER, releaseTimeout: 4, onReleaseFailed };
      expectObservable(bracket(late)).toBe('----|');
      expectObservable(bracket({ ...late, acquire: NEVER }), '--!').toBe('---');
      const done = { acquire: of('done'), use, release: () => cold('---|'), releaseTimeout: 4, onReleaseFailed };
      expectObservable(bracket(done)).toBe('---|');
    });
    expect(failures).toEqual([
      ['errored', 'refused'],
      ['late', expect.stringMatching(/^TimeoutError/)],
      [undefined, expect.stringMatching(/^TimeoutError/)],
    ]);
  });

  test('the resource is released when `use` throws', () => {
    const reasons: ReleaseReason[] = [];
    inVirtualTime(({ expectObservable }) => {
      const use = (): never => {
        throw new RangeError('invalid resource');
      };
      expectObservable(bracket({ acquire: of('r'), use, release: (_, reason) => (reasons.push(reason), EMPTY) })).toBe(
        '#',
        {},
        new RangeError('invalid resource'),
      );
    });
    expect(reasons).toEqual(['error']);
  });

  test('the resource is released once when a synchronous value causes an unsubscribe', () => {
    const reasons: ReleaseReason[] = [];
    inVirtualTime(({ cold, expectObservable, expectSubscriptions }) => {
      const use = cold('(ab)---|');
      const stream = bracket({ acquire: of('r'), use: () => use, release: (_, reason) => (reasons.push(reason), EMPTY) });
      expectObservable(stream.pipe(take(1))).toBe('(a|)');
      expectSubscriptions(use.subscriptions).toBe('(^!)');
    });
    expect(reasons).toEqual(['unsubscribe']);
  });

  test('onPending spans the acquisition and the release, but not the use', () => {
    inVirtualTime(({ cold, expectObservable, flush }) => {
      const calls: string[] = [];
      let frame = 0;
      const onPending = () => {
        calls.push(`+${frame}`);
        return () => void calls.push(`-${frame}`);
      };
      cold('01234567').subscribe((value) => (frame = Number(value)));
      expectObservable(bracket({ acquire: cold('--(r|)'), use: () => cold('--|'), release: () => cold('--|'), onPending })).toBe(
        '------|',
      );
      flush();
      expect(calls).toEqual(['+0', '-2', '+4', '-6']);
    });
  });
});
