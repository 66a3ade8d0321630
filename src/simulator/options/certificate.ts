/** What the links to files say of the certificate they are served with. */

/** The certificate behind the links, as the endpoints of prepared files state it. Clients then trust it, and nothing else. */
export interface SimulatedCertificate {
  /**
   * The SHA-1 of the certificate, in hexadecimal: `ssl_certificate_thumbprint`.
   *
   * @default not stated: clients check the certificate as any other
   */
  readonly thumbprint?: string;
  /**
   * The certificate itself, as PEM: `ssl_certificate`, from 9.0 on.
   *
   * @default not stated
   */
  readonly pem?: string;
}
