/** Faults that answer in the place of the real answer; what was asked for is not done. */

import type { LocalizableMessage } from '../../model/index.ts';
import type { ErrorType } from './error-type.ts';

/** Any fault that answers itself. */
export type AnsweringFault = VerbatimAnswer | RefusalFault | SessionLimitFault | PageFault | RedirectFault;

/** An answer, word for word. */
export interface VerbatimAnswer {
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
