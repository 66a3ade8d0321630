/** What `silent-server.test.ts` and its program exchange. */

/** One download. */
export interface Task {
  readonly server: string;
  readonly fetch: 'node' | 'platform';
  /** Milliseconds after which it times out; not set: it is unsubscribed when its moment comes. */
  readonly patience?: number;
}

/** A message of the test: a server never finishes its response to a request. */
export interface Silence {
  readonly task: number;
  /** The value of the request's {@link requestIdHeader}. */
  readonly requestId: string;
  /** Bytes of the body that it has sent. */
  readonly sent: number;
  /** True if the moment of the task has come. */
  readonly isMoment: boolean;
}

/** The end of one task. */
export interface Report {
  /** `unsubscribed`, `completed`, or the tag of the error. */
  readonly outcome?: string;
  /** Virtual milliseconds from the start to the end of its last request. */
  readonly idleAt?: number;
}

export const requestIdHeader = 'x-request-id';
