/** VMware's `content.library.item.downloadsession.File`: the files of a download session. */

import type { Observable } from 'rxjs';
import { internalsOf, type VCenter } from '../connection/vcenter.ts';
import type { Operation } from '../http/operation.ts';
import { list } from '../model/codec.ts';
import { DownloadFileInfo, type EndpointType } from '../model/download-file.ts';
import { assertKnownOptions, type OptionNames } from '../options/index.ts';

const all: Operation<{ download_session_id: string }, readonly DownloadFileInfo[]> = {
  name: 'content.library.item.downloadsession.File.list',
  api: { route: 'GET /api/content/library/item/download-session/{download_session_id}/file' },
  // VMware writes `downloadsession` without a hyphen here.
  rest: { route: 'GET /rest/com/vmware/content/library/item/downloadsession/file?download_session_id={download_session_id}' },
  response: list(DownloadFileInfo),
};

const get: Operation<{ download_session_id: string; file_name: string }, DownloadFileInfo> = {
  name: 'content.library.item.downloadsession.File.get',
  api: { route: 'GET /api/content/library/item/download-session/{download_session_id}/file?file_name={file_name}' },
  rest: {
    route: 'POST /rest/com/vmware/content/library/item/downloadsession/file/id:{download_session_id}?~action=get',
    body: ({ file_name }) => ({ file_name }),
  },
  response: DownloadFileInfo,
};

interface Prepare {
  readonly download_session_id: string;
  readonly file_name: string;
  readonly endpoint_type?: EndpointType;
}

const prepareBody = ({ file_name, endpoint_type }: Prepare) => ({
  file_name,
  ...(endpoint_type === undefined ? {} : { endpoint_type }),
});

const prepare: Operation<Prepare, DownloadFileInfo> = {
  name: 'content.library.item.downloadsession.File.prepare',
  api: {
    route: 'POST /api/content/library/item/download-session/{download_session_id}/file?action=prepare',
    body: prepareBody,
  },
  rest: {
    route: 'POST /rest/com/vmware/content/library/item/downloadsession/file/id:{download_session_id}?~action=prepare',
    body: prepareBody,
  },
  response: DownloadFileInfo,
  idempotency: 'always',
};

/**
 * Lists all files of a download session with their status, in one request.
 *
 * `GET /api/content/library/item/download-session/{id}/file` → 200 ·
 * `GET /rest/com/vmware/content/library/item/downloadsession/file?download_session_id=` → 200
 *
 * Errors: `ApiError` NOT_FOUND (404) if the session has ended. Privilege: System.Anonymous.
 * Source: `content.library.item.downloadsession.File.list`.
 */
export const listDownloadFiles = (vc: VCenter, sessionId: string): Observable<readonly DownloadFileInfo[]> =>
  internalsOf(vc).call(all, { download_session_id: sessionId });

/**
 * Reads one file of a download session. Its size and checksum are set after it was downloaded.
 *
 * `GET /api/content/library/item/download-session/{id}/file?file_name=` → 200 ·
 * `POST /rest/com/vmware/content/library/item/downloadsession/file/id:{id}?~action=get` → 200
 *
 * Errors: `ApiError` INVALID_ARGUMENT (400) if there is no such file, NOT_FOUND (404) if the session has ended.
 * Privilege: System.Anonymous. Source: `content.library.item.downloadsession.File.get`.
 */
export const getDownloadFile = (vc: VCenter, sessionId: string, fileName: string): Observable<DownloadFileInfo> =>
  internalsOf(vc).call(get, { download_session_id: sessionId, file_name: fileName });

/** Options of {@link prepareDownloadFile}. */
export interface PrepareDownloadFileOptions {
  /**
   * `'DIRECT'` returns the location on the storage, and requires the privilege ContentLibrary.ReadStorage.
   * @default 'HTTPS', chosen by the server
   */
  readonly endpointType?: EndpointType | undefined;
}

const PREPARE_OPTIONS: OptionNames<PrepareDownloadFileOptions> = { endpointType: true };

/**
 * Requests the preparation of a file, and returns its status. `preparation` waits until it is prepared.
 *
 * `POST /api/content/library/item/download-session/{id}/file?action=prepare` → 200 ·
 * `POST /rest/com/vmware/content/library/item/downloadsession/file/id:{id}?~action=prepare` → 200
 *
 * Errors: `ApiError` INVALID_ARGUMENT (400) if there is no such file, UNAUTHORIZED (403) for DIRECT without the privilege, NOT_FOUND
 * (404) if the session has ended. Privilege: System.Anonymous. Source: `content.library.item.downloadsession.File.prepare`.
 */
export const prepareDownloadFile = (
  vc: VCenter,
  sessionId: string,
  fileName: string,
  options: PrepareDownloadFileOptions = {},
): Observable<DownloadFileInfo> => {
  assertKnownOptions(options, PREPARE_OPTIONS);
  const { endpointType } = options;
  return internalsOf(vc).call(prepare, {
    download_session_id: sessionId,
    file_name: fileName,
    ...(endpointType === undefined ? {} : { endpoint_type: endpointType }),
  });
};
