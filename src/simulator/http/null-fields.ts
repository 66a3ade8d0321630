/** Adds `null` for missing fields to responses, as servers may in `/api`. */

import type { VCenterVersion } from '../options/scenario.ts';
import { isSince } from '../state/releases.ts';

/** A field, and the release that introduced it. */
type Field = readonly [name: string, since?: VCenterVersion];

const LIBRARY_FIELDS: readonly Field[] = [
  ['last_sync_time'],
  ['optimization_info'],
  ['publish_info'],
  ['subscription_info'],
  ['security_policy_id', '8.0'],
  ['configuration_info', '9.1'],
];

const FILE_FIELDS: readonly Field[] = [['checksum_info'], ['file_download_endpoint', '9.0']];

/** Fields that may be missing, by VMware's name of the operation. */
const OPTIONAL_FIELDS: Readonly<Record<string, readonly Field[]>> = {
  'content.Library.get': LIBRARY_FIELDS,
  'content.LocalLibrary.get': LIBRARY_FIELDS,
  'content.SubscribedLibrary.get': LIBRARY_FIELDS,
  'content.library.Item.get': [['type'], ['last_sync_time'], ['source_id'], ['certificate_verification_info', '8.0']],
  'content.library.item.File.list': FILE_FIELDS,
  'content.library.item.File.get': FILE_FIELDS,
  'content.library.item.Storage.list': FILE_FIELDS,
  'content.library.item.Storage.get': FILE_FIELDS,
  'content.library.item.Changes.list': [['user'], ['short_message']],
  'content.library.item.Changes.get': [['user'], ['message']],
  'content.library.item.DownloadSession.get': [['error_message']],
  ...Object.fromEntries(
    ['list', 'get', 'prepare'].map((verb) => [
      `content.library.item.downloadsession.File.${verb}`,
      [['size'], ['download_endpoint'], ['checksum_info'], ['error_message']] as const,
    ]),
  ),
};

/** Returns an operation's result with `null` for missing fields. */
export const withNulls = (operation: string, version: VCenterVersion, result: unknown): unknown => {
  const fields = (OPTIONAL_FIELDS[operation] ?? []).filter(([, since = '6.7']) => isSince(version, since));
  if (fields.length === 0) return result;
  const nulls = Object.fromEntries(fields.map(([name]) => [name, null]));
  return Array.isArray(result) ? result.map((each: object) => ({ ...nulls, ...each })) : { ...nulls, ...(result as object) };
};
