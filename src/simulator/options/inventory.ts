/** The inventory of a simulated vCenter as plain data: libraries, items and files. */

import type { CertificateVerificationStatus } from '../../model/index.ts';

/** All libraries of a simulated vCenter. */
export interface Inventory {
  readonly libraries: readonly InventoryLibrary[];
}

/** A library. */
export interface InventoryLibrary {
  /** Need not be unique. */
  readonly name: string;
  /** @default a UUID that depends on the seed */
  readonly id?: string;
  /** @default `'LOCAL'` */
  readonly type?: 'LOCAL' | 'SUBSCRIBED';
  /** @default an empty string */
  readonly description?: string;
  /**
   * Version of the metadata.
   *
   * @default `'1'`
   */
  readonly version?: string;
  /**
   * ISO 8601.
   *
   * @default the start time of the simulator
   */
  readonly creationTime?: string;
  /**
   * ISO 8601.
   *
   * @default the start time of the simulator
   */
  readonly lastModifiedTime?: string;
  /**
   * Where the files are stored: a datastore that vCenter manages, or another file system, such as `nfs://nas.example.test/library`.
   *
   * @default the datastore `datastore-33`
   */
  readonly storage?: { readonly datastoreId: string } | { readonly uri: string };
  /**
   * True if a local library is published, so that other libraries can subscribe to it.
   *
   * @default false
   */
  readonly published?: boolean;
  /** Subscribed libraries only. */
  readonly subscription?: InventorySubscription;
  /** Returned since 8.0. If not set, the library has no security policy. */
  readonly securityPolicyId?: string;
  /**
   * Returned since 9.0. How `MAINTENANCE` affects downloads is not documented: see `assumptions.maintenance` of the scenario.
   *
   * @default `'ACTIVE'`
   */
  readonly state?: 'ACTIVE' | 'MAINTENANCE';
  /** The reason for the state, returned since 9.1, if set. */
  readonly stateMessage?: string;
  readonly items: readonly InventoryItem[];
}

/** The subscription of a library. */
export interface InventorySubscription {
  /** @default a URL of the publisher `publisher.example.test` */
  readonly url?: string;
  /**
   * True if files are fetched from the publisher only when they are needed.
   *
   * @default true
   */
  readonly onDemand?: boolean;
  /** @default false */
  readonly automaticSync?: boolean;
}

/** An item of a library. */
export interface InventoryItem {
  readonly name: string;
  /** @default a UUID that depends on the seed */
  readonly id?: string;
  /** For example `ovf` or `iso`; `vm-template` cannot be downloaded. If not set, the item is generic. */
  readonly type?: string;
  /** @default an empty string */
  readonly description?: string;
  /**
   * Version of the files.
   *
   * @default `'1'`
   */
  readonly contentVersion?: string;
  /**
   * Version of the name, the description and other metadata.
   *
   * @default `'1'`
   */
  readonly metadataVersion?: string;
  /** @default `'1'` */
  readonly version?: string;
  /**
   * True if the files are on disk. Items of on-demand subscriptions start with false.
   *
   * @default true
   */
  readonly cached?: boolean;
  /**
   * ISO 8601.
   *
   * @default the start time of the simulator
   */
  readonly creationTime?: string;
  /**
   * ISO 8601.
   *
   * @default the start time of the simulator
   */
  readonly lastModifiedTime?: string;
  /**
   * Id of the publisher's item; in local libraries returned since 9.1.
   *
   * @default a UUID that depends on the seed; in local libraries the item's own id
   */
  readonly sourceId?: string;
  /**
   * True if the publisher has deleted the item; the next synchronization deletes it here, too. Subscribed libraries only.
   *
   * @default false
   */
  readonly deletedAtSource?: boolean;
  /**
   * True if the storage has lost the files, for example after a backup was restored. The item can then be neither synchronized nor
   * evicted. Subscribed libraries only.
   *
   * @default false
   */
  readonly contentLost?: boolean;
  /**
   * Returned since 8.0.
   *
   * @default true
   */
  readonly securityCompliance?: boolean;
  /** Returned since 8.0, if set. */
  readonly certificateVerification?: {
    readonly status: CertificateVerificationStatus;
    /** In PEM. */
    readonly certChain?: readonly string[];
  };
  /**
   * Returned since 7.0, in this order.
   *
   * @default one change, at the creation time of the item
   */
  readonly changes?: readonly InventoryChange[];
  /** File names are unique within the item. */
  readonly files: readonly InventoryFile[];
}

/** A change of an item. */
export interface InventoryChange {
  readonly version: string;
  /**
   * ISO 8601.
   *
   * @default the start time of the simulator
   */
  readonly time?: string;
  /** If not set, the user is unknown. */
  readonly user?: string;
  readonly message?: string;
}

/** Properties of every file, with any kind of content. */
export interface InventoryFileFacts {
  /** Any string, including names that are not safe as file names. */
  readonly name: string;
  /**
   * Increases with each upload.
   *
   * @default `'1'`
   */
  readonly version?: string;
  /**
   * Bytes of storage, which vCenter returns as the file's size in lists of an item's files.
   *
   * @default the size of the content
   */
  readonly storedSize?: number;
  /**
   * True if the file is on disk. Otherwise it is fetched from the publisher when it is prepared or synchronized.
   *
   * @default the item's `cached`
   */
  readonly cached?: boolean;
}

/** A file of an item with its content: the bytes, only their number, or a function that opens them. */
export type InventoryFile = InventoryFileFacts &
  (
    | {
        /** The content; a string is encoded as UTF-8. */
        readonly content: string | Uint8Array;
      }
    | {
        /** Bytes. The content is generated while it is served, identical for the same seed and names, and never buffered. */
        readonly size: number;
      }
    | {
        /** Bytes. */
        readonly size: number;
        /**
         * Opens the bytes from `start` (inclusive) to `end` (exclusive). They MUST be complete and the same on every call. Node's
         * `createReadStream` and `Blob.stream()` return suitable iterables; `inventoryFromDirectory` of `rx-content-library/node`
         * creates an inventory from a directory.
         */
        readonly open: (start: number, end: number) => AsyncIterable<Uint8Array>;
      }
  );
