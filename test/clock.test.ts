import { describe, expect, test } from '@jest/globals';
import { map, take, throwError } from 'rxjs';
import { patientPeriod } from 'rx-content-library';
import { polling } from '#src/clock.js';
import { inVirtualTime } from './support/marbles.ts';

describe('polling', () => {
  test('asks at once, and again a period after each answer', () => {
    inVirtualTime(({ cold, expectObservable }) => {
      const poll = cold('           --a|');
      const expected = '            --a----a----a';
      const unsubscribed = '        -------------!';
      expectObservable(polling({ poll, period: 3 }), unsubscribed).toBe(expected);
    });
  });

  test('a poll slower than the period is waited for and delivered, and only one is in flight', () => {
    inVirtualTime(({ cold, expectObservable, expectSubscriptions }) => {
      const poll = cold('           ---------------a|');
      const polls = ['              ^---------------!', '--------------- 10ms ^---------------!'];
      const unsubscribed = '        45ms !';
      expectObservable(polling({ poll, period: 10 }), unsubscribed).toBe('---------------a 9ms ---------------a');
      expectSubscriptions(poll.subscriptions).toBe(polls);
    });
  });

  test('a refresh polls at once and drops the tick that was to come', () => {
    inVirtualTime(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const poll = cold('           -a|');
      const refresh$ = hot('        -----r');
      const polls = ['              ^-!', '-----^-!', '--------- 7ms ^-!'];
      expectObservable(polling({ poll, period: 10, refresh$ }), '18ms !').toBe('-a----a 10ms a');
      expectSubscriptions(poll.subscriptions).toBe(polls);
    });
  });

  test('a refresh aborts the poll in flight for a newer one', () => {
    inVirtualTime(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const poll = cold('           ------a|');
      const refresh$ = hot('        ---r');
      expectObservable(polling({ poll, period: 100, refresh$ }), '20ms !').toBe('---------a');
      expectSubscriptions(poll.subscriptions).toBe(['^--!', '---^------!']);
    });
  });

  test('unsubscribing aborts the poll in flight', () => {
    inVirtualTime(({ cold, expectObservable, expectSubscriptions }) => {
      const poll = cold('           -----a|');
      expectObservable(polling({ poll, period: 3 }), '---!').toBe('----');
      expectSubscriptions(poll.subscriptions).toBe('^--!');
    });
  });

  test('errors with the error of the poll', () => {
    inVirtualTime(({ cold, expectObservable }) => {
      expectObservable(polling({ poll: cold<string>('--#'), period: 3 })).toBe('--#');
      expectObservable(polling({ poll: throwError(() => 'refused') })).toBe('#', {}, 'refused');
    });
  });

  test('the first question is asked once, and the other from then on', () => {
    inVirtualTime(({ cold, expectObservable, expectSubscriptions }) => {
      const first = cold('          -f|');
      const poll = cold('           -p|');
      expectObservable(polling({ first, poll, period: 2 }), '8ms !').toBe('-f--p--p');
      expectSubscriptions(first.subscriptions).toBe('^-!');
    });
  });

  test('a period may be a function of the answer and of the time waited, which news starts again', () => {
    const waits: [string, number][] = [];
    inVirtualTime(({ cold, expectObservable }) => {
      const answers = ['a', 'a', 'b', 'b'];
      const poll = cold('-x|').pipe(map(() => answers.shift() ?? 'b'));
      const period = (answer: string, waited: number): number => {
        waits.push([answer, waited]);
        return 3;
      };
      const polled$ = polling({ poll, period, isNews: (before, now) => before !== now });
      expectObservable(polled$.pipe(take(4))).toBe('-a---a---b---(b|)');
    });
    expect(waits).toEqual([
      ['a', 1],
      ['a', 5],
      ['b', 0],
      ['b', 4],
    ]);
  });
});

describe('the default period', () => {
  const delays = (until: number): number[] => {
    const found: number[] = [];
    for (let waited = 0; waited < until;) {
      const delay = patientPeriod(undefined, waited);
      found.push(delay);
      waited += delay;
    }
    return found;
  };

  test('asks every 250 ms for two seconds, then grows by half', () => {
    expect(delays(4000).map(Math.round)).toEqual([250, 250, 250, 250, 250, 250, 250, 250, 375, 563, 844, 1266]);
  });

  test('stays between two seconds and a tenth of the time waited, and never above five seconds', () => {
    expect(patientPeriod(undefined, 10_000)).toBe(2000);
    expect(patientPeriod(undefined, 30_000)).toBe(3000);
    expect(patientPeriod(undefined, 3_600_000)).toBe(5000);
  });

  test('asks at most 35 times in a minute', () => {
    expect(delays(60_000).length).toBeLessThanOrEqual(35);
  });
});
