/** What goes wrong, and when. */

import type { LocalizableMessage } from '../../model/index.ts';

/**
 * One thing that goes wrong: which requests it meets, and what happens to them, told apart by `kind`. Without a `kind` it is an answer
 * given verbatim.
 *
 * Where several fit a request, the first of the list is what happens; only `latency` lets the others have their turn, and adds up.
 */
export type Fault = FaultTarget & (ResponseFault | BodyFault | ConnectionFault | SessionFault);

/** Which requests a fault meets: those of which everything is true that is said here. */
export interface FaultTarget {
  /**
   * VMware's name of the operation, such as `content.Library.list`; `data` for the bytes of files; `soap`; `unknown` for what is no operation;
   * `*` for every request. A simulator refuses to start with a name it does not know.
   */
  readonly operation: string;
  /**
   * Only requests that name this file: for its bytes, its preparation or its state. A list of files names none.
   *
   * @default whatever they name
   */
  readonly file?: string;
  /**
   * Milliseconds after the simulator's start, by its clock, from which on the fault is there.
   *
   * @default 0
   */
  readonly from?: number;
  /**
   * Milliseconds after the simulator's start, by its clock, at which the fault is over.
   *
   * @default never
   */
  readonly until?: number;
  /**
   * How many requests pass first of those that fit all of the above, whoever answers them.
   *
   * @default 0
   */
  readonly after?: number;
  /**
   * How many requests the fault meets.
   *
   * @default all of them
   */
  readonly times?: number;
  /**
   * How probable it is that a request is met, from 0 to 1. It is drawn from the seed: the same requests meet the same faults again.
   *
   * @default 1
   */
  readonly chance?: number;
}

/** Any fault that answers itself. */
export type ResponseFault = VerbatimResponse | RefusalFault | SessionLimitFault | PageFault | RedirectFault;

