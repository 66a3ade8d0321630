/** What a simulated vCenter has in its libraries, as plain data. */

import type { InventoryItem } from './inventory-item.ts';

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
