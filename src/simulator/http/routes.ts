/** The table of routes: one row per operation, as on VMware's pages. */

import { createApiSession, deleteApiSession, getApiSession } from '../operations/api-session.ts';
import type { OperationHandler } from '../operations/define-operation.ts';
import { getDownloadFile, listDownloadFiles, prepareDownloadFile } from '../operations/download-file.ts';
import {
  cancelDownloadSession,
  createDownloadSession,
  deleteDownloadSession,
  failDownloadSession,
  getDownloadSession,
  keepDownloadSessionAlive,
  listDownloadSessions,
} from '../operations/download-session.ts';
import { getItemChanges, listItemChanges } from '../operations/item-changes.ts';
import { getItemFile, listItemFiles } from '../operations/item-file.ts';
import { getItemStorage, listItemStorage } from '../operations/item-storage.ts';
import { findItems, getItem, listItems } from '../operations/item.ts';
import {
  findLibraries,
  getLibrary,
  getLocalLibrary,
  getSubscribedLibrary,
  listLibraries,
  listLocalLibraries,
  listSubscribedLibraries,
} from '../operations/library.ts';
import { evictItem, syncItem } from '../operations/subscribed-item.ts';
import { listSubscriptions } from '../operations/subscriptions.ts';
import { getUpdateSession, listUpdateSessions } from '../operations/update-session.ts';
import type { VCenterVersion } from '../options/scenario.ts';

/** The routes and the handler of an operation. */
export interface Route {
  /** VMware's name, such as `content.library.item.DownloadSession.create`. */
  readonly operation: string;
  /** Method, path and action, with `{name}` for parameters: `POST /api/content/library?action=find`. */
  readonly api: string;
  /** The same for `/rest`. */
  readonly rest: string;
  /** Success status in `/api`; in `/rest` it is always 200. */
  readonly success: 200 | 201 | 204;
  readonly handler: OperationHandler;
  /** Release that introduced it. */
  readonly since: VCenterVersion;
  /** Body field that contains the parameters in `/rest`. If not set, they are the body itself. */
  readonly wrapper: string | undefined;
  /** VMware's name of the structure that is the body in `/api`, and the wrapped field in `/rest`; only with a wrapper. */
  readonly structure: string | undefined;
}

/** Optional columns. */
type RouteExtras = Partial<Pick<Route, 'since' | 'wrapper' | 'structure'>>;

/** Name; method and rest of the path in `/api` and in `/rest`; success status in `/api`; handler. */
type RouteRow = readonly [string, string, string, Route['success'], OperationHandler, RouteExtras?];

const service = (name: string, apiBase: string, restBase: string, rows: readonly RouteRow[]): readonly Route[] =>
  rows.map(([operation, api, rest, success, handler, extras]) => ({
    operation: `${name}.${operation}`,
    api: api.replace(' ', ` ${apiBase}`),
    rest: rest.replace(' ', ` ${restBase}`),
    success,
    handler,
    since: extras?.since ?? '6.7',
    wrapper: extras?.wrapper,
    structure: extras?.structure,
  }));

const vmware = 'com.vmware.content.library';

const id = '{download_session_id}';

