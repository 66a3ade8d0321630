/** Faults of the connection: what comes late, not at all, or breaks off. */

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
