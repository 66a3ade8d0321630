/** VMware's `content.library.item.DownloadSession`: the lease on an item's download links. */

import * as t from 'io-ts';
import {
  catchError,
  concat,
  concatMap,
  defer,
  ignoreElements,
  onErrorResumeNextWith,
  retry,
  throwError,
  type Observable,
} from 'rxjs';
import { internalsOf, type VCenter } from '../connection/vcenter.ts';
import { DecodeError } from '../errors/index.ts';
import type { Operation } from '../http/operation.ts';
import { list, nothing } from '../model/codec.ts';
import { DownloadSessionModel } from '../model/download-session.ts';
import { assertKnownOptions, type OptionNames } from '../options/index.ts';

interface OneSession {
  readonly download_session_id: string;
}

const CREATE_OPTIONS: OptionNames<CreateDownloadSessionOptions> = { clientToken: true };
const LIST_OPTIONS: OptionNames<ListDownloadSessionsOptions> = { itemId: true };
const KEEP_ALIVE_OPTIONS: OptionNames<KeepAliveOptions> = { progress: true };

const create: Operation<{ library_item_id: string; client_token?: string }, string> = {
  name: 'content.library.item.DownloadSession.create',
  api: {
    route: 'POST /api/content/library/item/download-session',
    body: ({ library_item_id }) => ({ library_item_id }),
    // The specifications disagree on the place of the token. An unknown header is ignored, an unknown query parameter is rejected.
    headers: ({ client_token }) => (client_token === undefined ? {} : { 'client-token': client_token }),
  },
  rest: {
    route: 'POST /rest/com/vmware/content/library/item/download-session',
    body: ({ library_item_id, client_token }) => ({
      create_spec: { library_item_id },
      ...(client_token === undefined ? {} : { client_token }),
    }),
  },
  response: t.string,
  idempotency: 'with-token',
};

const all: Operation<{ library_item_id?: string }, readonly string[]> = {
  name: 'content.library.item.DownloadSession.list',
  api: { route: 'GET /api/content/library/item/download-session?library_item_id={library_item_id}' },
  rest: { route: 'GET /rest/com/vmware/content/library/item/download-session?library_item_id={library_item_id}' },
  response: list(t.string),
};

const get: Operation<OneSession, DownloadSessionModel> = {
  name: 'content.library.item.DownloadSession.get',
  api: { route: 'GET /api/content/library/item/download-session/{download_session_id}' },
  rest: { route: 'GET /rest/com/vmware/content/library/item/download-session/id:{download_session_id}' },
  response: DownloadSessionModel,
};

const keepAlive: Operation<OneSession & { progress?: number | undefined }, void> = {
  name: 'content.library.item.DownloadSession.keep_alive',
  api: {
    route: 'POST /api/content/library/item/download-session/{download_session_id}?action=keep-alive',
    body: ({ progress }) => (progress === undefined ? {} : { progress }),
  },
  rest: {
    route: 'POST /rest/com/vmware/content/library/item/download-session/id:{download_session_id}?~action=keep-alive',
    body: ({ progress }) => (progress === undefined ? {} : { progress }),
  },
  response: nothing,
  idempotency: 'always',
};

const cancel: Operation<OneSession, void> = {
  name: 'content.library.item.DownloadSession.cancel',
  api: { route: 'POST /api/content/library/item/download-session/{download_session_id}?action=cancel' },
  rest: { route: 'POST /rest/com/vmware/content/library/item/download-session/id:{download_session_id}?~action=cancel' },
  response: nothing,
  idempotency: { doneIf: 'NOT_ALLOWED_IN_CURRENT_STATE' },
};

const fail: Operation<OneSession & { client_error_message: string }, void> = {
  name: 'content.library.item.DownloadSession.fail',
  api: {
    route: 'POST /api/content/library/item/download-session/{download_session_id}?action=fail',
    body: ({ client_error_message }) => ({ client_error_message }),
  },
  rest: {
    route: 'POST /rest/com/vmware/content/library/item/download-session/id:{download_session_id}?~action=fail',
    body: ({ client_error_message }) => ({ client_error_message }),
  },
  response: nothing,
  idempotency: { doneIf: 'NOT_ALLOWED_IN_CURRENT_STATE' },
};

