/** `content-library sessions`: lists and deletes the user's own download sessions. */

import { catchError, concatMap, EMPTY, from, ignoreElements, map, of, tap, throwError, toArray, type Observable } from 'rxjs';
import {
  ApiError,
  deleteDownloadSession,
  getDownloadSession,
  getItem,
  listDownloadSessions,
  type DownloadSessionModel,
  type VCenter,
} from '../../index.ts';
import { notFoundError, usageError } from '../command-error.ts';
import { jsonLine, replaceControlCharacters } from '../output/format.ts';
import { table } from '../output/table.ts';
import { readAll } from '../paths/read-all.ts';
import { runConnected } from '../run.ts';
import type { ConnectionFlags } from '../settings/connection.ts';

/** The flags of `sessions ls`. */
export interface SessionsFlags {
  readonly json: boolean;
}

/** The flags of `sessions prune`. */
export interface PruneFlags extends SessionsFlags {
  /** True to delete active sessions, too. */
  readonly all: boolean;
}

/** A download session as `--json` prints it. */
interface Session {
  readonly type: 'download-session';
  readonly id: string;
  readonly itemId: string;
  /** Not set if the item is gone. */
  readonly itemName?: string;
  readonly state: string;
  /** 0 to 100, as its client has reported it. */
  readonly progress?: number;
  /** ISO 8601, by the server's clock. */
  readonly expires?: string;
  /** True once it was deleted. */
  readonly deleted?: true;
}

/** Prints the sessions; returns the exit code. */
export const listSessions = (flags: ConnectionFlags & SessionsFlags): Promise<number> =>
  runConnected(flags, (vc) =>
    readSessions(vc).pipe(
      concatMap(async (sessions) => {
        const lines = flags.json ? sessions.map(jsonLine) : (await asTable(sessions)).map((line) => `${line}\n`);
        process.stdout.write(lines.join(''));
      }),
    ),
  );

/** Deletes sessions and prints each; returns the exit code. */
export const pruneSessions = (ids: readonly string[], flags: ConnectionFlags & PruneFlags): Promise<number> =>
  runConnected(flags, (vc) => {
    if (ids.length > 0 && flags.all) throw usageError('Pass ids or --all, not both.');
    return readSessions(vc).pipe(
      concatMap((sessions) => from(select(sessions, ids, flags))),
      concatMap((session) =>
        deleteDownloadSession(vc, session.id).pipe(
          ignoreMissing(),
          toArray(),
          map(() => session),
        ),
      ),
      tap((session) => {
        process.stdout.write(
          flags.json
            ? jsonLine({ ...session, deleted: true })
            : `Deleted ${session.id} of ${replaceControlCharacters(session.itemName ?? session.itemId)}.\n`,
        );
      }),
      ignoreElements(),
    );
  });

const select = (sessions: readonly Session[], ids: readonly string[], { all }: PruneFlags): readonly Session[] => {
  if (ids.length === 0) return sessions.filter(({ state }) => all || state !== 'ACTIVE');
  const unknown = ids.filter((id) => !sessions.some((session) => session.id === id));
  if (unknown.length > 0)
    throw notFoundError(`There is no download session of this user with the id ${unknown.join(', ')}. See sessions ls.`);
  return sessions.filter(({ id }) => ids.includes(id));
};

/** Emits all sessions once, in the order of the server; those that are deleted meanwhile are omitted. */
const readSessions = (vc: VCenter): Observable<readonly Session[]> =>
  listDownloadSessions(vc).pipe(concatMap((ids) => readAll(ids, (id) => readSession(vc, id))));

const readSession = (vc: VCenter, id: string): Observable<Session> =>
  getDownloadSession(vc, id).pipe(
    concatMap((session) =>
      getItem(vc, session.library_item_id).pipe(
        map(({ name }) => toSession(id, session, name)),
        catchError((thrown: unknown) => (isNotFound(thrown) ? of(toSession(id, session)) : throwError(() => thrown))),
      ),
    ),
    ignoreMissing(),
  );

const toSession = (id: string, session: DownloadSessionModel, itemName?: string): Session => ({
  type: 'download-session',
  id,
  itemId: session.library_item_id,
  ...(itemName === undefined ? {} : { itemName }),
  state: String(session.state),
  ...(session.client_progress === undefined ? {} : { progress: session.client_progress }),
  ...(session.expiration_time === undefined ? {} : { expires: session.expiration_time }),
});

const isNotFound = (thrown: unknown): boolean => thrown instanceof ApiError && thrown.error_type === 'NOT_FOUND';

/** Completes instead of an error if the session is gone. */
const ignoreMissing =
  <A>() =>
  (source: Observable<A>): Observable<A> =>
    source.pipe(catchError((thrown: unknown) => (isNotFound(thrown) ? EMPTY : throwError(() => thrown))));

const asTable = async (sessions: readonly Session[]): Promise<readonly string[]> =>
  sessions.length === 0
    ? []
    : table([
        ['SESSION', 'ITEM', 'STATE', 'PROGRESS', 'EXPIRES'],
        ...sessions.map(({ id, itemId, itemName = itemId, state, progress, expires = '' }) =>
          [id, itemName, state, progress === undefined ? '' : `${progress} %`, expires].map(replaceControlCharacters),
        ),
      ]);
