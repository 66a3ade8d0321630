/** The keys of a mirrored library. */

import { createFileNameValidator, type MirroredLibrary } from '../index.ts';
import { digestOf } from './digest.ts';

/** The name of the folder with the files of all items of a library. */
const VERSIONS = '.versions';
const MANIFEST = '.content-library.json';
const VERIFIED = '.verified';

/** The keys of a mirrored library. Every folder ends with a slash. */
export interface LibraryKeys {
  /** The folder of the library. */
  readonly library: string;
  /** The folder of the files of all its items. */
  readonly versions: string;
  /** Returns the manifest of the item in a place. */
  manifestOf(place: string): string;
  /** Returns the beginning of the folders of all versions of an item. */
  versionsOf(itemId: string): string;
  /** Returns the folder of a version that replaces a revision of the item: the same one for the same content. */
  versionOf(itemId: string, replacedRevision: number, contentVersion: string): string;
}

/** @param prefix - Empty, or a folder. */
export const libraryKeys = (prefix: string, { libraryName, libraryId }: MirroredLibrary): LibraryKeys => {
  const library = `${prefix}${libraryFolder(libraryName, libraryId)}/`;
  const versions = `${library}${VERSIONS}/`;
  const versionsOf = (itemId: string): string => `${versions}${shortHash(itemId)}-`;
  return {
    library,
    versions,
    manifestOf: (place) => `${library}${place}/${MANIFEST}`,
    versionsOf,
    versionOf: (itemId, replacedRevision, contentVersion) =>
      `${versionsOf(itemId)}${replacedRevision}-${shortHash(contentVersion)}/`,
  };
};

/** Returns the place of a folder of the library; `undefined` for the folder of the files. */
export const placeOf = ({ library, versions }: LibraryKeys, folder: string): string | undefined =>
  folder === versions ? undefined : folder.slice(library.length, -1);

/**
 * Returns the revision that the version of a file replaces; `undefined` if the file is not of the item.
 *
 * @param beginning - Of the folders of all versions of the item.
 */
export const replacedRevisionOf = (beginning: string, key: string): number | undefined => {
  if (!key.startsWith(beginning)) return undefined;
  const [, revision] = /^(\d+)-/.exec(key.slice(beginning.length)) ?? [];
  return revision === undefined ? undefined : Number(revision);
};

/** Returns the key of the record that a file of a version is complete. */
export const recordKeyOf = (folder: string, name: string): string => `${folder}${VERIFIED}/${name}.json`;

/** Returns the library's name if it is safe on every system, as in a directory tree; otherwise its identifier. */
const libraryFolder = (name: string, id: string): string => {
  try {
    if (!name.startsWith('.')) return createFileNameValidator()(name);
  } catch {
    // The identifier is safe.
  }
  return id.replaceAll(/[^A-Za-z0-9-]+/g, '-');
};

const shortHash = (text: string): string => digestOf('SHA256', new TextEncoder().encode(text)).slice(0, 16);
