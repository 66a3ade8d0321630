/** Whom a connection trusts, and what is wrong with the certificate that it was shown. */

import { X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import { TlsError } from '../../index.ts';
import { thumbprintFrom, type Thumbprint } from './thumbprint.ts';

/** One certificate, and no other: by its thumbprint, or in PEM, which wins. */
export interface PinnedCertificate {
  /** SHA-1 or SHA-256, in any spelling: `ssl_certificate_thumbprint` of a transfer endpoint. */
  readonly thumbprint?: string | undefined;
  /** The certificate itself: `ssl_certificate` of a transfer endpoint, since 9.0. With it, `thumbprint` is ignored. */
  readonly pem?: string | undefined;
}

/** Whom to trust: authorities, the one holder of a certificate, or anyone. */
export type Trust =
  | { readonly kind: 'authorities'; readonly ca?: Buffer }
  | { readonly kind: 'pin'; readonly thumbprint: Thumbprint }
  | { readonly kind: 'anyone' };

/**
 * A pin; two for the same certificate by the same algorithm are equal.
 *
 * @throws TypeError if the certificate cannot be read.
 */
export const pinOf = ({ thumbprint, pem }: PinnedCertificate): Thumbprint => {
  // Equal in SHA-256 is equal.
  if (pem !== undefined) return thumbprintOf(certificateIn(pem), 'SHA-256');
  if (thumbprint !== undefined) return thumbprintFrom(thumbprint);
  throw new TypeError('pinned: expected { thumbprint } or { pem }, got neither');
};

const certificateIn = (pem: string): X509Certificate => {
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
 * Judges a connection that has shaken hands, and of which nothing was made yet.
 *
 * Node is never asked to refuse by itself: it would say neither what it was shown, nor call anyone for a certificate that no
 * authority has signed, so that a pin in `checkServerIdentity` would protect nothing.
 */
export const verifyPeer = (trust: Trust, host: string, socket: TLSSocket): TlsError | undefined => {
  if (trust.kind === 'anyone') return undefined;
  const certificate = socket.getPeerX509Certificate();
  if (trust.kind === 'pin') {
    const { algorithm, value } = trust.thumbprint;
    // Of a session that is taken up again there is no certificate: then there is nothing to compare, and nothing to trust.
    if (certificate !== undefined && thumbprintOf(certificate, algorithm).value === value) return undefined;
    return mismatch(host, trust.thumbprint, certificate);
  }
  if (socket.authorized) return undefined;
  const code = String(socket.authorizationError);
  return new TlsError({ host, code, expected: expectedBy(code, host), presented: certificate && shown(code, certificate) });
};

/** What a pin has to say of a certificate that is another, or of none at all. */
export const mismatch = (host: string, { algorithm, value }: Thumbprint, certificate?: X509Certificate): TlsError =>
  new TlsError({
    host,
    code: 'THUMBPRINT_MISMATCH',
    expected: `${algorithm} ${value}`,
    presented: certificate && thumbprints(certificate),
  });

const thumbprints = (certificate: X509Certificate): string =>
  `SHA-1 ${certificate.fingerprint}, SHA-256 ${certificate.fingerprint256}`;

const wrongName = 'ERR_TLS_CERT_ALTNAME_INVALID';
const wrongTime: ReadonlySet<string> = new Set(['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID']);

const expectedBy = (code: string, host: string): string => {
  if (code === wrongName) return `a certificate for ${host}`;
  return wrongTime.has(code) ? 'a certificate that is valid today' : 'a certificate of an authority that is trusted here';
};

/** The thumbprints first: who trusts the server all the same can copy one. */
const shown = (code: string, certificate: X509Certificate): string => {
  const { subjectAltName = 'nobody', validFrom, validTo } = certificate;
  if (code === wrongName) return `${thumbprints(certificate)}, for ${subjectAltName.slice(0, 200)}`;
  return wrongTime.has(code)
    ? `${thumbprints(certificate)}, valid from ${validFrom} to ${validTo}`
    : `${thumbprints(certificate)}, issued by ${issuerOf(certificate)}`;
};

const issuerOf = ({ issuer }: X509Certificate): string => issuer.replace(/\s*\n\s*/g, ', ').slice(0, 200);
