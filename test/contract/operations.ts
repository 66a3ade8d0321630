/** How every operation of the download side is asked for, and which operations are none of it. */

import { concat, ignoreElements, type Observable } from 'rxjs';
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

/** What an operation is given, under VMware's names. */
export type Input = Readonly<Record<string, unknown>>;

interface Row {
  /** The function that a user calls. */
  readonly endpoint: (...parameters: never[]) => Observable<unknown>;
  readonly ask: (vc: VCenter, input: Input) => Observable<unknown>;
  /** Parameters that the client makes up where they are not given, each a UUID. */
  readonly makes?: readonly string[];
}

const text = (value: unknown): string => {
  if (typeof value !== 'string') throw new TypeError(`Expected a text, got ${JSON.stringify(value)}`);
  return value;
};

/** Options with the fields that are set, under our names. */
const options = (input: Input, names: Readonly<Record<string, string>>): object =>
  Object.fromEntries(Object.entries(names).flatMap(([theirs, ours]) => (theirs in input ? [[ours, input[theirs]]] : [])));

/** By VMware's name of the operation. */
export const covered: Readonly<Record<string, Row>> = {
  'cis.Session.create': { endpoint: login, ask: (vc) => login(vc) },
  'cis.Session.get': { endpoint: getSession, ask: (vc) => getSession(vc) },
  // Without a login there is nothing to end.
  'cis.Session.delete': { endpoint: logout, ask: (vc) => concat(login(vc).pipe(ignoreElements()), logout(vc)) },
  'content.Library.list': { endpoint: listLibraries, ask: (vc) => listLibraries(vc) },
  'content.Library.find': { endpoint: findLibraries, ask: (vc, spec) => findLibraries(vc, spec) },
  'content.Library.get': { endpoint: getLibrary, ask: (vc, { library_id }) => getLibrary(vc, text(library_id)) },
  'content.LocalLibrary.list': { endpoint: listLocalLibraries, ask: (vc) => listLocalLibraries(vc) },
  'content.SubscribedLibrary.list': { endpoint: listSubscribedLibraries, ask: (vc) => listSubscribedLibraries(vc) },
  'content.library.Item.list': { endpoint: listItems, ask: (vc, { library_id }) => listItems(vc, text(library_id)) },
  'content.library.Item.find': { endpoint: findItems, ask: (vc, spec) => findItems(vc, spec) },
  'content.library.Item.get': { endpoint: getItem, ask: (vc, { library_item_id }) => getItem(vc, text(library_item_id)) },
  'content.library.item.File.list': {
    endpoint: listItemFiles,
    ask: (vc, { library_item_id }) => listItemFiles(vc, text(library_item_id)),
  },
  'content.library.item.File.get': {
    endpoint: getItemFile,
    ask: (vc, { library_item_id, name }) => getItemFile(vc, text(library_item_id), text(name)),
  },
  'content.library.item.Storage.list': {
    endpoint: listItemStorage,
    ask: (vc, { library_item_id }) => listItemStorage(vc, text(library_item_id)),
  },
  'content.library.item.Storage.get': {
    endpoint: getItemStorage,
    ask: (vc, { library_item_id, file_name }) => getItemStorage(vc, text(library_item_id), text(file_name)),
  },
  'content.library.item.Changes.list': {
    endpoint: listItemChanges,
    ask: (vc, { library_item }) => listItemChanges(vc, text(library_item)),
  },
  'content.library.item.Changes.get': {
    endpoint: getItemChanges,
    ask: (vc, { library_item, version }) => getItemChanges(vc, text(library_item), text(version)),
  },
  'content.library.SubscribedItem.sync': {
    endpoint: syncItem,
    ask: (vc, input) =>
      syncItem(
        vc,
        text(input['library_item_id']),
        options(input, { force_sync_content: 'forceSyncContent', sync_optional_files: 'syncOptionalFiles' }),
      ),
  },
  'content.library.SubscribedItem.evict': {
    endpoint: evictItem,
    ask: (vc, { library_item_id }) => evictItem(vc, text(library_item_id)),
  },
  'content.library.item.DownloadSession.create': {
    endpoint: createDownloadSession,
    ask: (vc, input) =>
      createDownloadSession(vc, text(input['library_item_id']), options(input, { client_token: 'clientToken' })),
    makes: ['client_token'],
  },
  'content.library.item.DownloadSession.list': {
    endpoint: listDownloadSessions,
    ask: (vc, input) => listDownloadSessions(vc, options(input, { library_item_id: 'itemId' })),
  },
  'content.library.item.DownloadSession.get': {
    endpoint: getDownloadSession,
    ask: (vc, { download_session_id }) => getDownloadSession(vc, text(download_session_id)),
  },
  'content.library.item.DownloadSession.keep_alive': {
    endpoint: keepDownloadSessionAlive,
    ask: (vc, input) =>
      keepDownloadSessionAlive(vc, text(input['download_session_id']), options(input, { progress: 'progress' })),
  },
  'content.library.item.DownloadSession.cancel': {
    endpoint: cancelDownloadSession,
    ask: (vc, { download_session_id }) => cancelDownloadSession(vc, text(download_session_id)),
  },
  'content.library.item.DownloadSession.fail': {
    endpoint: failDownloadSession,
    ask: (vc, { download_session_id, client_error_message }) =>
      failDownloadSession(vc, text(download_session_id), text(client_error_message)),
  },
  'content.library.item.DownloadSession.delete': {
    endpoint: deleteDownloadSession,
    ask: (vc, { download_session_id }) => deleteDownloadSession(vc, text(download_session_id)),
  },
  'content.library.item.downloadsession.File.list': {
    endpoint: listDownloadFiles,
    ask: (vc, { download_session_id }) => listDownloadFiles(vc, text(download_session_id)),
  },
  'content.library.item.downloadsession.File.get': {
    endpoint: getDownloadFile,
    ask: (vc, { download_session_id, file_name }) => getDownloadFile(vc, text(download_session_id), text(file_name)),
  },
  'content.library.item.downloadsession.File.prepare': {
    endpoint: prepareDownloadFile,
    ask: (vc, { download_session_id, file_name, endpoint_type }) =>
      prepareDownloadFile(
        vc,
        text(download_session_id),
        text(file_name),
        endpoint_type === undefined ? {} : { endpointType: endpoint_type as EndpointType },
      ),
  },
};

