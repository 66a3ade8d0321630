/** VMware's `cis.Session`: the API session that all requests of a connection share. */

import { map, type Observable } from 'rxjs';
import { getSessionOperation } from '../connection/login.ts';
import { internalsOf, type VCenter } from '../connection/vcenter.ts';
import type { Dialect } from '../http/operation.ts';
import type { SessionInfo } from '../model/session.ts';

/**
 * Logs in now, instead of with the first request, and returns the dialect of the server.
 *
 * `POST /api/session` → 201 · `POST /rest/com/vmware/cis/session` → 200
 *
 * Errors: `AuthenticationError` (401); `ApiError` SERVICE_UNAVAILABLE (503), also for too many sessions, see `isSessionLimit`.
 * Privilege: none. Source: `cis.Session.create`.
 */
export const login = (vc: VCenter): Observable<Dialect> => internalsOf(vc).apiSession$.pipe(map(({ dialect }) => dialect));

/**
 * Reads the API session: its user and times. This keeps it alive.
 *
 * `GET /api/session` → 200 · `POST /rest/com/vmware/cis/session?~action=get` → 200
 *
 * Errors: `AuthenticationError` (401), `ApiError` SERVICE_UNAVAILABLE (503). Privilege: none. Source: `cis.Session.get`.
 */
export const getSession = (vc: VCenter): Observable<SessionInfo> => internalsOf(vc).call(getSessionOperation, {});

/**
 * Logs out as soon as pending clean-up on the server is done, after five seconds at most. Without a login, or with a session id that
 * the caller passed, it sends nothing. A later subscription to an endpoint logs in again.
 *
 * `DELETE /api/session` → 204 · `DELETE /rest/com/vmware/cis/session` → 200
 *
 * Errors: `ApiError` SERVICE_UNAVAILABLE (503), `TimeoutError` if there is no response by then. A session that has ended is not an error. Source: `cis.Session.delete`.
 */
export const logout = (vc: VCenter): Observable<void> => internalsOf(vc).logout$;
