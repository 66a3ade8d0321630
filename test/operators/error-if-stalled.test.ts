import { expect, test } from '@jest/globals';
import { TimeoutError } from 'rx-content-library';
import { errorIfStalled } from '#src/operators/error-if-stalled.js';
import { inVirtualTime } from '../support/marbles.ts';

const stalled = new TimeoutError({ operation: 'download', timeout: 8 });

test('errors when the wait exceeds the limit', () => {
  inVirtualTime(({ cold, expectObservable, expectSubscriptions }) => {
    const source = cold('     -a-------');
    const expected = '        -a------#';
    expectObservable(source.pipe(errorIfStalled({ operation: 'download', limit: 8, waitingSince: () => 0 }))).toBe(
      expected,
      { a: 'a' },
      stalled,
    );
    expectSubscriptions(source.subscriptions).toBe('^-------!');
  });
});

test('does not count time in which the server is not waited for', () => {
  inVirtualTime(({ cold, expectObservable }) => {
    const source = cold('     -a------------------b|');
    expectObservable(source.pipe(errorIfStalled({ operation: 'download', limit: 8, waitingSince: () => undefined }))).toBe(
      '-a------------------b|',
    );
  });
});

test('leaves no timer behind when the source completes', () => {
  inVirtualTime(({ cold, expectObservable, flush }) => {
    expectObservable(cold('-a|').pipe(errorIfStalled({ operation: 'download', limit: 8, waitingSince: () => 0 }))).toBe('-a|');
    expect(flush).not.toThrow();
  });
});
