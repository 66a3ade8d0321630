/** Publication and subscription of libraries. */

import * as t from 'io-ts';
import { enumeration, struct, type Codec, type UnknownEnumValue } from './codec.ts';

/** How subscribers log in to a published library. */
export type AuthenticationMethod = 'BASIC' | 'NONE';

/** The publication of a local library. Responses never contain passwords. Source: `content.library.PublishInfo`. */
export interface PublishInfo {
  readonly authentication_method?: AuthenticationMethod | UnknownEnumValue;
  readonly published?: boolean;
  /** URL for subscribers. */
  readonly publish_url?: string;
  readonly user_name?: string;
  /** True if the metadata is stored beside the files, for subscribers that read the storage. */
  readonly persist_json_enabled?: boolean;
}

/** The subscription of another vCenter to a library. Source: `content.library.SourceInfo`, since 6.7.2. */
export interface SourceInfo {
  readonly source_library?: string;
  readonly subscription?: string;
}

/** The subscription of a library. Responses never contain passwords. Source: `content.library.SubscriptionInfo`. */
export interface SubscriptionInfo {
  readonly authentication_method?: AuthenticationMethod | UnknownEnumValue;
  readonly automatic_sync_enabled?: boolean;
  /** True if files are fetched only when they are needed. */
  readonly on_demand?: boolean;
  readonly subscription_url?: string;
  readonly user_name?: string;
  /** Of the publisher's certificate: SHA-256 since 9.1.1, SHA-1 before, and where it is enabled. */
  readonly ssl_thumbprint?: string;
  /** The publisher's certificate in PEM, since 9.0. */
  readonly ssl_certificate?: string;
  readonly source_info?: SourceInfo;
}

const SourceInfo: Codec<SourceInfo> = struct('SourceInfo', {}, { source_library: t.string, subscription: t.string });

const authenticationMethod = enumeration<AuthenticationMethod>('AuthenticationMethod');

/** Decodes {@link PublishInfo}. */
export const PublishInfo: Codec<PublishInfo> = struct(
  'PublishInfo',
  {},
  {
    authentication_method: authenticationMethod,
    published: t.boolean,
    publish_url: t.string,
    user_name: t.string,
    persist_json_enabled: t.boolean,
  },
);

/** Decodes {@link SubscriptionInfo}. */
export const SubscriptionInfo: Codec<SubscriptionInfo> = struct(
  'SubscriptionInfo',
  {},
  {
    authentication_method: authenticationMethod,
    automatic_sync_enabled: t.boolean,
    on_demand: t.boolean,
    subscription_url: t.string,
    user_name: t.string,
    ssl_thumbprint: t.string,
    ssl_certificate: t.string,
    source_info: SourceInfo,
  },
);