/** Operations that are left alone, and why. A name that ends in `.*` is a service as a whole. */
export const leftOut: Readonly<Record<string, string>> = {
  'content.library.item.UpdateSession.*': 'uploads',
  'content.library.item.updatesession.File.*': 'uploads',
  'content.library.Item.create': 'changes what a library holds',
  'content.library.Item.update': 'changes what a library holds',
  'content.library.Item.delete': 'changes what a library holds',
  'content.library.Item.copy': 'changes what a library holds',
  'content.library.Item.publish': 'changes what subscribers have',
  'content.Library.update': 'administers libraries',
  'content.LocalLibrary.create': 'administers libraries',
  'content.LocalLibrary.update': 'administers libraries',
  'content.LocalLibrary.delete': 'administers libraries',
  'content.LocalLibrary.publish': 'changes what subscribers have',
  'content.LocalLibrary.get': 'answers what content.Library.get answers, for one kind of libraries only',
  'content.SubscribedLibrary.create': 'administers libraries',
  'content.SubscribedLibrary.update': 'administers libraries',
  'content.SubscribedLibrary.delete': 'administers libraries',
  'content.SubscribedLibrary.probe': 'administers libraries',
  'content.SubscribedLibrary.get': 'answers what content.Library.get answers, for one kind of libraries only',
  'content.SubscribedLibrary.sync': 'a download needs one item: content.library.SubscribedItem.sync',
  'content.SubscribedLibrary.evict': 'a download needs one item: content.library.SubscribedItem.evict',
  'content.library.Subscriptions.*': 'administers who is subscribed',
  'content.Configuration.*': 'administers the service',
  'content.SecurityPolicies.*': 'administers the service',
  'content.TrustedCertificates.*': 'administers the service',
  'content.Type.*': 'tells which kinds of items can be uploaded',
};

/** The entry of {@link leftOut} that names an operation. */
export const exclusionOf = (name: string): string | undefined =>
  [name, name.replace(/\w+$/, '*')].find((entry) => entry in leftOut);
