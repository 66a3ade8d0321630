import { describe, expect, test } from '@jest/globals';
import { adaptivePeriod, type PollOptions } from 'rx-content-library';
import { asyncScheduler, defer, map, NEVER, of, Subject, take, throwError, timer, type Observable } from 'rxjs';
import { scheduleOf } from '#src/polling/poll-schedule.js';
import { poll } from '#src/polling/poll.js';
import { inVirtualTime } from '../support/marbles.ts';

interface PollTestOptions<A> extends PollOptions<A> {
  readonly poll: Observable<A>;
  readonly first?: Observable<A>;
  readonly hasProgressed?: (previous: A, current: A) => boolean;
}

const pollWith = <A>({
  poll: pollOnce,
  first = pollOnce,
  hasProgressed = () => false,
  ...options
}: PollTestOptions<A>): Observable<A> =>
  defer(() => poll({ poll$: pollOnce, first$: first, hasProgressed, ...scheduleOf(options) }));

/** A poll that records when it is recordTimes, in virtual milliseconds. */
const recordTimes = <A>(response: Observable<A>): { times: number[]; poll: Observable<A> } => {
  const times: number[] = [];
  return { times, poll: defer(() => (times.push(asyncScheduler.now()), response)) };
};

describe('poll', () => {
  test('polls at once, and again one period after each response', () => {
    inVirtualTime(({ cold, expectObservable }) => {
      const poll = cold('           --a|');
      const expected = '            --a----a----a';
      const unsubscribed = '        -------------!';
      expectObservable(pollWith({ poll, period: 3 }), unsubscribed).toBe(expected);
    });
  });

  test('waits for a response that is slower than the period, with one poll in flight', () => {
    inVirtualTime(({ cold, expectObservable, expectSubscriptions }) => {
      const poll = cold('           ---------------a|');
      const polls = ['              ^---------------!', '--------------- 10ms ^---------------!'];
      const unsubscribed = '        45ms !';
      expectObservable(pollWith({ poll, period: 10 }), unsubscribed).toBe('---------------a 9ms ---------------a');
      expectSubscriptions(poll.subscriptions).toBe(polls);
    });
  });

  test('a refresh polls at once and replaces the next tick', () => {
    inVirtualTime(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const poll = cold('           -a|');
      const refresh$ = hot('        -----r');
      const polls = ['              ^-!', '-----^-!', '--------- 7ms ^-!'];
      expectObservable(pollWith({ poll, period: 10, refresh$ }), '18ms !').toBe('-a----a 10ms a');
      expectSubscriptions(poll.subscriptions).toBe(polls);
    });
  });

  test('a refresh aborts the poll in flight and sends a newer one', () => {
    inVirtualTime(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const poll = cold('           ------a|');
      const refresh$ = hot('        ---r');
      expectObservable(pollWith({ poll, period: 100, refresh$ }), '20ms !').toBe('---------a');
      expectSubscriptions(poll.subscriptions).toBe(['^--!', '---^------!']);
    });
  });

  test('never emits the late response of a cancelled poll', () => {
    inVirtualTime(({ cold, hot, expectObservable }) => {
      const responses = [cold('       ---------o|'), cold('-n|')];
      // A transport that cannot be aborted: the first request responds last.
      const poll = defer(() => {
        const response = new Subject<string>();
        (responses.shift() ?? NEVER).subscribe(response);
        return response;
      });
      const refresh$ = hot('        ---r');
      expectObservable(pollWith({ poll, period: 100, refresh$ }), '20ms !').toBe('----n');
    });
  });

  test('unsubscribing aborts the poll in flight', () => {
    inVirtualTime(({ cold, expectObservable, expectSubscriptions }) => {
      const poll = cold('           -----a|');
      expectObservable(pollWith({ poll, period: 3 }), '---!').toBe('----');
      expectSubscriptions(poll.subscriptions).toBe('^--!');
    });
  });

  test('unsubscribing leaves no timer', () => {
    inVirtualTime(({ cold, expectObservable, expectSubscriptions }) => {
      const poll = cold('           (a|)');
      expectObservable(pollWith({ poll, period: 5 }), '--!').toBe('a');
      expectSubscriptions(poll.subscriptions).toBe('(^!)');
    });
  });

  test('errors with the error of the poll', () => {
    inVirtualTime(({ cold, expectObservable }) => {
      expectObservable(pollWith({ poll: cold<string>('--#'), period: 3 })).toBe('--#');
      expectObservable(pollWith({ poll: throwError(() => 'refused') })).toBe('#', {}, 'refused');
    });
  });

  test('subscribes to first$ once, and to poll$ from then on', () => {
    inVirtualTime(({ cold, expectObservable, expectSubscriptions }) => {
      const first = cold('          -f|');
      const poll = cold('           -p|');
      expectObservable(pollWith({ first, poll, period: 2 }), '8ms !').toBe('-f--p--p');
      expectSubscriptions(first.subscriptions).toBe('^-!');
    });
  });

  test('an hour of polling every second is 3600 polls', () => {
    const { times, poll } = recordTimes(of('a'));
    inVirtualTime(({ flush }) => {
      const polls = pollWith({ poll, period: 1000 }).subscribe();
      timer(3_600_000 - 1).subscribe(() => polls.unsubscribe());
      flush();
    });
    expect(times).toHaveLength(3600);
    expect(times.at(-1)).toBe(3_599_000);
  });
});

