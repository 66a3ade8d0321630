/** Which certificates a connection trusts, and why one is rejected. */

import { X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import { TlsError } from '../../index.ts';
import { parseThumbprint, type Thumbprint } from './thumbprint.ts';

/** The only certificate to accept: by its thumbprint or in PEM. */
export interface PinnedCertificate {
  /** SHA-1 or SHA-256, in any spelling: `ssl_certificate_thumbprint` of a transfer endpoint. */
  readonly thumbprint?: string | undefined;
  /** The certificate itself: `ssl_certificate` of a transfer endpoint, since 9.0. With it, `thumbprint` is ignored. */
  readonly pem?: string | undefined;
}

/** Trusted certificates: those of authorities, a pinned one, or any. */
export type Trust =
  | { readonly kind: 'authorities'; readonly ca?: readonly string[] }
  | { readonly kind: 'pin'; readonly thumbprint: Thumbprint }
  | { readonly kind: 'any' };

/**
 * Returns the thumbprint to compare with; equal for equal certificates and algorithms.
 *
 * @throws TypeError if the certificate cannot be read.
 */
export const resolvePin = ({ thumbprint, pem }: PinnedCertificate): Thumbprint => {
  if (pem !== undefined) return thumbprintOf(parseCertificate(pem), 'SHA-256');
  if (thumbprint !== undefined) return parseThumbprint(thumbprint);
  throw new TypeError('pinned: expected { thumbprint } or { pem }, got neither');
};

const parseCertificate = (pem: string): X509Certificate => {
  try {
    return new X509Certificate(pem);
  } catch {
    throw new TypeError('pem: expected a certificate in PEM, such as -----BEGIN CERTIFICATE-----…');
  }
};

const thumbprintOf = (certificate: X509Certificate, algorithm: Thumbprint['algorithm']): Thumbprint => ({
  algorithm,
  value: algorithm === 'SHA-1' ? certificate.fingerprint : certificate.fingerprint256,
});

/**
 * Verifies a connection after its handshake, before anything is written. Returns the error if the certificate is rejected.
 *
 * Node must not verify it: its error does not contain the certificate, and it does not call `checkServerIdentity` for a certificate that
 * no authority has signed, so that a pin there would protect nothing.
 */
export const verifyPeer = (trust: Trust, host: string, socket: TLSSocket): TlsError | undefined => {
  if (trust.kind === 'any') return undefined;
  const certificate = socket.getPeerX509Certificate();
  if (trust.kind === 'pin') {
    const { algorithm, value } = trust.thumbprint;
    // A resumed session presents no certificate, and is rejected.
    if (certificate !== undefined && thumbprintOf(certificate, algorithm).value === value) return undefined;
    return mismatchError(host, trust.thumbprint, certificate);
  }
  if (socket.authorized) return undefined;
  const code = String(socket.authorizationError);
  return new TlsError({
    host,
    code,
    expected: describeExpected(code, host),
    presented: certificate && describePresented(code, certificate),
  });
};

/** The certificate is another than the pinned one, or missing. */
export const mismatchError = (host: string, { algorithm, value }: Thumbprint, certificate?: X509Certificate): TlsError =>
  new TlsError({
    host,
    code: 'THUMBPRINT_MISMATCH',
    expected: `${algorithm} ${value}`,
    presented: certificate && formatThumbprints(certificate),
  });

const formatThumbprints = (certificate: X509Certificate): string =>
  `SHA-1 ${certificate.fingerprint}, SHA-256 ${certificate.fingerprint256}`;

const NAME_MISMATCH = 'ERR_TLS_CERT_ALTNAME_INVALID';
const validityCodes: ReadonlySet<string> = new Set(['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID']);

const describeExpected = (code: string, host: string): string => {
  if (code === NAME_MISMATCH) return `a certificate for ${host}`;
  return validityCodes.has(code) ? 'a certificate that is valid now' : 'a certificate issued by a trusted authority';
};

/** The thumbprints come first, so that one can be copied and pinned. */
const describePresented = (code: string, certificate: X509Certificate): string => {
  const { subjectAltName = 'no name', validFrom, validTo } = certificate;
  if (code === NAME_MISMATCH) return `${formatThumbprints(certificate)}, for ${subjectAltName.slice(0, 200)}`;
  return validityCodes.has(code)
    ? `${formatThumbprints(certificate)}, valid from ${validFrom} to ${validTo}`
    : `${formatThumbprints(certificate)}, issued by ${issuerOf(certificate)}`;
};

const issuerOf = ({ issuer }: X509Certificate): string => issuer.replace(/\s*\n\s*/g, ', ').slice(0, 200);
