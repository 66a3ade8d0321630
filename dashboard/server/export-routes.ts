/** `/exports`: exports into the directory of the server, per user. */

import { Hono } from 'hono';
import { isContentLibraryError, type VCenter } from 'rx-content-library';
import { auditTime, skip } from 'rxjs';
import { restoreExportList, type Exports } from '../shared/export-list.ts';
import { createEventStream, type EventStream } from './event-stream.ts';
import { exportDirectory } from './export-directory.ts';
import { createKeptList } from './kept-list.ts';
import { readJsonObject } from './read-body.ts';
import { refusal } from './refusal.ts';
import type { User } from './users.ts';

/** Bytes. */
const MAX_BODY = 256 * 1024;

/** Milliseconds between two writes of the list. */
const WRITE_PERIOD = 1000;

/** The exports of all users. */
export interface ExportsOfUsers {
  readonly of: (user: User) => { readonly exports: Exports; readonly events: EventStream };
  /** Resolves when no export of the user is waiting or running. */
  readonly idle: (user: User) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** What the exports of all users share. */
interface ExportsOptions {
  readonly directory: string;
  /** Exports of a user that run at the same time; 2 if not set. */
  readonly concurrency: number | undefined;
  readonly log: (line: string) => void;
}

/** Creates the exports of each user with the first request for them. They continue those of an earlier run of the server. */
export const createExportsOfUsers = ({ directory, concurrency, log }: ExportsOptions): ExportsOfUsers => {
  const all = new Map<VCenter, ReturnType<ExportsOfUsers['of']> & { readonly write: () => void }>();
  return {
    of: ({ connection, username }) => {
      const known = all.get(connection);
      if (known !== undefined) return known;
      const list = createKeptList(directory, username, log);
      const exports = restoreExportList(connection, exportDirectory(directory), { concurrency, restore: list.read() });
      const write = (): void => list.write(exports.serialize());
      exports.state$.pipe(skip(1), auditTime(WRITE_PERIOD)).subscribe(write);
      const created = { exports, events: createEventStream(exports.state$), write };
      all.set(connection, created);
      return created;
    },
    idle: async ({ connection }) => all.get(connection)?.exports.idle(),
    close: async () => {
      const close = async ({ exports, write }: { readonly exports: Exports; readonly write: () => void }): Promise<void> => {
        await exports.close();
        write();
      };
      await Promise.all([...all.values()].map(close));
    },
  };
};

/** Creates the routes; `userOf` returns the user of a request. */
export const createExportRoutes = (exportsOfUsers: ExportsOfUsers, userOf: (request: Request) => User | undefined): Hono => {
  const app = new Hono();
  const unauthenticated = (): Response => refusal(401, 'Log in first.');
  app.get('/exports/events', ({ req }) => {
    const user = userOf(req.raw);
    return user === undefined ? unauthenticated() : exportsOfUsers.of(user).events(req.raw.signal);
  });
  app.post('/exports', async ({ req }) => {
    const user = userOf(req.raw);
    if (user === undefined) return unauthenticated();
    const { itemId, files } = (await readJsonObject(req.raw, MAX_BODY)) ?? {};
    if (typeof itemId !== 'string' || !isIdentifier(itemId) || !(files === undefined || isNames(files)))
      return refusal(400, 'Expected JSON with an itemId and, for some of its files only, their names in files.');
    try {
      return Response.json({ id: await exportsOfUsers.of(user).exports.add(itemId, files) }, { status: 201 });
    } catch (thrown) {
      if (!isContentLibraryError(thrown)) throw thrown;
      return Response.json({ message: thrown.message, error: thrown }, { status: statusOf(thrown) });
    }
  });
  const act = (request: Request, id: string, action: 'cancel' | 'retry' | 'pause' | 'resume' | 'remove'): Response => {
    const user = userOf(request);
    if (user === undefined) return unauthenticated();
    if (exportsOfUsers.of(user).exports[action](id)) return new Response(null, { status: 204 });
    return refusal(409, `This export cannot be changed by ${action} now, or does not exist.`);
  };
  for (const action of ['cancel', 'retry', 'pause', 'resume'] as const)
    app.post(`/exports/:id/${action}`, ({ req }) => act(req.raw, req.param('id'), action));
  app.delete('/exports/:id', ({ req }) => act(req.raw, req.param('id'), 'remove'));
  return app;
};

/** The library refuses other identifiers with a `TypeError`. */
const isIdentifier = (text: string): boolean => /^[\w:.-]{1,200}$/.test(text);

const isNames = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.length > 0 && value.every((name) => typeof name === 'string');

const statusOf = (error: { readonly _tag: string; readonly status?: number }): number => {
  if (error._tag === 'AuthenticationError') return 401;
  return error._tag === 'ApiError' && [403, 404].includes(error.status ?? 0) ? (error.status ?? 502) : 502;
};
