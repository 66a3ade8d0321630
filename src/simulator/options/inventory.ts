/** What a simulated vCenter has in its libraries, as plain data. */

/** A file of an item: its bytes, or only how many of them there are. */
export type InventoryFile =
  | {
      readonly name: string;
      /** The file's bytes; text is encoded as UTF-8. */
      readonly content: string | Uint8Array;
    }
  | {
      readonly name: string;
      /** Bytes. They are generated while they are served, the same for the same seed and names, and never held in memory. */
      readonly size: number;
    };

/** An item of a library. */
export interface InventoryItem {
  readonly name: string;
  /** @default a UUID that depends on the seed */
  readonly id?: string;
  /** Such as `ovf` or `iso`; without one it is a generic item. */
  readonly type?: string;
  /** @default an empty text */
  readonly description?: string;
  /** @default `'1'` */
  readonly contentVersion?: string;
  /** Their names are unique within the item. */
  readonly files: readonly InventoryFile[];
}

/** A library. */
export interface InventoryLibrary {
  readonly name: string;
  /** @default a UUID that depends on the seed */
  readonly id?: string;
  /** @default `'LOCAL'` */
  readonly type?: 'LOCAL' | 'SUBSCRIBED';
  /** @default an empty text */
  readonly description?: string;
  readonly items: readonly InventoryItem[];
}

/** Everything in the libraries of a simulated vCenter. */
export interface Inventory {
  readonly libraries: readonly InventoryLibrary[];
}
