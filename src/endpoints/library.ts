/** VMware's `content.Library`, `content.LocalLibrary` and `content.SubscribedLibrary`. */

import * as t from 'io-ts';
import type { Observable } from 'rxjs';
import { internalsOf, type VCenter } from '../connection/vcenter.ts';
import type { Operation } from '../http/operation.ts';
import { list } from '../model/codec.ts';
import { LibraryModel, type LibraryFindSpec } from '../model/library.ts';

const all: Operation<object, readonly string[]> = {
  name: 'content.Library.list',
  api: { route: 'GET /api/content/library' },
  rest: { route: 'GET /rest/com/vmware/content/library' },
  response: list(t.string),
};

const find: Operation<{ spec: LibraryFindSpec }, readonly string[]> = {
  name: 'content.Library.find',
  api: { route: 'POST /api/content/library?action=find', body: ({ spec }) => spec },
  rest: { route: 'POST /rest/com/vmware/content/library?~action=find', body: ({ spec }) => ({ spec }) },
  response: list(t.string),
  idempotency: 'always',
};

const get: Operation<{ library_id: string }, LibraryModel> = {
  name: 'content.Library.get',
  api: { route: 'GET /api/content/library/{library_id}' },
  rest: { route: 'GET /rest/com/vmware/content/library/id:{library_id}' },
  response: LibraryModel,
};

const allLocal: Operation<object, readonly string[]> = {
  name: 'content.LocalLibrary.list',
  api: { route: 'GET /api/content/local-library' },
  rest: { route: 'GET /rest/com/vmware/content/local-library' },
  response: list(t.string),
};

const allSubscribed: Operation<object, readonly string[]> = {
  name: 'content.SubscribedLibrary.list',
  api: { route: 'GET /api/content/subscribed-library' },
  rest: { route: 'GET /rest/com/vmware/content/subscribed-library' },
  response: list(t.string),
};

/**
 * Lists the identifiers of all libraries that are visible to the user.
 *
 * `GET /api/content/library` → 200 · `GET /rest/com/vmware/content/library` → 200
 *
 * Errors: none documented. Privilege: System.Read. Source: `content.Library.list`.
 */
export const listLibraries = (vc: VCenter): Observable<readonly string[]> => internalsOf(vc).call(all, {});

/**
 * Finds the identifiers of libraries by name or type; an empty list if there are none.
 *
 * `POST /api/content/library?action=find` → 200 · `POST /rest/com/vmware/content/library?~action=find` → 200
 *
 * Errors: `ApiError` INVALID_ARGUMENT (400) if the specification is empty. Privilege: System.Read. Source: `content.Library.find`.
 */
export const findLibraries = (vc: VCenter, spec: LibraryFindSpec): Observable<readonly string[]> =>
  internalsOf(vc).call(find, { spec });

/**
 * Reads a library.
 *
 * `GET /api/content/library/{library_id}` → 200 · `GET /rest/com/vmware/content/library/id:{library_id}` → 200
 *
 * Errors: `ApiError` NOT_FOUND (404). Privilege: System.Read on the library. Source: `content.Library.get`.
 */
export const getLibrary = (vc: VCenter, libraryId: string): Observable<LibraryModel> =>
  internalsOf(vc).call(get, { library_id: libraryId });

/**
 * Lists the identifiers of the libraries that are managed on this vCenter.
 *
 * `GET /api/content/local-library` → 200 · `GET /rest/com/vmware/content/local-library` → 200
 *
 * Errors: none documented. Privilege: System.Read. Source: `content.LocalLibrary.list`.
 */
export const listLocalLibraries = (vc: VCenter): Observable<readonly string[]> => internalsOf(vc).call(allLocal, {});

/**
 * Lists the identifiers of the libraries that are synchronized from another one.
 *
 * `GET /api/content/subscribed-library` → 200 · `GET /rest/com/vmware/content/subscribed-library` → 200
 *
 * Errors: none documented. Privilege: System.Read. Source: `content.SubscribedLibrary.list`.
 */
export const listSubscribedLibraries = (vc: VCenter): Observable<readonly string[]> => internalsOf(vc).call(allSubscribed, {});
