/** A check of `content-library doctor`: its result, as it is printed. */

import { catchError, map, of, type Observable } from 'rxjs';
import { isContentLibraryError } from '../../../index.ts';
import { toFailure } from '../../output/failure.ts';

/** What a check has found. */
export interface Finding {
  readonly detail: string;
  /** What to do about it; without an exit code, it is a hint. */
  readonly advice?: string;
  /** The exit code of the command, if something is wrong. */
  readonly code?: number;
}

/** A finished check. */
export interface Check extends Finding {
  readonly name: string;
  /** True if the later checks cannot be made. */
  readonly isLast: boolean;
}

/** What to do about an error, in addition to its own message. */
export type Advise = (thrown: unknown) => string | undefined;

/** Names the findings of a check. An error becomes a failed check, after which there is no other. */
export const check = (name: string, findings$: Observable<Finding>, advise: Advise = () => undefined): Observable<Check> =>
  findings$.pipe(
    map((finding) => ({ ...finding, name, isLast: false })),
    catchError((thrown: unknown) => {
      const { message, code } = toFailure(thrown);
      const advice = advise(thrown);
      return of({ name, detail: message, code, isLast: true, ...(advice === undefined ? {} : { advice }) });
    }),
  );

/** Returns true if the server has refused a request because of the user's privileges. */
export const isUnauthorized = (thrown: unknown): boolean =>
  isContentLibraryError(thrown) && thrown._tag === 'ApiError' && thrown.error_type === 'UNAUTHORIZED';
