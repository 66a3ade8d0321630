/** The faults of a scenario as plain data: which requests they apply to, and what they do. */

import type { LocalizableMessage } from '../../model/index.ts';

/**
 * A fault: the requests it applies to, and its effect, selected by `kind`. Without a `kind` it is a verbatim response.
 *
 * If several faults match a request, the first in the list applies; only `latency` combines with others, and delays add up.
 */
export type Fault = FaultTarget & (ResponseFault | BodyFault | ConnectionFault | SessionFault);

/** The requests that a fault applies to; a request has to match all of the fields. */
export interface FaultTarget {
  /**
   * VMware's name of the operation, such as `content.Library.list`; `data` for file data; `soap`; `unknown` for requests that are no
   * operation; `*` for every request that the kind can apply to. An unknown name is an error when the simulator is created, and so is
   * an operation that the kind cannot apply to.
   */
  readonly operation: string;
  /**
   * Only requests that name this file: for its data, its preparation or its state. A list of files names none.
   *
   * @default any file, or none
   */
  readonly file?: string;
  /**
   * Start of the fault, in milliseconds after the start of the simulator by its clock.
   *
   * @default 0
   */
  readonly from?: number;
  /**
   * End of the fault, in milliseconds after the start of the simulator by its clock.
   *
   * @default never
   */
  readonly until?: number;
  /**
   * Number of matching requests that are skipped first, even if another fault applies to them.
   *
   * @default 0
   */
  readonly after?: number;
  /**
   * Maximum number of requests that the fault applies to.
   *
   * @default no limit
   */
  readonly times?: number;
  /**
   * Probability that the fault applies to a matching request, from 0 to 1. It is drawn from the seed: the same sequence of requests gets
   * the same faults.
   *
   * @default 1
   * @maximum 1
   */
  readonly chance?: number;
}

/** A fault that sends a response of its own; the operation is not executed. */
export type ResponseFault = VerbatimResponse | RefusalFault | SessionLimitFault | PageFault | RedirectFault;

