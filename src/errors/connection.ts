/** What fails before vCenter says anything about the request: the way there, the time, the certificate, the login. */

import type { ErrorMessage } from './api.ts';
import { seconds } from './words.ts';

/** The code of a {@link TransportError} that stands for a redirect, which is never followed. */
export const redirectCode = 'REDIRECT';

/** The codes of what will be so the next time, too: a server that redirects, a proxy that refuses. */
export const lastingCodes: ReadonlySet<string> = new Set([redirectCode, 'PROXY_REFUSED', 'PROXY_UNSUPPORTED']);

/** The server could not be reached, or the connection broke. */
export class TransportError extends Error {
  readonly _tag = 'TransportError';
  override readonly name = 'TransportError';
  /** What was asked for, e.g. `content.Library.list`. */
  readonly operation: string;
  /** The system's code, such as `ECONNREFUSED`, where there is one. */
  readonly code: string | undefined;
  constructor(facts: { operation: string; reason: string; code?: string | undefined }, options?: ErrorOptions) {
    super(`${facts.operation}: ${facts.reason}. Check the server's address, the network and the proxy.`, options);
    this.operation = facts.operation;
    this.code = facts.code;
  }
}

/** No answer, no byte and no news within the time allowed. */
export class TimeoutError extends Error {
  readonly _tag = 'TimeoutError';
  override readonly name = 'TimeoutError';
  readonly operation: string;
  /** How long was waited, in milliseconds. */
  readonly timeout: number;
  constructor(facts: { operation: string; timeout: number }) {
    super(`${facts.operation}: nothing came from the server for ${seconds(facts.timeout)}. Try again, or allow more time.`);
    this.operation = facts.operation;
    this.timeout = facts.timeout;
  }
}

/** The server's certificate is not one to trust. */
export class TlsError extends Error {
  readonly _tag = 'TlsError';
  override readonly name = 'TlsError';
  readonly host: string;
  /** OpenSSL's name for what is wrong, e.g. `DEPTH_ZERO_SELF_SIGNED_CERT`. */
  readonly code: string;
  readonly expected: string | undefined;
  readonly presented: string | undefined;
  constructor(
    facts: { host: string; code: string; expected?: string | undefined; presented?: string | undefined },
    options?: ErrorOptions,
  ) {
    super(
      `The certificate of ${facts.host} was refused (${facts.code})${facts.expected === undefined ? '' : `: expected ${facts.expected}, was shown ${facts.presented ?? 'none'}`}. ` +
        certificateAdvice(facts.code, facts.host),
      options,
    );
    this.host = facts.host;
    this.code = facts.code;
    this.expected = facts.expected;
    this.presented = facts.presented;
  }
}

const certificateAdvice = (code: string, host: string): string => {
  if (code === 'THUMBPRINT_MISMATCH')
    return 'Has it been renewed? Ask whoever runs the server before you take the new one: somebody may be in between.';
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return 'Use the name that it is for, or pin it by its thumbprint.';
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID') return 'Renew it, and look at the clock of this machine.';
  return `Trust the vCenter's own authority (its root certificates can be downloaded from https://${host}/certs/download.zip).`;
};

/** The user name, the password or the session id was refused. */
export class AuthenticationError extends Error {
  readonly _tag = 'AuthenticationError';
  override readonly name = 'AuthenticationError';
  readonly server: string;
  readonly messages: readonly ErrorMessage[];
  constructor(facts: { server: string; reason: string; messages: readonly ErrorMessage[] }, options?: ErrorOptions) {
    super(`${facts.server}: ${facts.reason}`, options);
    this.server = facts.server;
    this.messages = facts.messages;
  }
}
