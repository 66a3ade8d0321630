import { describe, expect, test } from '@jest/globals';
import { asyncScheduler, defer, map, NEVER, of, Subject, take, throwError, timer, type Observable } from 'rxjs';
import { adaptivePeriod, type PollOptions } from 'rx-content-library';
import { poll } from '#src/polling/poll.js';
import { scheduleOf } from '#src/polling/poll-schedule.js';
import { inVirtualTime } from '../support/marbles.ts';

interface Asked<A> extends PollOptions<A> {
  readonly poll: Observable<A>;
  readonly first?: Observable<A>;
  readonly hasProgressed?: (previous: A, current: A) => boolean;
}

const polled = <A>({ poll: pollOnce, first = pollOnce, hasProgressed = () => false, ...options }: Asked<A>): Observable<A> =>
  defer(() => poll({ poll$: pollOnce, first$: first, hasProgressed, ...scheduleOf(options) }));

/** When each poll was sent, in virtual milliseconds. */
const sent = <A>(answer: Observable<A>): { times: number[]; poll: Observable<A> } => {
  const times: number[] = [];
  return { times, poll: defer(() => (times.push(asyncScheduler.now()), answer)) };
};

describe('polling', () => {
  test('asks at once, and again a period after each answer', () => {
    inVirtualTime(({ cold, expectObservable }) => {
      const poll = cold('           --a|');
      const expected = '            --a----a----a';
      const unsubscribed = '        -------------!';
      expectObservable(polled({ poll, period: 3 }), unsubscribed).toBe(expected);
    });
  });

  test('a server that answers slower than any period: it is waited for and delivered, and only one poll is in flight', () => {
    inVirtualTime(({ cold, expectObservable, expectSubscriptions }) => {
      const poll = cold('           ---------------a|');
      const polls = ['              ^---------------!', '--------------- 10ms ^---------------!'];
      const unsubscribed = '        45ms !';
      expectObservable(polled({ poll, period: 10 }), unsubscribed).toBe('---------------a 9ms ---------------a');
      expectSubscriptions(poll.subscriptions).toBe(polls);
    });
  });

  test('a refresh polls at once and drops the tick that was to come', () => {
    inVirtualTime(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const poll = cold('           -a|');
      const refresh$ = hot('        -----r');
      const polls = ['              ^-!', '-----^-!', '--------- 7ms ^-!'];
      expectObservable(polled({ poll, period: 10, refresh$ }), '18ms !').toBe('-a----a 10ms a');
      expectSubscriptions(poll.subscriptions).toBe(polls);
    });
  });

  test('a refresh aborts the poll in flight for a newer one', () => {
    inVirtualTime(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const poll = cold('           ------a|');
      const refresh$ = hot('        ---r');
      expectObservable(polled({ poll, period: 100, refresh$ }), '20ms !').toBe('---------a');
      expectSubscriptions(poll.subscriptions).toBe(['^--!', '---^------!']);
    });
  });

  test('a poll answered out of turn: the answer of one that was dropped for a newer one is never told', () => {
    inVirtualTime(({ cold, hot, expectObservable }) => {
      const answers = [cold('       ---------o|'), cold('-n|')];
      // A transport that cannot be aborted: what was asked first answers last.
      const poll = defer(() => {
        const answer = new Subject<string>();
        (answers.shift() ?? NEVER).subscribe(answer);
        return answer;
      });
      const refresh$ = hot('        ---r');
      expectObservable(polled({ poll, period: 100, refresh$ }), '20ms !').toBe('----n');
    });
  });

  test('unsubscribing aborts the poll in flight', () => {
    inVirtualTime(({ cold, expectObservable, expectSubscriptions }) => {
      const poll = cold('           -----a|');
      expectObservable(polled({ poll, period: 3 }), '---!').toBe('----');
      expectSubscriptions(poll.subscriptions).toBe('^--!');
    });
  });

  test('unsubscribing leaves no timer: nothing is sent any more', () => {
    inVirtualTime(({ cold, expectObservable, expectSubscriptions }) => {
      const poll = cold('           (a|)');
      expectObservable(polled({ poll, period: 5 }), '--!').toBe('a');
      expectSubscriptions(poll.subscriptions).toBe('(^!)');
    });
  });

  test('errors with the error of the poll', () => {
    inVirtualTime(({ cold, expectObservable }) => {
      expectObservable(polled({ poll: cold<string>('--#'), period: 3 })).toBe('--#');
      expectObservable(polled({ poll: throwError(() => 'refused') })).toBe('#', {}, 'refused');
    });
  });

  test('the first question is asked once, and the other from then on', () => {
    inVirtualTime(({ cold, expectObservable, expectSubscriptions }) => {
      const first = cold('          -f|');
      const poll = cold('           -p|');
      expectObservable(polled({ first, poll, period: 2 }), '8ms !').toBe('-f--p--p');
      expectSubscriptions(first.subscriptions).toBe('^-!');
    });
  });

  test('an hour of polling every second is 3600 polls, and a moment here', () => {
    const { times, poll } = sent(of('a'));
    inVirtualTime(({ flush }) => {
      const polls = polled({ poll, period: 1000 }).subscribe();
      timer(3_600_000 - 1).subscribe(() => polls.unsubscribe());
      flush();
    });
    expect(times).toHaveLength(3600);
    expect(times.at(-1)).toBe(3_599_000);
  });
});