const remove: Operation<OneSession, void> = {
  name: 'content.library.item.DownloadSession.delete',
  api: { route: 'DELETE /api/content/library/item/download-session/{download_session_id}' },
  rest: { route: 'DELETE /rest/com/vmware/content/library/item/download-session/id:{download_session_id}' },
  response: nothing,
  idempotency: { doneIf: 'NOT_FOUND' },
};

/** Returns a random UUID. `crypto.randomUUID` is missing in pages that were loaded over plain HTTP. */
const createClientToken = (): string => {
  const bytes = crypto.getRandomValues(new Uint8Array(16)).map((byte, index) => {
    if (index === 6) return (byte & 0x0f) | 0x40;
    return index === 8 ? (byte & 0x3f) | 0x80 : byte;
  });
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0'))
    .join('')
    .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
};

/** Options of {@link createDownloadSession}. */
export interface CreateDownloadSessionOptions {
  /**
   * A UUID. A repeated request with the same token returns the same session, which makes retries safe. With a token of your own, a
   * response that cannot be decoded leaves the session there: repeat the call to get its id.
   * @default a random UUID for each subscription
   */
  readonly clientToken?: string | undefined;
}

/**
 * Creates a download session for an item, and returns its identifier. It expires after five minutes without activity. If the response
 * cannot be decoded, the session is deleted before the error.
 *
 * `POST /api/content/library/item/download-session` → 201 · `POST /rest/com/vmware/content/library/item/download-session` → 200
 *
 * Errors: `ApiError` INVALID_ARGUMENT (400), NOT_FOUND (404), UNAUTHORIZED (403).
 * Privilege: ContentLibrary.DownloadSession on the item. Source: `content.library.item.DownloadSession.create`.
 */
export const createDownloadSession = (
  vc: VCenter,
  itemId: string,
  options: CreateDownloadSessionOptions = {},
): Observable<string> =>
  defer(() => {
    assertKnownOptions(options, CREATE_OPTIONS);
    const { clientToken = createClientToken() } = options;
    const create$ = internalsOf(vc).call(create, { library_item_id: itemId, client_token: clientToken });
    return create$.pipe(
      catchError((thrown: unknown) =>
        thrown instanceof DecodeError && options.clientToken === undefined
          ? concat(
              deleteUndecodable(vc, create$),
              throwError(() => thrown),
            )
          : throwError(() => thrown),
      ),
    );
  });

/** Milliseconds before the second attempt to learn the id of a session. */
const ID_RETRY_DELAY = 1000;

/** Deletes the session whose id could not be decoded: the same request, with the same token, returns its id again. Errors are ignored. */
const deleteUndecodable = (vc: VCenter, create$: Observable<string>): Observable<never> =>
  create$.pipe(
    retry({ count: 1, delay: ID_RETRY_DELAY }),
    concatMap((sessionId) => deleteDownloadSession(vc, sessionId)),
    ignoreElements(),
    onErrorResumeNextWith(),
  );

/** Options of {@link listDownloadSessions}. */
export interface ListDownloadSessionsOptions {
  /**
   * Only the sessions of this item.
   * @default the sessions of all items
   */
  readonly itemId?: string | undefined;
}

/**
 * Lists the identifiers of the user's download sessions.
 *
 * `GET /api/content/library/item/download-session` → 200 · `GET /rest/com/vmware/content/library/item/download-session` → 200
 *
 * Errors: `ApiError` NOT_FOUND (404) if the item does not exist. Privilege: ContentLibrary.DownloadSession on the item, if one is specified.
 * Source: `content.library.item.DownloadSession.list`.
 */
