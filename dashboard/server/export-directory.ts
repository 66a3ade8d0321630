/** The directory of the server that exports are saved to: `PATH/LIBRARY/ITEM/FILE`. */

import { join, resolve } from 'node:path';
import { toDirectory } from 'rx-content-library/node';
import type { ExportTarget } from '../shared/export-list.ts';

/** Creates the target of exports. */
export const exportDirectory = (directory: string): ExportTarget => {
  const root = resolve(directory);
  return {
    pathOf: (libraryName, itemName) => join(root, toFolderName(libraryName), toFolderName(itemName)),
    toSink: ({ path }) => toDirectory(path),
  };
};

/** Reserved on Windows. */
const RESERVED = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i;

/** Returns a name that is one directory below its parent, whatever name the vCenter has for it. */
export const toFolderName = (name: string): string => {
  const safe = name
    .replaceAll(/[\p{Cc}<>:"/\\|?*]/gu, '_')
    .replace(/[. ]+$/, '')
    .replace(/^\.+/, '_')
    .slice(0, 120);
  return safe === '' || RESERVED.test(safe) ? `_${safe}` : safe;
};