describe('the period', () => {
  test('may be a function of the answer, of the time waited, and of the time since the last news', () => {
    const waits: [string, number, number][] = [];
    inVirtualTime(({ cold, expectObservable }) => {
      const answers = ['a', 'a', 'b', 'b'];
      const poll = cold('-x|').pipe(map(() => answers.shift() ?? 'b'));
      const period = (answer: string, waited: number, quiet: number): number => {
        waits.push([answer, waited, quiet]);
        return 3;
      };
      const polls$ = polled({ poll, period, hasProgressed: (before, now) => before !== now });
      expectObservable(polls$.pipe(take(4))).toBe('-a---a---b---(b|)');
    });
    expect(waits).toEqual([
      ['a', 0, 0],
      ['a', 4, 4],
      ['b', 8, 0],
      ['b', 12, 4],
    ]);
  });

  test('changes while it runs: the tick to come is set anew, counted from the last answer', () => {
    inVirtualTime(({ cold, expectObservable, expectSubscriptions }) => {
      const poll = cold('           (a|)');
      const period = cold('         p--q--------r', { p: 10, q: 5, r: 2 });
      const polls = ['              (^!)', '-----(^!)', '----------(^!)', '------------(^!)', '--------------(^!)'];
      expectObservable(polled({ poll, period }), '---------------!').toBe('a----a----a-a-a');
      expectSubscriptions(poll.subscriptions).toBe(polls);
    });
  });

  test('that has passed already when it changes polls at once', () => {
    inVirtualTime(({ cold, expectObservable }) => {
      const period = cold('         p-----q', { p: 100, q: 4 });
      expectObservable(polled({ poll: cold('(a|)'), period }), '-----------!').toBe('a-----a---a');
    });
  });

  test('that changes does not cut off a poll in flight', () => {
    inVirtualTime(({ cold, expectObservable, expectSubscriptions }) => {
      const poll = cold('           ------a|');
      const period = cold('         p--q', { p: 100, q: 2 });
      expectObservable(polled({ poll, period }), '15ms !').toBe('------a-------a');
      expectSubscriptions(poll.subscriptions).toBe(['^------!', '--------^------!']);
    });
  });

  test('is the default one until an Observable of periods has emitted, and stays what it was last when that completes', () => {
    inVirtualTime(({ cold, expectObservable }) => {
      const period = cold('         300ms (p|)', { p: 50 });
      expectObservable(polled({ poll: cold('(a|)'), period }), '360ms !').toBe('a 239ms a 59ms a 49ms a');
    });
  });

  test('longer than the platforms can is cut to what they can, instead of becoming 1 ms', () => {
    const { times, poll } = sent(of('a'));
    inVirtualTime(({ flush }) => {
      const polls = polled({ poll, period: 2 ** 31 }).subscribe();
      timer(2 ** 31).subscribe(() => polls.unsubscribe());
      flush();
    });
    expect(times).toEqual([0, 2 ** 31 - 1]);
  });

  test('that is no number is misuse, and is told at once, or as soon as a function answers it', () => {
    inVirtualTime(({ cold, expectObservable }) => {
      const error = new TypeError('period: expected milliseconds, got NaN');
      expectObservable(polled({ poll: cold('-a|'), period: NaN })).toBe('#', {}, error);
      expectObservable(polled({ poll: cold('-a|'), period: () => NaN })).toBe('-#', {}, error);
    });
  });

  test.each([
    ['forward by a year', 365 * 86_400_000],
    ['back by a year', -365 * 86_400_000],
  ])('does not heed a clock that jumps %s: neither ticks nor the time waited', (_, jump) => {
    const waits: number[] = [];
    const times: number[] = [];
    const now = asyncScheduler.now.bind(asyncScheduler);
    let offset = 0;
    inVirtualTime(({ flush }) => {
      asyncScheduler.now = () => now() + offset;
      const period = (_answer: string, waited: number): number => (waits.push(waited), 100);
      const polls = polled({ poll: defer(() => (times.push(now()), of('a'))), period }).subscribe();
      timer(250).subscribe(() => (offset = jump));
      timer(450).subscribe(() => polls.unsubscribe());
      flush();
      asyncScheduler.now = now;
    });
    expect(times).toEqual([0, 100, 200, 300, 400]);
    expect(waits).toEqual(jump > 0 ? [0, 100, 200, 300, 400] : [0, 100, 200, 200, 300]);
  });
});

