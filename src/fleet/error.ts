/** Errors as data: the state of a fleet can be stored and sent as JSON. */

import { isContentLibraryError, isTransient } from '../index.ts';

/** What is known of an error, as JSON. The message says what to do. */
export interface FleetError {
  /** The `_tag` of a `ContentLibraryError`; otherwise the name of the error. */
  readonly tag: string;
  readonly message: string;
  /** The code of the system or of vCenter, such as `ENOSPC` or `NOT_FOUND`. */
  readonly code?: string;
  /** True if another attempt may succeed. */
  readonly transient: boolean;
}

/** Returns what can be said of a thrown value in JSON: no stack, and no cause. */
export const toFleetError = (thrown: unknown): FleetError => {
  const code = codeOf(thrown);
  return {
    tag: tagOf(thrown),
    message: thrown instanceof Error ? thrown.message : String(thrown),
    ...(code === undefined ? {} : { code }),
    transient: isTransient(thrown) || (isContentLibraryError(thrown) && RETRIED_TAGS.has(thrown._tag)),
  };
};

/** A lost download session and a response that ended early: another attempt begins with a new session. */
const RETRIED_TAGS: ReadonlySet<string> = new Set(['LeaseError', 'TruncatedError']);

const tagOf = (thrown: unknown): string => {
  if (isContentLibraryError(thrown)) return thrown._tag;
  return thrown instanceof Error ? thrown.name : 'Error';
};

const codeOf = (thrown: unknown): string | undefined => {
  if (typeof thrown !== 'object' || thrown === null) return undefined;
  const code = 'error_type' in thrown ? thrown.error_type : 'code' in thrown ? thrown.code : undefined;
  return typeof code === 'string' ? code : undefined;
};
