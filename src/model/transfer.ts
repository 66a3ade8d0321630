/** What a transfer needs to know of a file: where it is, and its checksum. */

import * as t from 'io-ts';
import { enumeration, struct, type Codec, type UnknownEnumValue } from './codec.ts';

/** The algorithms of checksums; SHA256 and SHA512 since 6.8. */
export type ChecksumAlgorithm = 'SHA1' | 'MD5' | 'SHA256' | 'SHA512';

/** A checksum that vCenter states. Source: `content.library.item.File.ChecksumInfo`. */
export interface ChecksumInfo {
  /** Not set means SHA1. */
  readonly algorithm?: ChecksumAlgorithm | UnknownEnumValue;
  /** Hexadecimal; letter case is not specified. */
  readonly checksum: string;
}

/** Decodes {@link ChecksumInfo}. */
export const ChecksumInfo: Codec<ChecksumInfo> = struct(
  'ChecksumInfo',
  { checksum: t.string },
  { algorithm: enumeration<ChecksumAlgorithm>('ChecksumAlgorithm') },
);

/** Where a file's bytes are. Source: `content.library.item.TransferEndpoint`. */
export interface TransferEndpoint {
  /** `https:`, `http:`, `ds:` or `file:`. Whoever knows it can fetch the file: treat it as a secret. */
  readonly uri: string;
  /** SHA-1 of the endpoint's certificate in DER. If set, nothing else about the certificate counts. */
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
