/** Tolerances: where a response is accepted although it does not match what VMware states, and why. */

/** Normalizes a structure's name: `ContentLibraryModel` is `com.vmware.content.library_model`. */
const canonical = (name: string): string => name.replace('com.vmware.', '').replaceAll(/[._]/g, '').toLowerCase();

/** Fields by structure. */
type Fields = Readonly<Record<string, readonly string[]>>;

const includes = (fields: Fields, structure: string, field: string): boolean =>
  Object.entries(fields).some(([name, listed]) => canonical(name) === canonical(structure) && listed.includes(field));

/**
 * Optional, although the description (never the schema) states that they are always present. No download depends on them, so a
 * response without them is accepted.
 */
const optionalFields: Fields = {
  ContentLibraryModel: ['creation_time', 'description', 'last_modified_time', 'storage_backings', 'version', 'server_guid'],
  ContentLibraryItemModel: [
    'library_id',
    'content_version',
    'creation_time',
    'description',
    'last_modified_time',
    'metadata_version',
    'cached',
    'version',
  ],
  ContentLibraryItemDownloadSessionModel: ['library_item_content_version', 'client_progress', 'expiration_time'],
  ContentLibraryPublishInfo: ['authentication_method', 'published', 'publish_url', 'persist_json_enabled'],
  ContentLibrarySubscriptionInfo: ['authentication_method', 'automatic_sync_enabled', 'on_demand', 'subscription_url'],
  ContentLibrarySourceInfo: ['source_library', 'subscription'],
};

/** Not decoded: they are for requests only, and passwords have no type here. */
const ignoredFields: Fields = {
  ContentLibraryPublishInfo: ['password', 'current_password'],
  ContentLibrarySubscriptionInfo: ['password'],
};

/** Returns true if a response is accepted without a field that VMware states. */
export const isOptional = (structure: string, field: string): boolean => includes(optionalFields, structure, field);

/** Returns true if a field may have any value. */
export const isIgnored = (structure: string, field: string): boolean => includes(ignoredFields, structure, field);

/** Returns the canonical name of a field. */
export const toleranceOf = (structure: string, field: string): string => `${canonical(structure)}.${field}`;

/** Canonical names of all tolerated fields. */
export const tolerances: readonly string[] = [optionalFields, ignoredFields].flatMap((fields) =>
  Object.entries(fields).flatMap(([structure, names]) => names.map((name) => toleranceOf(structure, name))),
);