test.each([
  ['jitter', { jitter: 1.5 }, 'jitter: expected a number from 0 to 1, got 1.5'],
  ['jitter', { jitter: NaN }, 'jitter: expected a number from 0 to 1, got NaN'],
  ['seed', { seed: 0.5 }, 'seed: expected a whole number, got 0.5'],
  ['whileHidden', { whileHidden: -1 }, 'whileHidden: expected milliseconds from 0, got -1'],
] as const)('a %s that cannot be is misuse: nothing is sent', (_, options, message) => {
  inVirtualTime(({ cold, expectObservable, expectSubscriptions }) => {
    const poll = cold('-a|');
    expectObservable(polled({ poll, ...options })).toBe('#', {}, new TypeError(message));
    expectSubscriptions(poll.subscriptions).toBe([]);
  });
});

describe('jitter', () => {
  const delaysWith = (options: PollOptions<string>): readonly number[] => {
    const { times, poll } = sent(of('a'));
    inVirtualTime(({ flush }) => {
      const polls = polled({ poll, period: 1000, ...options }).subscribe();
      timer(20_000).subscribe(() => polls.unsubscribe());
      flush();
    });
    return times.slice(1).map((time, index) => time - (times[index] ?? 0));
  };

  test('shortens delays by its share at the most, and never lengthens them', () => {
    const delays = delaysWith({ jitter: 0.2, seed: 7 });
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(800);
    expect(Math.max(...delays)).toBeLessThanOrEqual(1000);
    expect(new Set(delays).size).toBeGreaterThan(10);
  });

  test('is the same for the same seed, and another for another', () => {
    expect(delaysWith({ jitter: 0.5, seed: 7 })).toEqual(delaysWith({ jitter: 0.5, seed: 7 }));
    expect(delaysWith({ jitter: 0.5, seed: 7 })).not.toEqual(delaysWith({ jitter: 0.5, seed: 8 }));
  });

  test('is none where nobody asks for it', () => {
    expect(new Set(delaysWith({}))).toEqual(new Set([1000]));
  });
});

describe('the default period', () => {
  const delays = (until: number): number[] => {
    const found: number[] = [];
    for (let waited = 0; waited < until;) {
      const delay = adaptivePeriod(undefined, waited);
      found.push(delay);
      waited += delay;
    }
    return found;
  };

  test('asks every 240 ms for two seconds, then grows by half', () => {
    expect(delays(5000).map(Math.round)).toEqual([240, 240, 240, 240, 240, 240, 240, 240, 240, 980, 1470, 1940]);
  });

  test('stays between two seconds and a twelfth of the time waited, and never above five seconds', () => {
    expect(adaptivePeriod(undefined, 10_000)).toBe(1940);
    expect(adaptivePeriod(undefined, 36_000)).toBe(3000);
    expect(adaptivePeriod(undefined, 3_600_000)).toBe(4900);
  });

  test('grows again after news, and is a second at the most for a while', () => {
    expect([0, 100, 5000, 39_000, 41_000].map((quiet) => adaptivePeriod(undefined, 120_000, quiet))).toEqual([
      900, 950, 960, 960, 4900,
    ]);
  });

  test('after news that comes late, the while is a minute', () => {
    expect(adaptivePeriod(undefined, 3_600_000, 59_000)).toBe(960);
    expect(adaptivePeriod(undefined, 3_600_000, 61_000)).toBe(4900);
  });
});