describe('the period', () => {
  test('may be a function of the response, the elapsed time, and the time since the last progress', () => {
    const args: [string, number, number][] = [];
    inVirtualTime(({ cold, expectObservable }) => {
      const responses = ['a', 'a', 'b', 'b'];
      const poll = cold('-x|').pipe(map(() => responses.shift() ?? 'b'));
      const period = (response: string, elapsed: number, sinceProgress: number): number => {
        args.push([response, elapsed, sinceProgress]);
        return 3;
      };
      const polls$ = pollWith({ poll, period, hasProgressed: (previous, current) => previous !== current });
      expectObservable(polls$.pipe(take(4))).toBe('-a---a---b---(b|)');
    });
    expect(args).toEqual([
      ['a', 0, 0],
      ['a', 4, 4],
      ['b', 8, 0],
      ['b', 12, 4],
    ]);
  });

  test('that changes reschedules the next tick, counted from the last response', () => {
    inVirtualTime(({ cold, expectObservable, expectSubscriptions }) => {
      const poll = cold('           (a|)');
      const period = cold('         p--q--------r', { p: 10, q: 5, r: 2 });
      const polls = ['              (^!)', '-----(^!)', '----------(^!)', '------------(^!)', '--------------(^!)'];
      expectObservable(pollWith({ poll, period }), '---------------!').toBe('a----a----a-a-a');
      expectSubscriptions(poll.subscriptions).toBe(polls);
    });
  });

  test('that changes to one that has passed polls at once', () => {
    inVirtualTime(({ cold, expectObservable }) => {
      const period = cold('         p-----q', { p: 100, q: 4 });
      expectObservable(pollWith({ poll: cold('(a|)'), period }), '-----------!').toBe('a-----a---a');
    });
  });

  test('that changes does not cancel a poll in flight', () => {
    inVirtualTime(({ cold, expectObservable, expectSubscriptions }) => {
      const poll = cold('           ------a|');
      const period = cold('         p--q', { p: 100, q: 2 });
      expectObservable(pollWith({ poll, period }), '15ms !').toBe('------a-------a');
      expectSubscriptions(poll.subscriptions).toBe(['^------!', '--------^------!']);
    });
  });

  test('is the default until an Observable of periods emits, and stays the last one when that completes', () => {
    inVirtualTime(({ cold, expectObservable }) => {
      const period = cold('         300ms (p|)', { p: 50 });
      expectObservable(pollWith({ poll: cold('(a|)'), period }), '360ms !').toBe('a 239ms a 59ms a 49ms a');
    });
  });

  test('is limited to the longest delay of timers, instead of becoming 1 ms', () => {
    const { times, poll } = recordTimes(of('a'));
    inVirtualTime(({ flush }) => {
      const polls = pollWith({ poll, period: 2 ** 31 }).subscribe();
      timer(2 ** 31).subscribe(() => polls.unsubscribe());
      flush();
    });
    expect(times).toEqual([0, 2 ** 31 - 1]);
  });

  test('NaN is a TypeError, at once or when a function returns it', () => {
    inVirtualTime(({ cold, expectObservable }) => {
      const error = new TypeError('period: expected milliseconds, got NaN');
      expectObservable(pollWith({ poll: cold('-a|'), period: NaN })).toBe('#', {}, error);
      expectObservable(pollWith({ poll: cold('-a|'), period: () => NaN })).toBe('-#', {}, error);
    });
  });

  test.each([
    ['forward by a year', 365 * 86_400_000],
    ['back by a year', -365 * 86_400_000],
  ])('is not affected by a clock that jumps %s, and neither is the elapsed time', (_, jump) => {
    const args: number[] = [];
    const times: number[] = [];
    const now = asyncScheduler.now.bind(asyncScheduler);
    let offset = 0;
    inVirtualTime(({ flush }) => {
      asyncScheduler.now = () => now() + offset;
      const period = (_response: string, elapsed: number): number => (args.push(elapsed), 100);
      const polls = pollWith({ poll: defer(() => (times.push(now()), of('a'))), period }).subscribe();
      timer(250).subscribe(() => (offset = jump));
      timer(450).subscribe(() => polls.unsubscribe());
      flush();
      asyncScheduler.now = now;
    });
    expect(times).toEqual([0, 100, 200, 300, 400]);
    expect(args).toEqual(jump > 0 ? [0, 100, 200, 300, 400] : [0, 100, 200, 200, 300]);
  });
});

