/** Where less is asked of an answer than VMware states, and why. */

/** A structure's name in the file, whatever its spelling: `ContentLibraryModel` is `com.vmware.content.library_model`. */
const canonical = (name: string): string => name.replace('com.vmware.', '').replaceAll(/[._]/g, '').toLowerCase();

/** Fields by structure. */
type Fields = Readonly<Record<string, readonly string[]>>;

const includes = (fields: Fields, structure: string, field: string): boolean =>
  Object.entries(fields).some(([name, listed]) => canonical(name) === canonical(structure) && listed.includes(field));

/**
 * May be absent, although the text (never the schema) says that they always are there. No download depends on them, and an
 * answer that is good for everything else is not to be refused for the want of them.
 */
const dispensable: Fields = {
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

/** Are not looked at: they are for requests only, and passwords are nothing to type. */
const unread: Fields = {
  ContentLibraryPublishInfo: ['password', 'current_password'],
  ContentLibrarySubscriptionInfo: ['password'],
};

/** Whether an answer is read without a field that VMware states. */
export const isDispensable = (structure: string, field: string): boolean => includes(dispensable, structure, field);

/** Whether a field may be anything. */
export const isUnread = (structure: string, field: string): boolean => includes(unread, structure, field);

/** A field under its canonical name. */
export const leniencyOf = (structure: string, field: string): string => `${canonical(structure)}.${field}`;

/** Every leniency there is. */
export const leniencies: readonly string[] = [dispensable, unread].flatMap((fields) =>
  Object.entries(fields).flatMap(([structure, names]) => names.map((name) => leniencyOf(structure, name))),
);
