/** How each operation is called through its endpoint, and which operations are excluded. */

import {
  cancelDownloadSession,
  createDownloadSession,
  deleteDownloadSession,
  evictItem,
  failDownloadSession,
  findItems,
  findLibraries,
  getDownloadFile,
  getDownloadSession,
  getItem,
  getItemChanges,
  getItemFile,
  getItemStorage,
  getLibrary,
  getSession,
  keepDownloadSessionAlive,
  listDownloadFiles,
  listDownloadSessions,
  listItemChanges,
  listItemFiles,
  listItems,
  listItemStorage,
  listLibraries,
  listLocalLibraries,
  listSubscribedLibraries,
  login,
  logout,
  prepareDownloadFile,
  syncItem,
  type EndpointType,
  type VCenter,
} from 'rx-content-library';
import { concat, ignoreElements, type Observable } from 'rxjs';

/** Input of an operation, by VMware's names. */
export type Input = Readonly<Record<string, unknown>>;

interface EndpointCase {
  /** The exported function. */
  readonly endpoint: (...parameters: never[]) => Observable<unknown>;
  readonly call: (vc: VCenter, input: Input) => Observable<unknown>;
  /** Parameters for which the client generates a UUID if they are missing. */
  readonly generates?: readonly string[];
}

const text = (value: unknown): string => {
  if (typeof value !== 'string') throw new TypeError(`Expected a string, got ${JSON.stringify(value)}`);
  return value;
};

/** Maps input fields to option names. */
const options = (input: Input, names: Readonly<Record<string, string>>): object =>
  Object.fromEntries(Object.entries(names).flatMap(([field, option]) => (field in input ? [[option, input[field]]] : [])));

/** Endpoints by VMware's name of the operation. */
export const endpoints: Readonly<Record<string, EndpointCase>> = {
  'cis.Session.create': { endpoint: login, call: (vc) => login(vc) },
  'cis.Session.get': { endpoint: getSession, call: (vc) => getSession(vc) },
  // A logout without a login sends nothing.
  'cis.Session.delete': { endpoint: logout, call: (vc) => concat(login(vc).pipe(ignoreElements()), logout(vc)) },
  'content.Library.list': { endpoint: listLibraries, call: (vc) => listLibraries(vc) },
  'content.Library.find': { endpoint: findLibraries, call: (vc, spec) => findLibraries(vc, spec) },
  'content.Library.get': { endpoint: getLibrary, call: (vc, { library_id }) => getLibrary(vc, text(library_id)) },
  'content.LocalLibrary.list': { endpoint: listLocalLibraries, call: (vc) => listLocalLibraries(vc) },
  'content.SubscribedLibrary.list': { endpoint: listSubscribedLibraries, call: (vc) => listSubscribedLibraries(vc) },
  'content.library.Item.list': { endpoint: listItems, call: (vc, { library_id }) => listItems(vc, text(library_id)) },
  'content.library.Item.find': { endpoint: findItems, call: (vc, spec) => findItems(vc, spec) },
  'content.library.Item.get': { endpoint: getItem, call: (vc, { library_item_id }) => getItem(vc, text(library_item_id)) },
  'content.library.item.File.list': {
    endpoint: listItemFiles,
    call: (vc, { library_item_id }) => listItemFiles(vc, text(library_item_id)),
  },
  'content.library.item.File.get': {
    endpoint: getItemFile,
    call: (vc, { library_item_id, name }) => getItemFile(vc, text(library_item_id), text(name)),
  },
  'content.library.item.Storage.list': {
    endpoint: listItemStorage,
    call: (vc, { library_item_id }) => listItemStorage(vc, text(library_item_id)),
  },
  'content.library.item.Storage.get': {
    endpoint: getItemStorage,
    call: (vc, { library_item_id, file_name }) => getItemStorage(vc, text(library_item_id), text(file_name)),
  },
  'content.library.item.Changes.list': {
    endpoint: listItemChanges,
    call: (vc, { library_item }) => listItemChanges(vc, text(library_item)),
  },
  'content.library.item.Changes.get': {
    endpoint: getItemChanges,
    call: (vc, { library_item, version }) => getItemChanges(vc, text(library_item), text(version)),
  },
  'content.library.SubscribedItem.sync': {
    endpoint: syncItem,
    call: (vc, input) =>
      syncItem(
        vc,
        text(input['library_item_id']),
        options(input, { force_sync_content: 'forceSyncContent', sync_optional_files: 'syncOptionalFiles' }),
      ),
  },
  'content.library.SubscribedItem.evict': {
    endpoint: evictItem,
    call: (vc, { library_item_id }) => evictItem(vc, text(library_item_id)),
  },
  'content.library.item.DownloadSession.create': {
    endpoint: createDownloadSession,
    call: (vc, input) =>
      createDownloadSession(vc, text(input['library_item_id']), options(input, { client_token: 'clientToken' })),
    generates: ['client_token'],
  },
  'content.library.item.DownloadSession.list': {
    endpoint: listDownloadSessions,
    call: (vc, input) => listDownloadSessions(vc, options(input, { library_item_id: 'itemId' })),
  },
  'content.library.item.DownloadSession.get': {
    endpoint: getDownloadSession,
    call: (vc, { download_session_id }) => getDownloadSession(vc, text(download_session_id)),
  },
  'content.library.item.DownloadSession.keep_alive': {
    endpoint: keepDownloadSessionAlive,
    call: (vc, input) =>
      keepDownloadSessionAlive(vc, text(input['download_session_id']), options(input, { progress: 'progress' })),
  },
  'content.library.item.DownloadSession.cancel': {
    endpoint: cancelDownloadSession,
    call: (vc, { download_session_id }) => cancelDownloadSession(vc, text(download_session_id)),
  },
  'content.library.item.DownloadSession.fail': {
    endpoint: failDownloadSession,
    call: (vc, { download_session_id, client_error_message }) =>
      failDownloadSession(vc, text(download_session_id), text(client_error_message)),
  },
  'content.library.item.DownloadSession.delete': {
    endpoint: deleteDownloadSession,
    call: (vc, { download_session_id }) => deleteDownloadSession(vc, text(download_session_id)),
  },
  'content.library.item.downloadsession.File.list': {
    endpoint: listDownloadFiles,
    call: (vc, { download_session_id }) => listDownloadFiles(vc, text(download_session_id)),
  },
  'content.library.item.downloadsession.File.get': {
    endpoint: getDownloadFile,
    call: (vc, { download_session_id, file_name }) => getDownloadFile(vc, text(download_session_id), text(file_name)),
  },
  'content.library.item.downloadsession.File.prepare': {
    endpoint: prepareDownloadFile,
    call: (vc, { download_session_id, file_name, endpoint_type }) =>
      prepareDownloadFile(
        vc,
        text(download_session_id),
        text(file_name),
        endpoint_type === undefined ? {} : { endpointType: endpoint_type as EndpointType },
      ),
  },
};

