/** Which vCenter is simulated, and what its release decides. */

import type { Dialect } from './dialect.ts';

/**
 * A release of vCenter.
 *
 * - `6.7` has `/rest` alone; its errors have no `error_type`, and items no changes.
 * - `7.0` (from Update 2) and `8.0` have both dialects.
 * - `9.0` has `/api` alone, offers files without a download session, and tells the state of libraries.
 */
export type VCenterVersion = '6.7' | '7.0' | '8.0' | '9.0';

const releases: readonly VCenterVersion[] = ['6.7', '7.0', '8.0', '9.0'];

/** Whether a release is that one, or a later one. */
export const isSince = (version: VCenterVersion, first: VCenterVersion): boolean =>
  releases.indexOf(version) >= releases.indexOf(first);

/** Whether a release speaks a dialect. */
export const speaks = (version: VCenterVersion, dialect: Dialect): boolean => version !== (dialect === 'api' ? '6.7' : '9.0');
