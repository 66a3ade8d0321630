import { withoutPeriod } from './without-period.ts';

/** The `code` of a {@link TransportError} for a redirect, which is never followed. */
export const REDIRECT_CODE = 'REDIRECT';

/** The `code` of a {@link TransportError} for a body whose content encoding cannot be decoded. */
export const UNKNOWN_ENCODING_CODE = 'UNKNOWN_ENCODING';

/** The `code` of a {@link TransportError} of a connection that was closed by its `signal`. */
export const CLOSED_CODE = 'CLOSED';

/**
 * The codes of failures that would recur: a server that redirects, or has TLS where none is expected or the reverse; a proxy that rejects
 * requests or encodes responses.
 */
export const PERMANENT_CODES: ReadonlySet<string> = new Set([
  REDIRECT_CODE,
  CLOSED_CODE,
  UNKNOWN_ENCODING_CODE,
  'NOT_TLS',
  'HTTPS_REQUIRED',
  'PROXY_REFUSED',
  'PROXY_UNSUPPORTED',
]);

/** The server could not be reached, or the connection broke. */
export class TransportError extends Error {
  readonly _tag = 'TransportError';
  override readonly name = 'TransportError';
  /** What was requested, e.g. `content.Library.list`. */
  readonly operation: string;
  /** The system's code, such as `ECONNREFUSED`, if there is one. */
  readonly code: string | undefined;
  /** Host and port of the server, if known. */
  readonly host: string | undefined;
  /** Host and port of the proxy, if the connection failed there. */
  readonly proxy: string | undefined;
  /** The origin that a refused redirect leads to, if the response states it. */
  readonly redirectTo: string | undefined;
  constructor(
    facts: {
      operation: string;
      reason: string;
      code?: string | undefined;
      host?: string | undefined;
      proxy?: string | undefined;
      redirectTo?: string | undefined;
    },
    options?: ErrorOptions,
  ) {
    const advice = facts.code === CLOSED_CODE ? '' : " Check the server's address, the network and the proxy.";
    super(`${facts.operation}: ${withoutPeriod(facts.reason)}.${advice}`, options);
    this.operation = facts.operation;
    this.code = facts.code;
    this.host = facts.host;
    this.proxy = facts.proxy;
    this.redirectTo = facts.redirectTo;
  }
}
