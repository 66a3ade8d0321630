/** Says `null` where an answer leaves a field out, as servers may in `/api`. */

import { isSince, type VCenterVersion } from '../options/scenario.ts';

/** A field, and the release that brought it. */
type Field = readonly [name: string, since?: VCenterVersion];

const LIBRARY_FIELDS: readonly Field[] = [
  ['last_sync_time'],
  ['optimization_info'],
  ['publish_info'],
  ['subscription_info'],
  ['security_policy_id', '8.0'],
];

const FILE_FIELDS: readonly Field[] = [['checksum_info'], ['file_download_endpoint', '9.0']];

/** The fields that may be missing, by VMware's name of the operation. */
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

/** The answer of an operation, with nothing left out. */
export const withNulls = (operation: string, version: VCenterVersion, answer: unknown): unknown => {
  const fields = (OPTIONAL_FIELDS[operation] ?? []).filter(([, since = '6.7']) => isSince(version, since));
  if (fields.length === 0) return answer;
  const nulls = Object.fromEntries(fields.map(([name]) => [name, null]));
  return Array.isArray(answer) ? answer.map((each: object) => ({ ...nulls, ...each })) : { ...nulls, ...(answer as object) };
};
