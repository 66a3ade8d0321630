import { test } from '@jest/globals';
import type { Either } from 'fp-ts/lib/Either.js';
import { ApiError, attempt, orFail } from 'rx-content-library';
import { throwError } from 'rxjs';
import { inVirtualTime } from '../support/marbles.ts';

const notFound = new ApiError({ operation: 'content.Library.get', status: 404, error_type: 'NOT_FOUND', messages: [] });
const letters = { a: 'a', b: 'b' };
const values: Readonly<Record<string, Either<ApiError, string>>> = {
  r: { _tag: 'Right', right: 'a' },
  s: { _tag: 'Right', right: 'b' },
  l: { _tag: 'Left', left: notFound },
};

test('attempt emits a Right for each value and a Left for an error of the library, then completes', () => {
  inVirtualTime(({ cold, expectObservable }) => {
    const source = '   -a-b-#';
    const expected = ' -r-s-(l|)';
    expectObservable(cold(source, letters, notFound).pipe(attempt())).toBe(expected, values);
  });
});

test('attempt errors with any other error', () => {
  const defect = new RangeError('a bug');
  inVirtualTime(({ expectObservable }) => {
    expectObservable(throwError(() => defect).pipe(attempt())).toBe('#', {}, defect);
  });
});

test('orFail emits the value of each Right and errors with a Left', () => {
  inVirtualTime(({ cold, expectObservable }) => {
    const source = '   -r-s-(l|)';
    const expected = ' -a-b-#';
    expectObservable(cold(source, values).pipe(orFail())).toBe(expected, letters, notFound);
  });
});

test('orFail after attempt restores the stream', () => {
  inVirtualTime(({ cold, expectObservable }) => {
    expectObservable(cold('-a-b-#', letters, notFound).pipe(attempt(), orFail())).toBe('-a-b-#', letters, notFound);
  });
});

test('attempt unsubscribes from its source', () => {
  inVirtualTime(({ cold, expectObservable, expectSubscriptions }) => {
    const source = cold('-a---', letters);
    expectObservable(source.pipe(attempt()), '---!').toBe('-r-', values);
    expectSubscriptions(source.subscriptions).toBe('^--!');
  });
});
