/** The version of the package. */

import { readFileSync } from 'node:fs';

/** Returns the version, as package.json states it. */
export const readVersion = (): string => {
  const path = new URL('../../package.json', import.meta.url);
  return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version;
};