/** All operations. */
export const routes: readonly Route[] = [
  ...service('cis.Session', '/api/session', '/rest/com/vmware/cis/session', [
    ['create', 'POST ', 'POST ', 201, createApiSession],
    ['get', 'GET ', 'POST ?~action=get', 200, getApiSession],
    ['delete', 'DELETE ', 'DELETE ', 204, deleteApiSession],
  ]),
  ...service('content.Library', '/api/content/library', '/rest/com/vmware/content/library', [
    ['list', 'GET ', 'GET ', 200, listLibraries],
    [
      'find',
      'POST ?action=find',
      'POST ?~action=find',
      200,
      findLibraries,
      { wrapper: 'spec', structure: `${vmware}.find_spec` },
    ],
    ['get', 'GET /{library_id}', 'GET /id:{library_id}', 200, getLibrary],
  ]),
  ...service('content.LocalLibrary', '/api/content/local-library', '/rest/com/vmware/content/local-library', [
    ['list', 'GET ', 'GET ', 200, listLocalLibraries],
    ['get', 'GET /{library_id}', 'GET /id:{library_id}', 200, getLocalLibrary],
  ]),
  ...service('content.SubscribedLibrary', '/api/content/subscribed-library', '/rest/com/vmware/content/subscribed-library', [
    ['list', 'GET ', 'GET ', 200, listSubscribedLibraries],
    ['get', 'GET /{library_id}', 'GET /id:{library_id}', 200, getSubscribedLibrary],
  ]),
  ...service('content.library.Subscriptions', '/api/content/library', '/rest/com/vmware/content/library/subscriptions', [
    ['list', 'GET /{library}/subscriptions', 'GET ', 200, listSubscriptions],
  ]),
  ...service('content.library.Item', '/api/content/library/item', '/rest/com/vmware/content/library/item', [
    ['list', 'GET ', 'GET ', 200, listItems],
    [
      'find',
      'POST ?action=find',
      'POST ?~action=find',
      200,
      findItems,
      { wrapper: 'spec', structure: `${vmware}.item.find_spec` },
    ],
    ['get', 'GET /{library_item_id}', 'GET /id:{library_item_id}', 200, getItem],
  ]),
  ...service('content.library.item.File', '/api/content/library/item', '/rest/com/vmware/content/library/item/file', [
    ['list', 'GET /{library_item_id}/file', 'GET ', 200, listItemFiles],
    ['get', 'GET /{library_item_id}/file?name', 'POST /id:{library_item_id}?~action=get', 200, getItemFile],
  ]),
  ...service('content.library.item.Storage', '/api/content/library/item', '/rest/com/vmware/content/library/item/storage', [
    ['list', 'GET /{library_item_id}/storage', 'GET ', 200, listItemStorage],
    ['get', 'GET /{library_item_id}/storage?file_name', 'POST /id:{library_item_id}?~action=get', 200, getItemStorage],
  ]),
  // In `/rest` these two have another base path, and their ids have no prefix.
  ...service('content.library.item.Changes', '/api/content/library/item', '/rest/content/library/item', [
    ['list', 'GET /{library_item}/changes', 'GET /{library_item}/changes', 200, listItemChanges, { since: '7.0' }],
    [
      'get',
      'GET /{library_item}/changes/{version}',
      'GET /{library_item}/changes/{version}',
      200,
      getItemChanges,
      { since: '7.0' },
    ],
  ]),
  ...service(
    'content.library.SubscribedItem',
    '/api/content/library/subscribed-item',
    '/rest/com/vmware/content/library/subscribed-item',
    [
      ['sync', 'POST /{library_item_id}?action=sync', 'POST /id:{library_item_id}?~action=sync', 204, syncItem],
      ['evict', 'POST /{library_item_id}?action=evict', 'POST /id:{library_item_id}?~action=evict', 204, evictItem],
    ],
  ),
  ...service(
    'content.library.item.UpdateSession',
    '/api/content/library/item/update-session',
    '/rest/com/vmware/content/library/item/update-session',
    [
      ['list', 'GET ', 'GET ', 200, listUpdateSessions],
      ['get', 'GET /{update_session_id}', 'GET /id:{update_session_id}', 200, getUpdateSession],
    ],
  ),
  ...service(
    'content.library.item.DownloadSession',
    '/api/content/library/item/download-session',
    '/rest/com/vmware/content/library/item/download-session',
    [
      [
        'create',
        'POST ',
        'POST ',
        201,
        createDownloadSession,
        { wrapper: 'create_spec', structure: `${vmware}.item.download_session_model` },
      ],
      ['list', 'GET ', 'GET ', 200, listDownloadSessions],
      ['get', `GET /${id}`, `GET /id:${id}`, 200, getDownloadSession],
      ['delete', `DELETE /${id}`, `DELETE /id:${id}`, 204, deleteDownloadSession],
      ['keep_alive', `POST /${id}?action=keep-alive`, `POST /id:${id}?~action=keep-alive`, 204, keepDownloadSessionAlive],
      ['cancel', `POST /${id}?action=cancel`, `POST /id:${id}?~action=cancel`, 204, cancelDownloadSession],
      ['fail', `POST /${id}?action=fail`, `POST /id:${id}?~action=fail`, 204, failDownloadSession],
    ],
  ),
  ...service(
    'content.library.item.downloadsession.File',
    '/api/content/library/item/download-session',
    '/rest/com/vmware/content/library/item/downloadsession/file',
    [
      ['list', `GET /${id}/file`, 'GET ', 200, listDownloadFiles],
      ['get', `GET /${id}/file?file_name`, `POST /id:${id}?~action=get`, 200, getDownloadFile],
      ['prepare', `POST /${id}/file?action=prepare`, `POST /id:${id}?~action=prepare`, 200, prepareDownloadFile],
    ],
  ),
];

/** All kinds of requests: VMware's names of operations, file data, SOAP and unknown routes. */
export const requestKinds: ReadonlySet<string> = new Set([
  ...routes.map(({ operation }) => operation),
  'data',
  'soap',
  'unknown',
]);