export const listDownloadSessions = (vc: VCenter, options: ListDownloadSessionsOptions = {}): Observable<readonly string[]> => {
  assertKnownOptions(options, LIST_OPTIONS);
  return internalsOf(vc).call(all, options.itemId === undefined ? {} : { library_item_id: options.itemId });
};

/**
 * Reads a download session: its state and its expiration.
 *
 * `GET /api/content/library/item/download-session/{id}` → 200 · `GET /rest/com/vmware/content/library/item/download-session/id:{id}` → 200
 *
 * Errors: `ApiError` NOT_FOUND (404). Privilege: System.Anonymous. Source: `content.library.item.DownloadSession.get`.
 */
export const getDownloadSession = (vc: VCenter, sessionId: string): Observable<DownloadSessionModel> =>
  internalsOf(vc).call(get, { download_session_id: sessionId });

/** Options of {@link keepDownloadSessionAlive}. */
export interface KeepAliveOptions {
  /**
   * The client's progress, 0 to 100, which other clients can read.
   * @default unchanged
   */
  readonly progress?: number | undefined;
}

/**
 * Extends a download session by another five minutes.
 *
 * `POST /api/content/library/item/download-session/{id}?action=keep-alive` → 204 ·
 * `POST /rest/com/vmware/content/library/item/download-session/id:{id}?~action=keep-alive` → 200
 *
 * Errors: `ApiError` NOT_ALLOWED_IN_CURRENT_STATE (400) unless ACTIVE, NOT_FOUND (404). Privilege: System.Anonymous.
 * Source: `content.library.item.DownloadSession.keep_alive`.
 */
export const keepDownloadSessionAlive = (vc: VCenter, sessionId: string, options: KeepAliveOptions = {}): Observable<void> => {
  assertKnownOptions(options, KEEP_ALIVE_OPTIONS);
  return internalsOf(vc).call(keepAlive, { download_session_id: sessionId, progress: options.progress });
};

/**
 * Cancels a download session: the server aborts its transfers and invalidates its links. It stays, CANCELED, until it is deleted.
 *
 * `POST /api/content/library/item/download-session/{id}?action=cancel` → 204 ·
 * `POST /rest/com/vmware/content/library/item/download-session/id:{id}?~action=cancel` → 200
 *
 * Errors: `ApiError` NOT_ALLOWED_IN_CURRENT_STATE (400) unless ACTIVE, NOT_FOUND (404). Privilege: System.Anonymous.
 * Source: `content.library.item.DownloadSession.cancel`.
 */
export const cancelDownloadSession = (vc: VCenter, sessionId: string): Observable<void> =>
  internalsOf(vc).call(cancel, { download_session_id: sessionId });

/**
 * Marks a download session as failed, with the client's reason, which the server stores. Its state becomes ERROR.
 *
 * `POST /api/content/library/item/download-session/{id}?action=fail` → 204 ·
 * `POST /rest/com/vmware/content/library/item/download-session/id:{id}?~action=fail` → 200
 *
 * Errors: `ApiError` NOT_ALLOWED_IN_CURRENT_STATE (400) unless ACTIVE, NOT_FOUND (404). Privilege: System.Anonymous.
 * Source: `content.library.item.DownloadSession.fail`.
 */
export const failDownloadSession = (vc: VCenter, sessionId: string, reason: string): Observable<void> =>
  internalsOf(vc).call(fail, { download_session_id: sessionId, client_error_message: reason });

/**
 * Deletes a download session. Transfers in progress are left in an indeterminate state: cancel it first.
 *
 * `DELETE /api/content/library/item/download-session/{id}` → 204 ·
 * `DELETE /rest/com/vmware/content/library/item/download-session/id:{id}` → 200
 *
 * Errors: `ApiError` NOT_FOUND (404). Privilege: System.Anonymous. Source: `content.library.item.DownloadSession.delete`.
 */
export const deleteDownloadSession = (vc: VCenter, sessionId: string): Observable<void> =>
  internalsOf(vc).call(remove, { download_session_id: sessionId });
