/** The requests of all operations in both dialects, as on VMware's pages. */

export type Dialect = 'api' | 'rest';

export const dialects: readonly Dialect[] = ['api', 'rest'];

export const server = 'https://vcenter.example.test';

export type Fields = Readonly<Record<string, unknown>>;

/** Method, path, body and headers. */
type RequestSpec = readonly [method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string>>];

const sessions = {
  api: '/api/content/library/item/download-session',
  rest: '/rest/com/vmware/content/library/item/download-session',
};
const sessionFiles = '/rest/com/vmware/content/library/item/downloadsession/file';

/** Written from the documents, independently of the simulator's own table. */
export const requests: Readonly<Record<string, Readonly<Record<Dialect, (fields: Fields) => RequestSpec>>>> = {
  'cis.Session.get': {
    api: () => ['GET', '/api/session'],
    rest: () => ['POST', '/rest/com/vmware/cis/session?~action=get'],
  },
  'cis.Session.delete': {
    api: () => ['DELETE', '/api/session'],
    rest: () => ['DELETE', '/rest/com/vmware/cis/session'],
  },
  'content.Library.list': {
    api: () => ['GET', '/api/content/library'],
    rest: () => ['GET', '/rest/com/vmware/content/library'],
  },
  'content.Library.find': {
    api: (spec) => ['POST', '/api/content/library?action=find', spec],
    rest: (spec) => ['POST', '/rest/com/vmware/content/library?~action=find', { spec }],
  },
  'content.Library.get': {
    api: ({ library }) => ['GET', `/api/content/library/${library}`],
    rest: ({ library }) => ['GET', `/rest/com/vmware/content/library/id:${library}`],
  },
  'content.LocalLibrary.list': {
    api: () => ['GET', '/api/content/local-library'],
    rest: () => ['GET', '/rest/com/vmware/content/local-library'],
  },
  'content.LocalLibrary.get': {
    api: ({ library }) => ['GET', `/api/content/local-library/${library}`],
    rest: ({ library }) => ['GET', `/rest/com/vmware/content/local-library/id:${library}`],
  },
  'content.SubscribedLibrary.list': {
    api: () => ['GET', '/api/content/subscribed-library'],
    rest: () => ['GET', '/rest/com/vmware/content/subscribed-library'],
  },
  'content.SubscribedLibrary.get': {
    api: ({ library }) => ['GET', `/api/content/subscribed-library/${library}`],
    rest: ({ library }) => ['GET', `/rest/com/vmware/content/subscribed-library/id:${library}`],
  },
  'content.library.Item.list': {
    api: ({ library }) => ['GET', `/api/content/library/item?library_id=${library}`],
    rest: ({ library }) => ['GET', `/rest/com/vmware/content/library/item?library_id=${library}`],
  },
  'content.library.Item.find': {
    api: (spec) => ['POST', '/api/content/library/item?action=find', spec],
    rest: (spec) => ['POST', '/rest/com/vmware/content/library/item?~action=find', { spec }],
  },
  'content.library.Item.get': {
    api: ({ item }) => ['GET', `/api/content/library/item/${item}`],
    rest: ({ item }) => ['GET', `/rest/com/vmware/content/library/item/id:${item}`],
  },
  'content.library.item.File.list': {
    api: ({ item }) => ['GET', `/api/content/library/item/${item}/file`],
    rest: ({ item }) => ['GET', `/rest/com/vmware/content/library/item/file?library_item_id=${item}`],
  },
  'content.library.item.File.get': {
    api: ({ item, name }) => ['GET', `/api/content/library/item/${item}/file?name=${encodeURIComponent(String(name))}`],
    rest: ({ item, name }) => ['POST', `/rest/com/vmware/content/library/item/file/id:${item}?~action=get`, { name }],
  },
  'content.library.item.Storage.list': {
    api: ({ item }) => ['GET', `/api/content/library/item/${item}/storage`],
    rest: ({ item }) => ['GET', `/rest/com/vmware/content/library/item/storage?library_item_id=${item}`],
  },
  'content.library.item.Storage.get': {
    api: ({ item, file }) => ['GET', `/api/content/library/item/${item}/storage?file_name=${encodeURIComponent(String(file))}`],
    rest: ({ item, file }) => [
      'POST',
      `/rest/com/vmware/content/library/item/storage/id:${item}?~action=get`,
      { file_name: file },
    ],
  },
  'content.library.item.Changes.list': {
    api: ({ item }) => ['GET', `/api/content/library/item/${item}/changes`],
    rest: ({ item }) => ['GET', `/rest/content/library/item/${item}/changes`],
  },
  'content.library.item.Changes.get': {
    api: ({ item, version }) => ['GET', `/api/content/library/item/${item}/changes/${version}`],
    rest: ({ item, version }) => ['GET', `/rest/content/library/item/${item}/changes/${version}`],
  },
  'content.library.SubscribedItem.sync': {
    api: ({ item, force }) => ['POST', `/api/content/library/subscribed-item/${item}?action=sync`, { force_sync_content: force }],
    rest: ({ item, force }) => [
      'POST',
      `/rest/com/vmware/content/library/subscribed-item/id:${item}?~action=sync`,
      { force_sync_content: force },
    ],
  },
  'content.library.SubscribedItem.evict': {
    api: ({ item }) => ['POST', `/api/content/library/subscribed-item/${item}?action=evict`],
    rest: ({ item }) => ['POST', `/rest/com/vmware/content/library/subscribed-item/id:${item}?~action=evict`],
  },
  'content.library.item.DownloadSession.create': {
    api: ({ item, token }) => [
      'POST',
      sessions.api,
      { library_item_id: item },
      token === undefined ? {} : { 'Client-Token': String(token) },
    ],
    rest: ({ item, token }) => ['POST', sessions.rest, { create_spec: { library_item_id: item }, client_token: token }],
  },
  'content.library.item.DownloadSession.list': {
    api: ({ item }) => ['GET', `${sessions.api}${item === undefined ? '' : `?library_item_id=${item}`}`],
    rest: ({ item }) => ['GET', `${sessions.rest}${item === undefined ? '' : `?library_item_id=${item}`}`],
  },
  'content.library.item.DownloadSession.get': {
    api: ({ session }) => ['GET', `${sessions.api}/${session}`],
    rest: ({ session }) => ['GET', `${sessions.rest}/id:${session}`],
  },
  'content.library.item.DownloadSession.keep_alive': {
    api: ({ session, progress }) => ['POST', `${sessions.api}/${session}?action=keep-alive`, { progress }],
    rest: ({ session, progress }) => ['POST', `${sessions.rest}/id:${session}?~action=keep-alive`, { progress }],
  },
  'content.library.item.DownloadSession.cancel': {
    api: ({ session }) => ['POST', `${sessions.api}/${session}?action=cancel`],
    rest: ({ session }) => ['POST', `${sessions.rest}/id:${session}?~action=cancel`],
  },
  'content.library.item.DownloadSession.fail': {
    api: ({ session, message }) => ['POST', `${sessions.api}/${session}?action=fail`, { client_error_message: message }],
    rest: ({ session, message }) => ['POST', `${sessions.rest}/id:${session}?~action=fail`, { client_error_message: message }],
  },
  'content.library.item.DownloadSession.delete': {
    api: ({ session }) => ['DELETE', `${sessions.api}/${session}`],
    rest: ({ session }) => ['DELETE', `${sessions.rest}/id:${session}`],
  },
  'content.library.item.downloadsession.File.list': {
    api: ({ session }) => ['GET', `${sessions.api}/${session}/file`],
    rest: ({ session }) => ['GET', `${sessionFiles}?download_session_id=${session}`],
  },
  'content.library.item.downloadsession.File.get': {
    api: ({ session, file }) => ['GET', `${sessions.api}/${session}/file?file_name=${encodeURIComponent(String(file))}`],
    rest: ({ session, file }) => ['POST', `${sessionFiles}/id:${session}?~action=get`, { file_name: file }],
  },
  'content.library.item.downloadsession.File.prepare': {
    api: ({ session, file, type }) => [
      'POST',
      `${sessions.api}/${session}/file?action=prepare`,
      { file_name: file, endpoint_type: type },
    ],
    rest: ({ session, file, type }) => [
      'POST',
      `${sessionFiles}/id:${session}?~action=prepare`,
      { file_name: file, endpoint_type: type },
    ],
  },
};

/** Names of all operations except the login. */
export const operations: readonly string[] = Object.keys(requests);
