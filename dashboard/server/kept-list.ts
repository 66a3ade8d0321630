/** The list of a user's exports, kept in the directory of the exports, so that a restart of the server continues them. */

import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { SerializedExports } from '../shared/export-list.ts';

/** The list of one user. It has no secret. */
export interface KeptList {
  /** Returns the list that was written last; `undefined` if there is none that can be read. */
  readonly read: () => SerializedExports | undefined;
  /** Replaces the list. A failure is logged: the exports themselves report that their directory cannot be written. */
  readonly write: (list: SerializedExports) => void;
}

/** No folder of a library begins with a dot. */
const FOLDER = '.content-library-dashboard';

/** Returns the list of a user. It writes nothing yet. */
export const createKeptList = (directory: string, username: string, log: (line: string) => void): KeptList => {
  const folder = join(resolve(directory), FOLDER);
  // VMware's user names are the same in upper and lower case.
  const key = createHash('sha256').update(username.toLowerCase()).digest('hex').slice(0, 32);
  const file = join(folder, `${key}.json`);
  return {
    read: () => {
      try {
        return JSON.parse(readFileSync(file, 'utf8')) as SerializedExports;
      } catch {
        return undefined;
      }
    },
    write: (list) => {
      try {
        mkdirSync(folder, { recursive: true, mode: 0o700 });
        writeFileSync(`${file}.part`, JSON.stringify(list), { mode: 0o600 });
        renameSync(`${file}.part`, file);
      } catch (thrown) {
        const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : 'unknown error';
        log(`The list of exports cannot be written: ${code}.`);
      }
    },
  };
};
