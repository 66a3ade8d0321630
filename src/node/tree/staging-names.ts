/** The names of versions that are being written. */

import { createHash } from 'node:crypto';

/** The directory beside the items of a library, for their incomplete versions. */
export const INCOMPLETE = '.incomplete';

/** The end of the name of a version that was replaced and is about to be removed. */
export const REPLACED = '.replaced';

/** Returns the same name for the same version, so that a later run continues with it. */
export const stagingNameOf = (itemId: string, contentVersion: string): string =>
  `${stagingPrefixOf(itemId)}${createHash('sha256').update(contentVersion).digest('hex').slice(0, 16)}`;

/** The beginning of the names of an item's versions. */
export const stagingPrefixOf = (itemId: string): string => `${createHash('sha256').update(itemId).digest('hex').slice(0, 16)}-`;