/** A verbatim response. */
export interface VerbatimResponse {
  /** @default `'answer'` */
  readonly kind?: 'answer';
  /**
   * HTTP status.
   *
   * @default 500
   * @minimum 200
   * @maximum 599
   */
  readonly status?: number;
  /** @default `'application/json'` */
  readonly contentType?: string;
  /**
   * Additional headers, such as `{ "retry-after": "5" }`.
   *
   * @default none
   */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

/** An error in vCenter's format, with the envelope and status of the request's dialect. */
export interface RefusalFault {
  readonly kind: 'refusal';
  /** VMware's `error_type`. */
  readonly errorType: ErrorType;
  /**
   * The message: a text, or a complete message with its id; `null` for an error without messages.
   *
   * @default a text that contains the operation
   */
  readonly message?: string | LocalizableMessage | null;
  /**
   * HTTP status.
   *
   * @default the dialect's status for the `error_type`; the dialects disagree on six of them
   * @minimum 200
   * @maximum 599
   */
  readonly status?: number;
  /**
   * `Retry-After`: seconds, or an HTTP date. No vCenter is known to send it, but proxies do.
   *
   * @default none
   */
  readonly retryAfter?: number | string;
  /**
   * The field `data`: any JSON. `{ "is_transient": true }` is the format of VMware's `TransientIndication`.
   *
   * @default none
   */
  readonly data?: unknown;
}

/** A login that fails because the user has reached the maximum number of API sessions. Retrying does not help. */
export interface SessionLimitFault {
  readonly kind: 'session-limit';
}

/** An HTML page of a proxy in front of vCenter. */
export interface PageFault {
  readonly kind: 'page';
  /**
   * HTTP status.
   *
   * @default 502
   * @minimum 200
   * @maximum 599
   */
  readonly status?: number;
  /** `Retry-After`: seconds, or an HTTP date. @default none */
  readonly retryAfter?: number | string;
}

/** A redirect to another host, with the path and query of the request. */
export interface RedirectFault {
  readonly kind: 'redirect';
  /** Scheme, host and port, such as `https://other.example.test`. */
  readonly to: string;
  /** @default 302 */
  readonly status?: 301 | 302 | 303 | 307 | 308;
}

/** A fault in the body of a response that arrives completely. */
export type BodyFault = MalformedFault | CorruptFault | RangeFault | CertificateFault;

/** JSON that ends in the middle: the first half of the real response, sent as a complete response. Not for `data` and `soap`. */
export interface MalformedFault {
  readonly kind: 'malformed';
}

/** Bytes that differ from those of the file. Only for `data`. */
export interface CorruptFault {
  readonly kind: 'corrupt';
  /** Offset of the first wrong byte in the file, also if only a range was requested. */
  readonly at: number;
  /**
   * Number of wrong bytes.
   *
   * @default 1
   */
  readonly length?: number;
}

/** A byte range that differs from the requested one. Requests without a range are not affected. Only for `data`. */
export interface RangeFault {
  readonly kind: 'range';
  /**
   * - `ignored`: 200 with the complete file, as from a server without support for ranges.
   * - `other`: 206 with other bytes and their `Content-Range`.
   * - `shifted`: 206 with other bytes and the `Content-Range` that was requested.
   * - `unnamed`: 206 with the right bytes, without a `Content-Range`.
   * - `refused`: 416.
   */
  readonly how: 'ignored' | 'other' | 'shifted' | 'unnamed' | 'refused';
  /**
   * With `other` and `shifted`: number of bytes by which the range starts too early; too late if negative.
   *
   * @default 1
   * @minimum -Infinity
   */
  readonly by?: number;
}

/** Download endpoints that declare the thumbprint of a different certificate. Only for the operations of a download session's files. */
export interface CertificateFault {
  readonly kind: 'certificate';
  /**
   * The declared thumbprint, in hexadecimal.
   *
   * @default twenty bytes that match no certificate
   */
  readonly thumbprint?: string;
}

/** A fault of the connection: a response that is late, missing or interrupted. */
export type ConnectionFault = LatencyFault | DisconnectFault | HangFault | TruncationFault;

/** A response that is delayed, by the simulator's clock. Another fault may apply to the same request. */
export interface LatencyFault {
  readonly kind: 'latency';
  /** Milliseconds, or their minimum and maximum, between which the delay is drawn from the seed. */
  readonly milliseconds: number | readonly [least: number, most: number];
}

/** A connection that ends before the first byte of a response. */
export interface DisconnectFault {
  readonly kind: 'disconnect';
  /**
   * How the connection ends: with a reset, or closed normally.
   *
   * @default `'reset'`
   */
  readonly ending?: 'reset' | 'close';
  /**
   * True if the operation is executed and only its response is lost: for example, a session is created whose id no client knows.
   *
   * @default false
   */
  readonly done?: boolean;
}

/** A server that stops responding until the client aborts. */
export interface HangFault {
  readonly kind: 'hang';
  /**
   * Number of body bytes that are sent before.
   *
   * @default nothing is sent, not even the headers
   */
  readonly at?: number;
}

/** A response that ends too early. */
export interface TruncationFault {
  readonly kind: 'truncate';
  readonly shape: TruncationShape;
  /**
   * Number of body bytes that are sent. With a reset it is the maximum that arrives: a reset overtakes bytes in transit.
   *
   * @default half of the body
   */
  readonly at?: number;
}

/**
 * How a response declares its length, and how it ends before. Node's own `fetch` detects the first three; the others look like the
 * regular end of the body, and only a length or checksum from another source reveals them.
 *
 * - `length-close`: a `Content-Length`; the connection is closed.
 * - `length-reset`: a `Content-Length`; the connection is reset.
 * - `chunked-close`: chunked; the connection is closed without the last chunk.
 * - `chunked-complete`: chunked; the last chunk is sent, as by a proxy that has lost its upstream server.
 * - `close`: no length; the connection is closed, which is the end of the body.
 * - `reset`: no length; the connection is reset.
 */
export type TruncationShape = 'length-close' | 'length-reset' | 'chunked-close' | 'chunked-complete' | 'close' | 'reset';

/** A fault that removes the session of a request. */
export type SessionFault = LostSessionFault;

/**
 * A session that is gone although no client ended it, for example because of an administrator or a restart of the service. The request
 * is then handled without the session.
 */
export interface LostSessionFault {
  readonly kind: 'session-lost';
  /**
   * The session that is lost: the download session that the request names, with its data links, or the API session it was sent with.
   *
   * @default `'download'`
   */
  readonly session?: 'download' | 'api';
  /**
   * With a download session: number of body bytes that are sent before the session is lost. The rest is not sent: real servers end a
   * transfer early, without an error.
   *
   * @default the session is lost before the response
   */
  readonly at?: number;
}

/** VMware's error types, the values of `error_type`. */
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
