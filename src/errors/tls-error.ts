/** The server's certificate is not trusted. */
export class TlsError extends Error {
  readonly _tag = 'TlsError';
  override readonly name = 'TlsError';
  readonly host: string;
  /** OpenSSL's name of the problem, e.g. `DEPTH_ZERO_SELF_SIGNED_CERT`. */
  readonly code: string;
  /** The pinned thumbprint, if one was pinned. */
  readonly expected: string | undefined;
  /** The thumbprint of the server's certificate. */
  readonly presented: string | undefined;
  constructor(
    facts: { host: string; code: string; expected?: string | undefined; presented?: string | undefined },
    options?: ErrorOptions,
  ) {
    super(
      `The certificate of ${facts.host} was rejected (${facts.code})${facts.expected === undefined ? '' : `: expected ${facts.expected}, got ${facts.presented ?? 'none'}`}. ` +
        advice(facts.code, facts.host),
      options,
    );
    this.host = facts.host;
    this.code = facts.code;
    this.expected = facts.expected;
    this.presented = facts.presented;
  }
}

const advice = (code: string, host: string): string => {
  if (code === 'THUMBPRINT_MISMATCH')
    return "If it was renewed, check the new thumbprint with the server's administrator; otherwise the connection may be intercepted.";
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return 'Connect by a name that it was issued for, or pin its thumbprint.';
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID') return 'Renew it, and check the clock of this machine.';
  return `Trust the vCenter's own certificate authority: download its root certificates from https://${host}/certs/download.zip.`;
};