/** Excluded operations with reasons. A name that ends in `.*` is a complete service. */
export const excluded: Readonly<Record<string, string>> = {
  'content.library.item.UpdateSession.*': 'uploads',
  'content.library.item.updatesession.File.*': 'uploads',
  'content.library.Item.create': 'changes the content of a library',
  'content.library.Item.update': 'changes the content of a library',
  'content.library.Item.delete': 'changes the content of a library',
  'content.library.Item.copy': 'changes the content of a library',
  'content.library.Item.publish': 'changes the content of subscribers',
  'content.Library.update': 'administers libraries',
  'content.LocalLibrary.create': 'administers libraries',
  'content.LocalLibrary.update': 'administers libraries',
  'content.LocalLibrary.delete': 'administers libraries',
  'content.LocalLibrary.publish': 'changes the content of subscribers',
  'content.LocalLibrary.get': 'returns the same as content.Library.get, for one type of library only',
  'content.SubscribedLibrary.create': 'administers libraries',
  'content.SubscribedLibrary.update': 'administers libraries',
  'content.SubscribedLibrary.delete': 'administers libraries',
  'content.SubscribedLibrary.probe': 'administers libraries',
  'content.SubscribedLibrary.get': 'returns the same as content.Library.get, for one type of library only',
  'content.SubscribedLibrary.sync': 'a download needs one item: content.library.SubscribedItem.sync',
  'content.SubscribedLibrary.evict': 'a download needs one item: content.library.SubscribedItem.evict',
  'content.library.Subscriptions.*': 'administers subscriptions',
  'content.Configuration.*': 'administers the service',
  'content.SecurityPolicies.*': 'administers the service',
  'content.TrustedCertificates.*': 'administers the service',
  'content.Type.*': 'lists the item types that can be uploaded',
};

/** Returns the entry of {@link excluded} for an operation. */
export const exclusionOf = (name: string): string | undefined =>
  [name, name.replace(/\w+$/, '*')].find((entry) => entry in excluded);
