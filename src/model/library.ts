/** Libraries. */

import * as t from 'io-ts';
import { enumeration, list, struct, type Codec, type UnknownEnumValue } from './codec.ts';
import { PublishInfo, SubscriptionInfo } from './publication.ts';
import { StorageBacking } from './storage-backing.ts';

/** `LOCAL`: managed on this vCenter; `SUBSCRIBED`: synchronized from another library. */
export type LibraryType = 'LOCAL' | 'SUBSCRIBED';

/** Decodes {@link LibraryType}. */
export const LibraryType: Codec<LibraryType | UnknownEnumValue> = enumeration<LibraryType>('LibraryType');

/** `MAINTENANCE`: the library is being moved, or an administrator set this state; its content may be unavailable. */
export type LibraryState = 'ACTIVE' | 'MAINTENANCE';

/** The state of a library. Source: `content.library.StateInfo`, since 9.0. */
export interface LibraryStateInfo {
  readonly state?: LibraryState | UnknownEnumValue;
  /** The reason for the state, since 9.1. */
  readonly message?: string;
}

/** A library. Source: `content.LibraryModel`. */
export interface LibraryModel {
  /** Optional according to the documentation; every recorded response has it. */
  readonly id?: string;
  /** Not unique. */
  readonly name: string;
  readonly description?: string;
  readonly type: LibraryType | UnknownEnumValue;
  /** ISO 8601. */
  readonly creation_time?: string;
  /** ISO 8601. */
  readonly last_modified_time?: string;
  /** ISO 8601; subscribed libraries only. */
  readonly last_sync_time?: string;
  /** Version of the metadata: a decimal number as a string. */
  readonly version?: string;
  readonly server_guid?: string;
  readonly storage_backings?: readonly StorageBacking[];
  /** How the files are stored for publication. */
  readonly optimization_info?: { readonly optimize_remote_publishing?: boolean };
  /** Local libraries only. */
  readonly publish_info?: PublishInfo;
  /** Subscribed libraries only. */
  readonly subscription_info?: SubscriptionInfo;
  /** Since 7.0.3. */
  readonly security_policy_id?: string;
  /** Since 7.0.3. */
  readonly unset_security_policy_id?: boolean;
  /** Since 9.0. */
  readonly state_info?: LibraryStateInfo;
  /** Since 9.1: true if the library's usages apply to its items, too. */
  readonly configuration_info?: { readonly apply_library_usage_to_items?: boolean };
}

const LibraryStateInfo: Codec<LibraryStateInfo> = struct(
  'LibraryStateInfo',
  {},
  { state: enumeration<LibraryState>('LibraryState'), message: t.string },
);

/** Decodes {@link LibraryModel}. */
export const LibraryModel: Codec<LibraryModel> = struct(
  'LibraryModel',
  { name: t.string, type: LibraryType },
  {
    id: t.string,
    description: t.string,
    creation_time: t.string,
    last_modified_time: t.string,
    last_sync_time: t.string,
    version: t.string,
    server_guid: t.string,
    storage_backings: list(StorageBacking),
    optimization_info: struct('OptimizationInfo', {}, { optimize_remote_publishing: t.boolean }),
    publish_info: PublishInfo,
    subscription_info: SubscriptionInfo,
    security_policy_id: t.string,
    unset_security_policy_id: t.boolean,
    state_info: LibraryStateInfo,
    configuration_info: struct('ConfigurationInfo', {}, { apply_library_usage_to_items: t.boolean }),
  },
);

/** Search criteria, which all apply. Source: `content.Library.FindSpec`. */
export interface LibraryFindSpec {
  /** Case-insensitive. */
  readonly name?: string;
  readonly type?: LibraryType;
  /** Libraries on this storage, since 9.0. */
  readonly storage_backing?: StorageBacking;
}

/** Decodes {@link LibraryFindSpec}. */
export const LibraryFindSpec: Codec<LibraryFindSpec> = struct(
  'LibraryFindSpec',
  {},
  { name: t.string, type: t.union([t.literal('LOCAL'), t.literal('SUBSCRIBED')]), storage_backing: StorageBacking },
);