/** An answer, word for word. */
export interface VerbatimResponse {
  /** @default `'answer'` */
  readonly kind?: 'answer';
  /**
   * The HTTP status.
   *
   * @default 500
   */
  readonly status?: number;
  /** @default `'application/json'` */
  readonly contentType?: string;
  /**
   * More headers, such as `{ "retry-after": "5" }`.
   *
   * @default none
   */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A refusal as vCenter words it, in the dialect and with the status of the request's. */
export interface RefusalFault {
  readonly kind: 'refusal';
  /** VMware's `error_type`. */
  readonly errorType: ErrorType;
  /**
   * What it says: a text, or a whole message with its id; `null` for a refusal without any message.
   *
   * @default a text that names the operation
   */
  readonly message?: string | LocalizableMessage | null;
  /**
   * The HTTP status.
   *
   * @default what the dialect has for the `error_type`; the two disagree on six of them
   */
  readonly status?: number;
  /**
   * `Retry-After`: seconds, or a date as HTTP writes it. No vCenter is known to send it, proxies do.
   *
   * @default none
   */
  readonly retryAfter?: number | string;
  /**
   * The field `data`: any JSON. `{ "is_transient": true }` is what VMware's `TransientIndication` looks like.
   *
   * @default none
   */
  readonly data?: unknown;
}

/** A login that is refused because the user has all the API sessions one may have. Trying again does not help. */
export interface SessionLimitFault {
  readonly kind: 'session-limit';
}

/** The page of a proxy in front of vCenter: HTML. */
export interface PageFault {
  readonly kind: 'page';
  /**
   * The HTTP status.
   *
   * @default 502
   */
  readonly status?: number;
  /** `Retry-After`: seconds, or a date as HTTP writes it. @default none */
  readonly retryAfter?: number | string;
}

/** A redirect to another host, with the path and the query that were asked for. */
export interface RedirectFault {
  readonly kind: 'redirect';
  /** Scheme, host and port, such as `https://other.example.test`. */
  readonly to: string;
  /** @default 302 */
  readonly status?: 301 | 302 | 303 | 307 | 308;
}

/** Any fault of an answer's contents. */
export type BodyFault = MalformedFault | CorruptFault | RangeFault | CertificateFault;

/** The first half of the real answer as if it were all of it: JSON that ends in the middle. */
export interface MalformedFault {
  readonly kind: 'malformed';
}

/** Bytes that are not those of the file. */
export interface CorruptFault {
  readonly kind: 'corrupt';
  /** Where they begin: bytes from the beginning of the file, also where only a range of it was asked for. */
  readonly at: number;
  /**
   * How many bytes are wrong.
   *
   * @default 1
   */
  readonly length?: number;
}

/** A range that is not the one that was asked for. Requests without a range are left alone. */
export interface RangeFault {
  readonly kind: 'range';
  /**
   * - `ignored`: 200, and the whole file, as from a server that knows no ranges.
   * - `other`: 206 with other bytes, which the `Content-Range` admits.
   * - `shifted`: 206 with other bytes under the `Content-Range` that was asked for.
   * - `unnamed`: 206 with the right bytes, without a `Content-Range`.
   * - `refused`: 416.
   */
  readonly how: 'ignored' | 'other' | 'shifted' | 'unnamed' | 'refused';
  /**
   * With `other` and `shifted`: how many bytes too early the range begins, or too late if negative.
   *
   * @default 1
   */
  readonly by?: number;
}

/** Endpoints that state the thumbprint of another certificate than the one that is shown. */
export interface CertificateFault {
  readonly kind: 'certificate';
  /**
   * What they state: the SHA-1 in hexadecimal.
   *
   * @default twenty bytes that are no certificate's
   */
  readonly thumbprint?: string;
}

/** Any fault of the connection. */
export type ConnectionFault = LatencyFault | DisconnectFault | HangFault | TruncationFault;

/** An answer that comes late, by the simulator's clock. Other faults may still meet the request. */
export interface LatencyFault {
  readonly kind: 'latency';
  /** Milliseconds; or from how many to how many, drawn from the seed. */
  readonly milliseconds: number | readonly [least: number, most: number];
}

/** A connection that ends without a byte of an answer. */
export interface DisconnectFault {
  readonly kind: 'disconnect';
  /**
   * How it ends: with a reset, or closed in good order.
   *
   * @default `'reset'`
   */
  readonly ending?: 'reset' | 'close';
  /**
   * Whether what was asked for is done all the same, and only its answer is lost: a session is opened that nobody knows of.
   *
   * @default false
   */
  readonly done?: boolean;
}

/** A server that falls silent, until the client gives up. */
export interface HangFault {
  readonly kind: 'hang';
  /**
   * Bytes of the answer's body that come before.
   *
   * @default no byte of an answer comes, not even its head
   */
  readonly at?: number;
}

/** An answer that ends too soon. */
export interface TruncationFault {
  readonly kind: 'truncate';
  readonly shape: TruncationShape;
  /**
   * Bytes of the answer's body that come. With a reset they are the most that may come: it overtakes what is still on its way.
   *
   * @default half of them
   */
  readonly at?: number;
}

/**
 * How an answer says how long it is, and how it ends before that. Node's own `fetch` notices the first three; the others look like the
 * end of the body, and only a length or a checksum from elsewhere shows that they are not.
 *
 * - `length-close`: a `Content-Length`, then the connection is closed.
 * - `length-reset`: a `Content-Length`, then a reset.
 * - `chunked-close`: chunks, then the connection is closed without a last one.
 * - `chunked-complete`: chunks, and a last one, as a proxy sends it that has lost the server behind it.
 * - `close`: neither; the end of the connection is the end of the body.
 * - `reset`: neither, and the connection ends with a reset.
 */
export type TruncationShape = 'length-close' | 'length-reset' | 'chunked-close' | 'chunked-complete' | 'close' | 'reset';

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

/** VMware's reasons, as `error_type` has them. */
export type ErrorType =
  | 'ERROR'
  | 'ALREADY_EXISTS'
  | 'ALREADY_IN_DESIRED_STATE'
  | 'CANCELED'
  | 'CONCURRENT_CHANGE'
  | 'FEATURE_IN_USE'
  | 'INTERNAL_SERVER_ERROR'
  | 'INVALID_ARGUMENT'
  | 'INVALID_ELEMENT_CONFIGURATION'
  | 'INVALID_ELEMENT_TYPE'
  | 'INVALID_REQUEST'
  | 'NOT_ALLOWED_IN_CURRENT_STATE'
  | 'NOT_FOUND'
  | 'OPERATION_NOT_FOUND'
  | 'RESOURCE_BUSY'
  | 'RESOURCE_IN_USE'
  | 'RESOURCE_INACCESSIBLE'
  | 'SERVICE_UNAVAILABLE'
  | 'TIMED_OUT'
  | 'UNABLE_TO_ALLOCATE_RESOURCE'
  | 'UNAUTHENTICATED'
  | 'UNAUTHORIZED'
  | 'UNEXPECTED_INPUT'
  | 'UNSUPPORTED'
  | 'UNVERIFIED_PEER';
