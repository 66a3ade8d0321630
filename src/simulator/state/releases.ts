/** Differences between releases of vCenter. */

import type { Dialect, VCenterVersion } from '../options/scenario.ts';

const RELEASES: readonly VCenterVersion[] = ['6.7', '7.0', '8.0', '9.0', '9.1'];

/** Returns true if the version is `first` or later. */
export const isSince = (version: VCenterVersion, first: VCenterVersion): boolean =>
  RELEASES.indexOf(version) >= RELEASES.indexOf(first);

/** Returns true if the version supports the dialect. */
export const hasDialect = (version: VCenterVersion, dialect: Dialect): boolean =>
  dialect === 'api' ? isSince(version, '7.0') : !isSince(version, '9.0');
