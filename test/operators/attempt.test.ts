import { test } from '@jest/globals';
import type { Either } from 'fp-ts/lib/Either.js';
import { throwError } from 'rxjs';
import { ApiError, attempt, orFail } from 'rx-content-library';
import { inVirtualTime } from '../support/marbles.ts';

const refused = new ApiError({ operation: 'content.Library.get', status: 404, error_type: 'NOT_FOUND', messages: [] });
const letters = { a: 'a', b: 'b' };
const values: Readonly<Record<string, Either<ApiError, string>>> = {
  r: { _tag: 'Right', right: 'a' },
  s: { _tag: 'Right', right: 'b' },
  l: { _tag: 'Left', left: refused },
};

test('attempt: values become Rights, a failure of the library becomes a Left and the end', () => {
  inVirtualTime(({ cold, expectObservable }) => {
    const source = '   -a-b-#';
    const expected = ' -r-s-(l|)';
    expectObservable(cold(source, letters, refused).pipe(attempt())).toBe(expected, values);
  });
});

test('attempt: what is no failure of the library stays on the error channel', () => {
  const defect = new RangeError('a bug');
  inVirtualTime(({ expectObservable }) => {
    expectObservable(throwError(() => defect).pipe(attempt())).toBe('#', {}, defect);
  });
});

test('orFail: the way back', () => {
  inVirtualTime(({ cold, expectObservable }) => {
    const source = '   -r-s-(l|)';
    const expected = ' -a-b-#';
    expectObservable(cold(source, values).pipe(orFail())).toBe(expected, letters, refused);
  });
});

test('orFail after attempt is the stream itself', () => {
  inVirtualTime(({ cold, expectObservable }) => {
    expectObservable(cold('-a-b-#', letters, refused).pipe(attempt(), orFail())).toBe('-a-b-#', letters, refused);
  });
});

test('attempt unsubscribes from its source', () => {
  inVirtualTime(({ cold, expectObservable, expectSubscriptions }) => {
    const source = cold('-a---', letters);
    expectObservable(source.pipe(attempt()), '---!').toBe('-r-', values);
    expectSubscriptions(source.subscriptions).toBe('^--!');
  });
});
