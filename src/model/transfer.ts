/** What a transfer needs of a file: its link and its checksum. */

import * as t from 'io-ts';
import { enumeration, struct, type Codec, type UnknownEnumValue } from './codec.ts';

/** Checksum algorithms; SHA256 and SHA512 since 6.8. */
export type ChecksumAlgorithm = 'SHA1' | 'MD5' | 'SHA256' | 'SHA512';

/** A checksum that vCenter states. Source: `content.library.item.File.ChecksumInfo`. */
export interface ChecksumInfo {
  /** Not set means SHA1. SHA1 and MD5 are deprecated since 9.1.1. */
  readonly algorithm?: ChecksumAlgorithm | UnknownEnumValue;
  /** Hexadecimal, in either case. */
  readonly checksum: string;
}

/** Decodes {@link ChecksumInfo}. */
export const ChecksumInfo: Codec<ChecksumInfo> = struct(
  'ChecksumInfo',
  { checksum: t.string },
  { algorithm: enumeration<ChecksumAlgorithm>('ChecksumAlgorithm') },
);

/** The link of a file. Source: `content.library.item.TransferEndpoint`. */
export interface TransferEndpoint {
  /** `https:`, `http:`, `ds:` or `file:`. A secret: it grants access to the file. */
  readonly uri: string;
  /** SHA-256 of the endpoint's certificate in DER since 9.1.1, SHA-1 before, and where it is enabled. If set, it alone decides whether the certificate is trusted. */
  readonly ssl_certificate_thumbprint?: string;
  /** The endpoint's certificate in PEM, since 9.0. If set, only it is accepted and the thumbprint is ignored. */
  readonly ssl_certificate?: string;
}

/** Decodes {@link TransferEndpoint}. */
export const TransferEndpoint: Codec<TransferEndpoint> = struct(
  'TransferEndpoint',
  { uri: t.string },
  { ssl_certificate_thumbprint: t.string, ssl_certificate: t.string },
);