test.each([
  ['jitter', { jitter: 1.5 }, 'jitter: expected a number from 0 to 1, got 1.5'],
  ['jitter', { jitter: NaN }, 'jitter: expected a number from 0 to 1, got NaN'],
  ['seed', { seed: 0.5 }, 'seed: expected a whole number, got 0.5'],
  ['whileHidden', { whileHidden: -1 }, 'whileHidden: expected milliseconds from 0, got -1'],
] as const)('an invalid %s is a TypeError, and nothing is recordTimes', (_, options, message) => {
  inVirtualTime(({ cold, expectObservable, expectSubscriptions }) => {
    const poll = cold('-a|');
    expectObservable(pollWith({ poll, ...options })).toBe('#', {}, new TypeError(message));
    expectSubscriptions(poll.subscriptions).toBe([]);
  });
});

describe('jitter', () => {
  const delaysWith = (options: PollOptions<string>): readonly number[] => {
    const { times, poll } = recordTimes(of('a'));
    inVirtualTime(({ flush }) => {
      const polls = pollWith({ poll, period: 1000, ...options }).subscribe();
      timer(20_000).subscribe(() => polls.unsubscribe());
      flush();
    });
    return times.slice(1).map((time, index) => time - (times[index] ?? 0));
  };

  test('shortens delays by its fraction at most, and never lengthens them', () => {
    const delays = delaysWith({ jitter: 0.2, seed: 7 });
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(800);
    expect(Math.max(...delays)).toBeLessThanOrEqual(1000);
    expect(new Set(delays).size).toBeGreaterThan(10);
  });

  test('is equal for equal seeds, and different for others', () => {
    expect(delaysWith({ jitter: 0.5, seed: 7 })).toEqual(delaysWith({ jitter: 0.5, seed: 7 }));
    expect(delaysWith({ jitter: 0.5, seed: 7 })).not.toEqual(delaysWith({ jitter: 0.5, seed: 8 }));
  });

  test('is none by default', () => {
    expect(new Set(delaysWith({}))).toEqual(new Set([1000]));
  });
});

describe('the default period', () => {
  const delays = (until: number): number[] => {
    const found: number[] = [];
    for (let elapsed = 0; elapsed < until;) {
      const delay = adaptivePeriod(undefined, elapsed);
      found.push(delay);
      elapsed += delay;
    }
    return found;
  };

  test('is 240 ms for two seconds, then grows by half', () => {
    expect(delays(5000).map(Math.round)).toEqual([240, 240, 240, 240, 240, 240, 240, 240, 240, 980, 1470, 1940]);
  });

  test('is at most two seconds, later a twelfth of the elapsed time, and never above five seconds', () => {
    expect(adaptivePeriod(undefined, 10_000)).toBe(1940);
    expect(adaptivePeriod(undefined, 36_000)).toBe(3000);
    expect(adaptivePeriod(undefined, 3_600_000)).toBe(4900);
  });

  test('grows again after progress, and is at most one second for a while', () => {
    expect([0, 100, 5000, 39_000, 41_000].map((sinceProgress) => adaptivePeriod(undefined, 120_000, sinceProgress))).toEqual([
      900, 950, 960, 960, 4900,
    ]);
  });

  test('is at most one second for a minute after late progress', () => {
    expect(adaptivePeriod(undefined, 3_600_000, 59_000)).toBe(960);
    expect(adaptivePeriod(undefined, 3_600_000, 61_000)).toBe(4900);
  });
});
