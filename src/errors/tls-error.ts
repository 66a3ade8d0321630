const CLIENT_CERTIFICATE_CODES =
  /_ALERT_(?:HANDSHAKE_FAILURE|NO_CERTIFICATE|(?:BAD|UNSUPPORTED)_CERTIFICATE|CERTIFICATE_(?:REVOKED|EXPIRED|UNKNOWN|REQUIRED)|UNKNOWN_CA|ACCESS_DENIED)$/;

/** The server's certificate is not trusted, or the server requires one of the client. */
export class TlsError extends Error {
  /**
   * Returns true for OpenSSL's names of the alerts by which a server rejects the client's certificate or its absence (RFC 8446, 6.2). With
   * TLS 1.2 a missing certificate is a `handshake_failure`, as are incompatible ciphers.
   */
  static isAboutClientCertificate(code: string): boolean {
    return CLIENT_CERTIFICATE_CODES.test(code);
  }

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
      TlsError.isAboutClientCertificate(facts.code) ? clientCertificateMessage(facts) : serverCertificateMessage(facts),
      options,
    );
    this.host = facts.host;
    this.code = facts.code;
    this.expected = facts.expected;
    this.presented = facts.presented;
  }
}

type Facts = ConstructorParameters<typeof TlsError>[0];

const clientCertificateMessage = ({ host, code }: Facts): string =>
  code.endsWith('HANDSHAKE_FAILURE')
    ? `${host} refused the TLS connection (${code}). It may require a client certificate, which this client cannot send, or no TLS version or cipher is common to both.`
    : `${host} refused the TLS connection (${code}): it requires a client certificate, which this client cannot send. Connect to an address that requires none.`;

const serverCertificateMessage = ({ host, code, expected, presented }: Facts): string =>
  `The certificate of ${host} was rejected (${code})${expected === undefined ? '' : `: expected ${expected}, got ${presented ?? 'none'}`}. ${advice(code, host)}`;

const advice = (code: string, host: string): string => {
  if (code === 'THUMBPRINT_MISMATCH')
    return "If it was renewed, check the new thumbprint with the server's administrator; otherwise the connection may be intercepted.";
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return 'Connect by a name that it was issued for, or pin its thumbprint.';
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID') return 'Renew it, and check the clock of this machine.';
  return `Trust the vCenter's own certificate authority: download its root certificates from https://${host}/certs/download.zip.`;
};
