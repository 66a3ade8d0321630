/** Faults that take away the session a request belongs to. */

/** Any fault of sessions. */
export type SessionFault = LostSessionFault;

/**
 * A session that is gone although nobody ended it: by an administrator, by a restart of the service. What was asked for is answered
 * as it is after that.
 */
export interface LostSessionFault {
  readonly kind: 'session-lost';
  /**
   * Which one: the download session that the request is for, with its links, or the API session it was sent with.
   *
   * @default `'download'`
   */
  readonly session?: 'download' | 'api';
  /**
   * With a download session: how many bytes of the answer's body come before. The rest does not: real servers end a transfer too soon,
   * and say nothing.
   *
   * @default it is gone before the answer
   */
  readonly at?: number;
}
