import { lastValueFrom, toArray, type Observable } from 'rxjs';

/** Resolves with everything that a stream emitted, and with its error if it errored. */
export const collect = <A>(stream: Observable<A>): Promise<{ values: readonly A[]; error?: unknown }> =>
  new Promise((resolve) => {
    const values: A[] = [];
    stream.subscribe({
      next: (value) => values.push(value),
      error: (error: unknown) => resolve({ values, error }),
      complete: () => resolve({ values }),
    });
  });

/** Resolves with everything that a stream emitted; rejects if it errored. */
export const collectValues = <A>(stream: Observable<A>): Promise<readonly A[]> => lastValueFrom(stream.pipe(toArray()));
