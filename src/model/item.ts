/** Library items. */

import * as t from 'io-ts';
import { enumeration, int64, list, struct, type Codec, type UnknownEnumValue } from './codec.ts';

/** The status of the verification of an item's signature. */
export type CertificateVerificationStatus =
  'NOT_AVAILABLE' | 'VERIFIED' | 'INTERNAL' | 'VERIFICATION_FAILURE' | 'VERIFICATION_IN_PROGRESS' | 'UNTRUSTED';

/** The signature of an item. Source: `content.library.item.CertificateVerificationInfo`, since 7.0.3. */
export interface CertificateVerificationInfo {
  readonly status: CertificateVerificationStatus | UnknownEnumValue;
  /** Certificates in PEM, the signer's first. */
  readonly cert_chain?: readonly string[];
}

/** A library item. Source: `content.library.ItemModel`. */
export interface ItemModel {
  /** Optional according to the documentation; every recorded response has it. */
  readonly id?: string;
  readonly library_id?: string;
  readonly name: string;
  readonly description?: string;
  /** Free text: `ovf`, `iso`, `vm-template` …; not set means generic. */
  readonly type?: string;
  /** Changes when the files change: equal versions have equal content. */
  readonly content_version?: string;
  readonly metadata_version?: string;
  readonly version?: string;
  /** True if all files are on disk. */
  readonly cached?: boolean;
  /** Bytes of storage used, not the sum of the files' lengths; 0 when not cached. */
  readonly size?: number;
  /** ISO 8601. */
  readonly creation_time?: string;
  /** ISO 8601. */
  readonly last_modified_time?: string;
  /** ISO 8601; subscribed items only. */
  readonly last_sync_time?: string;
  /** The publisher's item; since 9.1 also set for items of local libraries, before for subscribed items only. */
  readonly source_id?: string;
  /** True if the item complies with the library's security policy, since 7.0.3. */
  readonly security_compliance?: boolean;
  /** Only for OVF items of libraries with a security policy. */
  readonly certificate_verification_info?: CertificateVerificationInfo;
}

const CertificateVerificationInfo: Codec<CertificateVerificationInfo> = struct(
  'CertificateVerificationInfo',
  { status: enumeration<CertificateVerificationStatus>('CertificateVerificationStatus') },
  { cert_chain: list(t.string) },
);

/** Decodes {@link ItemModel}. */
export const ItemModel: Codec<ItemModel> = struct(
  'ItemModel',
  { name: t.string },
  {
    id: t.string,
    library_id: t.string,
    description: t.string,
    type: t.string,
    content_version: t.string,
    metadata_version: t.string,
    version: t.string,
    cached: t.boolean,
    size: int64,
    creation_time: t.string,
    last_modified_time: t.string,
    last_sync_time: t.string,
    source_id: t.string,
    security_compliance: t.boolean,
    certificate_verification_info: CertificateVerificationInfo,
  },
);

/** Search criteria, which all apply; at least one is required. Source: `content.library.Item.FindSpec`. */
export interface ItemFindSpec {
  /** Case-insensitive. */
  readonly name?: string;
  readonly library_id?: string;
  readonly source_id?: string;
  readonly type?: string;
  readonly cached?: boolean;
}

/** Decodes {@link ItemFindSpec}. */
export const ItemFindSpec: Codec<ItemFindSpec> = struct(
  'ItemFindSpec',
  {},
  { name: t.string, library_id: t.string, source_id: t.string, type: t.string, cached: t.boolean },
);
