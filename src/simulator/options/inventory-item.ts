/** An item of a simulated vCenter's library, as plain data. */

import type { CertificateVerificationStatus } from '../../model/index.ts';
import type { InventoryFile } from './inventory-file.ts';

/** A change of an item. */
export interface InventoryChange {
  readonly version: string;
  /**
   * ISO 8601.
   *
   * @default when the simulator was started
   */
  readonly time?: string;
  /** Not set: not known. */
  readonly user?: string;
  readonly message?: string;
}

/** An item of a library. */
export interface InventoryItem {
  readonly name: string;
  /** @default a UUID that depends on the seed */
  readonly id?: string;
  /** Such as `ovf` or `iso`; `vm-template` cannot be downloaded. Without one it is a generic item. */
  readonly type?: string;
  /** @default an empty text */
  readonly description?: string;
  /**
   * Of the item's files.
   *
   * @default `'1'`
   */
  readonly contentVersion?: string;
  /**
   * Of its name, its description and so on.
   *
   * @default `'1'`
   */
  readonly metadataVersion?: string;
  /** @default `'1'` */
  readonly version?: string;
  /**
   * Whether its files are on disk; without is what items of subscriptions on demand are at first.
   *
   * @default true
   */
  readonly cached?: boolean;
  /**
   * ISO 8601.
   *
   * @default when the simulator was started
   */
  readonly creationTime?: string;
  /**
   * ISO 8601.
   *
   * @default when the simulator was started
   */
  readonly lastModifiedTime?: string;
  /**
   * Of an item of a subscribed library: the publisher's item.
   *
   * @default a UUID that depends on the seed
   */
  readonly sourceId?: string;
  /**
   * Of an item of a subscribed library: whether the publisher has deleted it. The next synchronization then deletes it, too.
   *
   * @default false
   */
  readonly deletedAtSource?: boolean;
  /**
   * Of an item of a subscribed library: whether its files were lost from the storage, as after a backup was restored. It can then be
   * neither synchronized nor evicted.
   *
   * @default false
   */
  readonly contentLost?: boolean;
  /**
   * Told from 8.0 on.
   *
   * @default true
   */
  readonly securityCompliance?: boolean;
  /** Told from 8.0 on; not set: not told. */
  readonly certificateVerification?: {
    readonly status: CertificateVerificationStatus;
    /** In PEM. */
    readonly certChain?: readonly string[];
  };
  /**
   * Told from 7.0 on, in this order.
   *
   * @default one, when the item was created
   */
  readonly changes?: readonly InventoryChange[];
  /** Their names are unique within the item. */
  readonly files: readonly InventoryFile[];
}
