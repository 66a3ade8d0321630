/** A file of a simulated vCenter's library, as plain data. */

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
