/** The manifest of a mirrored item: what the target holds of it. */

import type { Either } from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import type { DecodeError } from '../errors/index.ts';
import { decoder, int64, list, struct, type Codec } from '../model/codec.ts';

/** A file of a mirrored item. */
export interface ManifestFile {
  readonly name: string;
  /** Length in bytes. */
  readonly bytes: number;
  /** What was compared when the file was saved. */
  readonly verified: string;
  /** The checksum that was compared, or computed of the bytes. */
  readonly checksum?: { readonly algorithm: string; readonly value: string };
  /** SHA256 of the bytes, if it was computed: 64 hexadecimal digits. */
  readonly sha256?: string;
}

/** What a target holds of an item. The target writes it last, so that an item with a manifest is complete. */
export interface ItemManifest {
  /** Version of this structure. */
  readonly v: 1;
  readonly libraryId: string;
  readonly itemId: string;
  /** The name when the item was downloaded. */
  readonly itemName: string;
  /** The content version; empty if the server does not state one. */
  readonly contentVersion: string;
  readonly files: readonly ManifestFile[];
  /** When the item was complete, by the clock of this machine, as ISO 8601. */
  readonly at: string;
}

const ManifestFile: Codec<ManifestFile> = struct(
  'ManifestFile',
  { name: t.string, bytes: int64, verified: t.string },
  { checksum: struct('Checksum', { algorithm: t.string, value: t.string }, {}), sha256: t.string },
);

/** Decodes {@link ItemManifest}. */
export const ItemManifest: Codec<ItemManifest> = struct(
  'ItemManifest',
  {
    v: t.literal(1),
    libraryId: t.string,
    itemId: t.string,
    itemName: t.string,
    contentVersion: t.string,
    files: list(ManifestFile),
    at: t.string,
  },
  {},
);

/** Decodes the manifest of a mirrored item, for targets of your own. */
export const decodeItemManifest = (value: unknown): Either<DecodeError, ItemManifest> => decoder(ItemManifest)(value);
