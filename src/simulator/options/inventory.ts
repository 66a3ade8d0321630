/** What a simulated vCenter has in its libraries, as plain data. */

import type { CertificateVerificationStatus } from '../../model/index.ts';

/** What a library is subscribed to. */
export interface InventorySubscription {
  /** @default an address of the publisher `publisher.example.test` */
  readonly url?: string;
  /**
   * Whether files are fetched only when somebody needs them.
   *
   * @default true
   */
  readonly onDemand?: boolean;
  /** @default false */
  readonly automaticSync?: boolean;
}

/** A library. */
export interface InventoryLibrary {
  /** Need not be unique. */
  readonly name: string;
  /** @default a UUID that depends on the seed */
  readonly id?: string;
  /** @default `'LOCAL'` */
  readonly type?: 'LOCAL' | 'SUBSCRIBED';
  /** @default an empty text */
  readonly description?: string;
  /**
   * Of its metadata.
   *
   * @default `'1'`
   */
  readonly version?: string;
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
   * Where its files are: a datastore that vCenter manages, or another file system, such as `nfs://nas.example.test/library`.
   *
   * @default the datastore `datastore-33`
   */
  readonly storage?: { readonly datastoreId: string } | { readonly uri: string };
  /**
   * Of a local library: whether others may subscribe to it.
   *
   * @default false
   */
  readonly published?: boolean;
  /** Of a subscribed library. */
  readonly subscription?: InventorySubscription;
  /** Told from 8.0 on; not set: the library has no security policy. */
  readonly securityPolicyId?: string;
  /**
   * Told from 9.0 on. What `MAINTENANCE` does to downloads is not documented: `assumptions.maintenance` of the scenario decides.
   *
   * @default `'ACTIVE'`
   */
  readonly state?: 'ACTIVE' | 'MAINTENANCE';
  readonly items: readonly InventoryItem[];
}

/** Everything in the libraries of a simulated vCenter. */
export interface Inventory {
  readonly libraries: readonly InventoryLibrary[];
}

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

/** What every file of an item has. */
export interface InventoryFileFacts {
  /** Any text, also one that no file system should be given. */
  readonly name: string;
  /**
   * Grows with each upload.
   *
   * @default `'1'`
   */
  readonly version?: string;
  /**
   * Bytes of storage it takes, which is what lists of an item's files tell as its size.
   *
   * @default its length
   */
  readonly storedSize?: number;
  /**
   * Whether it is on disk. What is not is fetched from the publisher when it is prepared, or synchronized.
   *
   * @default what the item says
   */
  readonly cached?: boolean;
}

/** A file of an item: its bytes, only how many of them there are, or how to get at them. */
export type InventoryFile = InventoryFileFacts &
  (
    | {
        /** The file's bytes; text is encoded as UTF-8. */
        readonly content: string | Uint8Array;
      }
    | {
        /** Bytes. They are generated while they are served, the same for the same seed and names, and never held in memory. */
        readonly size: number;
      }
    | {
        /** Bytes. */
        readonly size: number;
        /**
         * Opens the file, for those who keep it: the bytes from `start` on, `end` excluded. They must always be the same, and none may be
         * missing. Node's `createReadStream` answers such a thing, and so does `Blob.stream()`; `inventoryOf` of `rx-content-library/node`
         * makes an inventory of a directory.
         */
        readonly open: (start: number, end: number) => AsyncIterable<Uint8Array>;
      }
  );
